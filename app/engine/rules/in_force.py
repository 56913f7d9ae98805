"""A day on which no version of a programme is in force: whoever falls on it is stopped, whatever else holds."""

from app.engine.rules.rule import Advice, Right, RiskRule
from app.kernel.messages import N_

NOT_IN_FORCE = RiskRule(
    code="P-01",
    title=N_("办理规则"),
    asks=N_("按此人的政策日期，本项目有已经发布、适用的办理规则。"),
    sql="""SELECT row_id, 'fail' AS verdict, '{"why": "none"}'::jsonb AS evidence FROM candidates WHERE version IS NULL""",
    fields=(),
    sentences={
        "none": N_(
            "按此人的政策日期，本项目没有适用的办理规则。请核对日期；日期无误的，不属于本项目的办理范围。"
        )
    },
    advice=Advice(N_("日期不在本项目的办理范围内"), N_("请核对日期")),
    waits_for=Right.NOTHING,
)
