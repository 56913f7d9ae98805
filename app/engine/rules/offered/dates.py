"""What a row's own dates must be, beside one another and by policy."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_


@offer(
    "least_term",
    N_("期限"),
    N_(
        "{until_title}为空，即无固定期限；或不早于{since_title}满{months}个月的前一天，当月没有那一天的，按月末计算。"
    ),
    {
        "open_ended": N_("{until_title}为空，无固定期限。"),
        "long_enough": N_("自{starts_on}至{ends_on}，满{months}个月。"),
        "short": N_(
            "自{starts_on}至{ends_on}，不足{months}个月，{until_title}应不早于{least_end}。请核对{since_title}和{until_title}。"
        ),
    },
    Advice(
        N_("期限不足{months}个月"),
        N_("{until_title}应不早于{since_title}满{months}个月的前一天"),
        {"short": N_("{starts_on} 至 {ends_on}，最早应到{least_end}")},
        wrong=("ends_on",),
        suggests={"until": "least_end"},
    ),
    slots=(
        Slot("since", N_("开始日期"), SlotKind.DATE_FIELD),
        Slot("until", N_("终止日期"), SlotKind.DATE_FIELD, blank_tells=True),
        Slot("months", N_("最少月数"), SlotKind.MONTHS),
    ),
    example={"since": "contract_start", "until": "contract_end", "months": "least_contract_months"},
    evidence=("starts_on", "ends_on", "least_end", "months"),
    passes=("open_ended", "long_enough"),
)
def least_term(rows: str, since: str, until: str, months: str) -> str:
    """Judge a term without end, or long enough; PostgreSQL clamps months to the month's end."""
    return f"""
        SELECT row_id, CASE WHEN ends_on IS NULL OR ends_on >= least_end THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN ends_on IS NULL THEN 'open_ended'
                               WHEN ends_on >= least_end THEN 'long_enough' ELSE 'short' END,
                   'starts_on', starts_on, 'ends_on', ends_on, 'least_end', least_end, 'months', months) AS evidence
        FROM (SELECT c.row_id, {since} AS starts_on, {until} AS ends_on, m.months,
                     ({since} + make_interval(months => m.months))::date - 1 AS least_end
              FROM candidates c, LATERAL (SELECT {months} AS months) m
              WHERE {rows}) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "policy_window",
    N_("政策期限"),
    N_("{day_title}在政策期限内（开始：{first}，截止：{last}）。"),
    {
        "inside": N_("{day_title}{starts_on}在政策期限内（开始：{window_from}，截止：{window_to}）。"),
        "outside": N_(
            "{day_title}{starts_on}不在政策期限内（开始：{window_from}，截止：{window_to}）。请核对{day_title}。"
        ),
    },
    Advice(
        N_("{day_title}不在政策期限内"),
        N_("请核对{day_title}"),
        {"outside": N_("{starts_on}，政策自{window_from}起")},
        wrong=("starts_on",),
    ),
    slots=(
        Slot("day", N_("日期"), SlotKind.DATE_FIELD),
        Slot("first", N_("政策开始日期"), SlotKind.DATE),
        Slot("last", N_("政策截止日期"), SlotKind.DATE),
    ),
    example={"day": "contract_start", "first": "window_from", "last": "window_to"},
    evidence=("starts_on", "window_from", "window_to"),
    passes=("inside",),
    routine=True,
)
def policy_window(rows: str, day: str, first: str, last: str) -> str:
    return f"""
        SELECT row_id, CASE WHEN inside THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN inside THEN 'inside' ELSE 'outside' END, 'starts_on', starts_on,
                                  'window_from', first, 'window_to', last) AS evidence
        FROM (SELECT row_id, starts_on, first, last,
                     starts_on >= first AND starts_on <= coalesce(last, 'infinity') AS inside
              FROM (SELECT c.row_id, {day} AS starts_on, {first} AS first, {last} AS last
                    FROM candidates c WHERE {rows}) read) judged
    """  # noqa: S608  # nosec B608  # of the catalogue
