"""What keeps claims apart: months between them, spans that don't overlap, programmes that exclude each other."""

from app.engine.cases.limits.counting import BEFORE, DAY, LIVE_CLAIMS, counting
from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_


@offer(
    "once_in_months",
    N_("间隔"),
    N_("此人两次享受本项补贴至少相隔{months}个月。"),
    {
        "apart": N_("与此人其他各次至少相隔{months}个月。"),
        "near": N_(
            "此人另一次在{other}，与这一次的{day}相隔不到{months}个月，不能享受。请核对日期，或移除这一条。"
        ),
    },
    Advice(
        N_("距另一次不到{months}个月"),
        N_("请核对日期，或移除"),
        {"near": N_("另一次在{other}")},
        wrong=("other",),
    ),
    slots=(
        Slot("months", N_("至少相隔几个月"), SlotKind.MONTHS),
        Slot("day", N_("按哪个日期计"), SlotKind.DATE_FIELD, required=False),
    ),
    example={"months": "months_apart", "day": "contract_start"},
    evidence=("months", "day", "other"),
    passes=("apart",),
    fields=("citizen_id",),
    counts=True,
)
def once_in_months(rows: str, months: str, day: str | None) -> str:
    return f"""
        SELECT row_id, CASE WHEN other IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN other IS NULL THEN 'apart' ELSE 'near' END,
                                  'months', months, 'day', day, 'other', other) AS evidence
        FROM (SELECT c.row_id, {months} AS months, {day or DAY} AS day,
                     max(k.day) FILTER (WHERE {BEFORE}
                         AND k.day + make_interval(months => {months}) > {day or DAY}
                         AND {day or DAY} + make_interval(months => {months}) > k.day) AS other
              FROM candidates c LEFT JOIN {counting(rows, day=day or DAY)} k ON k.person_id = c.person_id
              WHERE {rows} GROUP BY c.row_id) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "spans_apart",
    N_("期间不重叠"),
    N_("从{since_title}到{until_title}，与此人其他各次的期间不重叠。"),
    {
        "apart": N_("与此人其他各次的期间不重叠。"),
        "overlap": N_(
            "此人另一次的期间自{from}起，到{to}止，与这一次重叠，不能享受。请核对{since_title}和{until_title}，或移除这一条。"
        ),
    },
    Advice(
        N_("与另一次的期间重叠"),
        N_("请核对{since_title}和{until_title}，或移除"),
        {"overlap": N_("另一次自{from}到{to}")},
        wrong=("from", "to"),
    ),
    slots=(
        Slot("since", N_("开始日期"), SlotKind.DATE_FIELD),
        Slot("until", N_("终止日期"), SlotKind.DATE_FIELD, blank_tells=True),
    ),
    example={"since": "contract_start", "until": "contract_end"},
    evidence=("from", "to"),
    passes=("apart",),
    fields=("citizen_id",),
    counts=True,
)
def spans_apart(rows: str, since: str, until: str) -> str:
    span = f"CASE WHEN {since} <= coalesce({until}, {since}) THEN daterange({since}, {until}, '[]') END"
    return f"""
        SELECT row_id, CASE WHEN other IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN other IS NULL THEN 'apart' ELSE 'overlap' END,
                                  'from', lower(other), 'to', upper(other) - 1) AS evidence
        FROM (SELECT c.row_id, (array_agg(k.span) FILTER (WHERE {BEFORE} AND k.span && {span}))[1] AS other
              FROM candidates c LEFT JOIN {counting(rows, span=span)} k ON k.person_id = c.person_id
              WHERE {rows} GROUP BY c.row_id) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "not_together",
    N_("不能同时享受"),
    N_("此人没有所列其他项目的在办或已享受记录；选择了按月的，只看同一个月。"),
    {
        "free": N_("没有所列其他项目的在办或已享受记录。"),
        "other": N_("此人已申请或享受“{programme}”，与本项补贴不能同时享受。请从名单中移除这一条。"),
        "other_part": N_(
            "此人{period}已申请或享受“{programme}”，同一个月不能再享受本项补贴。请从名单中移除这一条。"
        ),
    },
    Advice(
        N_("已享受不能同时享受的项目"),
        N_("不能同时享受，请移除"),
        {"other": N_("已申请或享受“{programme}”"), "other_part": N_("{period}已申请或享受“{programme}”")},
        hopeless=True,
    ),
    slots=(
        Slot("programmes", N_("哪些项目"), SlotKind.PROGRAMMES),
        Slot("by_month", N_("只看同一个月"), SlotKind.YES_NO, required=False, default=False),
    ),
    example={"programmes": ["hiring_subsidy"], "by_month": False},
    evidence=("programme", "period"),
    passes=("free",),
    fields=("citizen_id",),
    counts=True,
)
def not_together(rows: str, programmes: str, by_month: str) -> str:
    return f"""
        SELECT row_id, CASE WHEN programme IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN programme IS NULL THEN 'free' WHEN {by_month} THEN 'other_part'
                                              ELSE 'other' END,
                                  'programme', programme, 'period', CASE WHEN {by_month} THEN period END) AS evidence
        FROM (SELECT c.row_id, c.period, min(k.programme) AS programme
              FROM candidates c LEFT JOIN ({LIVE_CLAIMS}) k
                ON k.person_id = c.person_id AND k.programme = ANY({programmes}) AND k.programme <> :programme
                   AND (NOT {by_month} OR k.slot_no = c.slot_no)
              WHERE {rows} GROUP BY c.row_id, c.period) judged
    """  # noqa: S608  # nosec B608  # of the catalogue
