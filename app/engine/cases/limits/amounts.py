"""How often at most, and how much in all."""

from app.engine.cases.limits.counting import BEFORE, BEYOND, DAY, counted, counting, inside
from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_

WINDOW = (
    Slot("first", N_("从哪一天起计"), SlotKind.DATE, required=False),
    Slot("last", N_("计到哪一天"), SlotKind.DATE, required=False),
    Slot("day", N_("按哪个日期计"), SlotKind.DATE_FIELD, required=False),
)


@offer(
    "at_most",
    N_("次数上限"),
    N_("此人享受本项补贴连同这一次最多{most}次；按月办理的为{most}个月。规定了起止日期的，只计其间的。"),
    {
        "within": N_("连同这一次为{count}次（个月），不超过{most}。"),
        "beyond": N_("此人另有{others}次（个月），连同这一次超过{most}，不能再享受。请从名单中移除这一条。"),
        "beyond_months": N_(
            "此人另有{others}个月（{counted}），连同这个月超过{most}个月，不能再享受。请从名单中移除这一条。"
        ),
        "outside": N_("不在计数的起止日期之内，不计。"),
    },
    Advice(
        N_("超过次数上限"),
        N_("不能再享受，请移除"),
        {
            "beyond": N_("另有{others}次，最多{most}次"),
            "beyond_months": N_("另有{others}个月，最多{most}个月"),
        },
        hopeless=True,
    ),
    slots=(Slot("most", N_("最多几次或几个月"), SlotKind.COUNT), *WINDOW),
    example={"most": "most_months", "first": "window_from", "last": "window_to", "day": "contract_start"},
    evidence=("count", "others", "most", "counted"),
    passes=("within", "outside"),
    fields=("citizen_id",),
    counts=True,
)
def at_most(rows: str, most: str, first: str | None, last: str | None, day: str | None) -> str:
    counts = f"{BEFORE} AND {inside('k.day', first, last)}"
    return f"""
        SELECT row_id, CASE WHEN inside AND others >= most THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN NOT inside THEN 'outside' WHEN others < most THEN 'within' WHEN months IS NULL THEN 'beyond'
                               ELSE 'beyond_months' END,
                   'count', others + 1, 'others', {BEYOND}, 'most', most,
                   'counted', to_jsonb(months[1:{BEYOND}])) AS evidence
        FROM (SELECT c.row_id, {most} AS most, {inside(day or DAY, first, last)} AS inside,
                     {counted(counts)}
              FROM candidates c LEFT JOIN {counting(rows, day=day or DAY)} k ON k.person_id = c.person_id
              WHERE {rows} GROUP BY c.row_id) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "total_at_most",
    N_("累计上限"),
    N_("此人各次的{field_title}连同这一次合计最多{most}。规定了起止日期的，只计其间的。"),
    {
        "within": N_("各次的{field_title}连同这一次合计{total}，不超过{most}。"),
        "beyond": N_(
            "此人其他{others}次的{field_title}合计{sum}，这一次{own}，超过{most}，不能享受。请核对{field_title}，或移除这一条。"
        ),
        "outside": N_("不在计数的起止日期之内，不计。"),
    },
    Advice(
        N_("超过累计上限"),
        N_("请核对{field_title}，或移除"),
        {"beyond": N_("其他各次{sum}，这一次{own}，最多{most}")},
        wrong=("own",),
    ),
    slots=(
        Slot("field", N_("累计哪个栏目"), SlotKind.NUMBER_FIELD),
        Slot("most", N_("合计最多"), SlotKind.TOTAL),
        *WINDOW,
    ),
    example={
        "field": "hours",
        "most": "most_hours",
        "first": "window_from",
        "last": "window_to",
        "day": "contract_start",
    },
    evidence=("total", "others", "sum", "own", "most"),
    passes=("within", "outside"),
    fields=("citizen_id",),
    counts=True,
)
def total_at_most(
    rows: str, field: str, most: str, first: str | None, last: str | None, day: str | None
) -> str:
    counts = f"{BEFORE} AND {inside('k.day', first, last)}"
    return f"""
        SELECT row_id, CASE WHEN inside AND sum + own > most THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN NOT inside THEN 'outside' WHEN sum + own > most THEN 'beyond' ELSE 'within' END,
                   'total', sum + own, 'others', others, 'sum', sum, 'own', own, 'most', most) AS evidence
        FROM (SELECT c.row_id, {most} AS most, {field} AS own, {inside(day or DAY, first, last)} AS inside,
                     count(k.person_id) FILTER (WHERE {counts}) AS others,
                     coalesce(sum(k.number) FILTER (WHERE {counts}), 0) AS sum
              FROM candidates c LEFT JOIN {counting(rows, day=day or DAY, number=field)} k ON k.person_id = c.person_id
              WHERE {rows} GROUP BY c.row_id) judged
    """  # noqa: S608  # nosec B608  # of the catalogue
