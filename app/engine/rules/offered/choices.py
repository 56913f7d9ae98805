"""What was chosen in a row's own fields."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_


@offer(
    "one_of",
    N_("选项"),
    N_("{field_title}为{choices_title}。"),
    {
        "among": N_("{field_title}符合要求（{choices_title}）。"),
        "other": N_("{field_title}不是{choices_title}，不能享受本项补贴。请核对{field_title}。"),
    },
    Advice(N_("{field_title}不符合要求"), N_("请核对{field_title}"), {"other": N_("不是{choices_title}")}),
    slots=(
        Slot("field", N_("栏目"), SlotKind.CHOICE_FIELD),
        Slot("choices", N_("选项"), SlotKind.VALUES, of="field"),
    ),
    example={"field": "category", "choices": ["unemployed"]},
    passes=("among",),
    routine=True,
)
def one_of(rows: str, field: str, choices: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN {field} = ANY({choices}) THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN {field} = ANY({choices}) THEN 'among' ELSE 'other' END) AS evidence
        FROM candidates c WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue
