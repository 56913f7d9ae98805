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


@offer(
    "months_since",
    N_("满月数"),
    N_(
        "从{since_title}到{day_title}已满{least}个月，没有那一天的，按月末计算；规定了最多月数的，也没有超过。"
    ),
    {
        "enough": N_("从{since_title}{since}到{day_title}{day}已满{months}个月。"),
        "short": N_(
            "从{since_title}{since}到{day_title}{day}不满{months}个月，{earliest}起才满。请核对日期，或到期后再申请。"
        ),
        "late": N_(
            "从{since_title}{since}到{day_title}{day}已超过{most}个月，最迟应在{latest}。请核对日期；确已超过的，不能申请。"
        ),
    },
    Advice(
        N_("{since_title}到{day_title}的月数不符合要求"),
        N_("请核对日期"),
        {
            "short": N_("{since}起，{earliest}才满{months}个月"),
            "late": N_("{since}起，{latest}已满{most}个月"),
        },
        wrong=("since",),
    ),
    slots=(
        Slot("since", N_("从哪一天起"), SlotKind.DATE_FIELD),
        Slot("day", N_("到哪一天"), SlotKind.DATE_FIELD),
        Slot("least", N_("最少月数"), SlotKind.MONTHS),
        Slot("most", N_("最多月数"), SlotKind.MONTHS, required=False),
    ),
    example={"since": "registered_on", "day": "submission_day", "least": "least_months"},
    evidence=("since", "day", "months", "most", "earliest", "latest"),
    passes=("enough",),
)
def months_since(rows: str, since: str, day: str, least: str, most: str | None) -> str:
    """Judge whether some months are complete on a day, and not too many; PostgreSQL clamps months to the month's end."""
    return f"""
        SELECT row_id, CASE WHEN day >= earliest AND day <= coalesce(latest, 'infinity') THEN 'pass' ELSE 'fail' END
                   AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN day < earliest THEN 'short' WHEN day > latest THEN 'late' ELSE 'enough' END,
                   'since', since, 'day', day, 'months', least, 'most', most, 'earliest', earliest,
                   'latest', latest) AS evidence
        FROM (SELECT row_id, since, day, least, most, (since + make_interval(months => least))::date AS earliest,
                     (since + make_interval(months => most))::date AS latest
              FROM (SELECT c.row_id, {since} AS since, {day} AS day, {least} AS least, {most or "NULL::int"} AS most
                    FROM candidates c WHERE {rows}) read) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "date_not_after",
    N_("截止日"),
    N_("{day_title}不晚于当年的{limit_title}。"),
    {
        "within": N_("{day_title}{day}不晚于当年的{limit_title}。"),
        "after": N_(
            "{day_title}{day}晚于当年的{limit_title}，已过申请期限。请核对日期；确已过期的，不能申请。"
        ),
    },
    Advice(
        N_("{day_title}已过申请期限"),
        N_("请核对日期；确已过期的，不能申请"),
        {"after": N_("{day}晚于当年的{limit_title}")},
        wrong=("day",),
    ),
    slots=(
        Slot("day", N_("哪一天"), SlotKind.DATE_FIELD),
        Slot("limit", N_("每年的截止日"), SlotKind.DAY_OF_YEAR),
    ),
    example={"day": "submission_day", "limit": "10-10"},
    evidence=("day",),
    passes=("within",),
    routine=True,
)
def date_not_after(rows: str, day: str, limit: str) -> str:
    return f"""
        SELECT row_id, CASE WHEN within THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN within THEN 'within' ELSE 'after' END, 'day', day) AS evidence
        FROM (SELECT c.row_id, {day} AS day, to_char({day}, 'MM-DD') <= {limit} AS within
              FROM candidates c WHERE {rows}) judged
    """  # noqa: S608  # nosec B608  # of the catalogue
