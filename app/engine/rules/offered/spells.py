"""Spells in registers of days: registered unemployment and labour transfers.

What a register of days held before its first load is no gap; months that its coverage leaves out later may be one.
"""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice, missing_months
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_

FROM_THE_FIRST_LOAD = "least(coalesce({first}, {day}), {day})"
"""SQL: the first day that matters when `day` is the last one: `first`, or `day` where nothing was loaded before it."""


@offer(
    "registered_unemployed",
    N_("失业登记"),
    N_("失业登记到{day_title}已满{months}个月，而且在{day_title}之前没有注销。"),
    {
        "registered": N_("{registered_on}登记失业，到{day_title}{starts_on}已满{months}个月。"),
        "none": N_("没有失业登记记录。请先核实失业登记。"),
        "short": N_(
            "{registered_on}登记失业，到{day_title}{starts_on}不满{months}个月（最迟应于{latest_start}登记）。请核对{day_title}和失业登记。"
        ),
        "cancelled": N_(
            "{registered_on}的失业登记已于{cancelled_on}注销，早于{day_title}{starts_on}。请核对{day_title}和失业登记。"
        ),
    },
    Advice(
        N_("失业登记不满足要求"),
        N_("补登或更正失业登记后可再次校验"),
        {
            "none": N_("没有失业登记记录"),
            "short": N_("{registered_on}登记，到{starts_on}不满{months}个月"),
            "cancelled": N_("{registered_on}的登记已于{cancelled_on}注销"),
        },
        wrong=("registered_on", "cancelled_on"),
    ),
    slots=(
        Slot("day", N_("到哪一天"), SlotKind.DATE_FIELD),
        Slot("months", N_("登记最少月数"), SlotKind.MONTHS),
    ),
    example={"day": "contract_start", "months": "least_unemployed_months"},
    evidence=("registered_on", "cancelled_on", "starts_on", "months", "latest_start", "region"),
    passes=("registered",),
    fields=("citizen_id",),
    placed=True,
    register="unemployment",
)
def registered_unemployed(rows: str, day: str, months: str) -> str:
    """Judge a registration that is old enough on a day and wasn't cancelled before it.

    Who is registered may have been cancelled in a month that isn't loaded; who isn't, registered in one.
    The latest day to register is asked twice, because several days clamp to one month's end.
    """
    first = "CASE WHEN qualifies THEN greatest(registered_on, lower(days)) ELSE lower(days) END"
    since = FROM_THE_FIRST_LOAD.format(first=first, day="wanted")
    return f"""
        WITH asked AS (
            SELECT c.row_id, c.person_id, c.insured_region, m.starts_on, m.months,
                   make_interval(months => m.months) AS wait,
                   greatest(m.starts_on - make_interval(months => m.months),
                            m.starts_on + 1 - make_interval(months => m.months) - interval '1 day'
                   )::date AS latest_start
            FROM candidates c, LATERAL (SELECT {day} AS starts_on, {months} AS months) m
            WHERE {rows}
        ), judged AS (
            SELECT a.*, u.id AS unemployment_id, u.registered_on, u.cancelled_on, u.still, u.long_enough,
                   coalesce(u.still AND u.long_enough, false) AS qualifies, r.name AS region, v.days,
                   least(CASE WHEN u.still AND u.long_enough THEN a.starts_on - 1 ELSE a.latest_start END,
                         CAST(:today AS date)) AS wanted
            FROM asked a
            LEFT JOIN regions r ON r.code = a.insured_region
            LEFT JOIN covered v ON v.kind = 'unemployment' AND v.region_code = a.insured_region
            LEFT JOIN LATERAL (
                SELECT u.id, u.registered_on, u.cancelled_on,
                       u.registered_on + a.wait <= a.starts_on AS long_enough,
                       u.cancelled_on IS NULL OR u.cancelled_on >= a.starts_on AS still
                FROM unemployment u WHERE u.person_id = a.person_id
                ORDER BY (u.registered_on + a.wait <= a.starts_on
                          AND (u.cancelled_on IS NULL OR u.cancelled_on >= a.starts_on)) DESC,
                         u.registered_on DESC LIMIT 1
            ) u ON true
        )
        SELECT row_id,
               CASE WHEN missing IS NOT NULL THEN 'unknown'
                    WHEN qualifies THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN qualifies THEN 'registered' WHEN unemployment_id IS NULL THEN 'none'
                               WHEN NOT still THEN 'cancelled' ELSE 'short' END,
                   'unemployment_id', unemployment_id, 'registered_on', registered_on,
                   'cancelled_on', cancelled_on, 'starts_on', starts_on, 'months', months,
                   'latest_start', latest_start, 'register', 'unemployment', 'region', region,
                   'missing', missing, 'until', upper(days) - 1) AS evidence
        FROM (SELECT j.*, {missing_months("days", since, "wanted")} AS missing FROM judged j) asked_of
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "transferred",
    N_("转移就业"),
    N_("有转移就业记录，外出日期不晚于{day_title}。"),
    {
        "left": N_("{left_on}起转移就业，不晚于{day_title}{starts_on}。"),
        "none": N_("没有在{day_title}{starts_on}之前外出的转移就业记录。请先核实转移就业登记。"),
    },
    Advice(
        N_("没有查到转移就业记录"),
        N_("补登转移就业后可再次校验"),
        {"none": N_("{starts_on}之前没有外出的转移就业记录")},
    ),
    slots=(Slot("day", N_("到哪一天"), SlotKind.DATE_FIELD),),
    example={"day": "contract_start"},
    evidence=("left_on", "returned_on", "starts_on", "region"),
    passes=("left",),
    fields=("citizen_id",),
    placed=True,
    register="transfers",
)
def transferred(rows: str, day: str) -> str:
    """Judge a labour transfer that began no later than a day."""
    last = f"least({day}, CAST(:today AS date))"
    since = FROM_THE_FIRST_LOAD.format(first="lower(v.days)", day=last)
    return f"""
        SELECT c.row_id,
               CASE WHEN t.id IS NOT NULL THEN 'pass' WHEN lacking.months IS NOT NULL THEN 'unknown'
                    ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN t.id IS NOT NULL THEN 'left' ELSE 'none' END, 'transfer_id', t.id,
                   'left_on', t.left_on, 'returned_on', t.returned_on, 'starts_on', {day},
                   'register', 'transfers', 'region', r.name, 'missing', lacking.months,
                   'until', upper(v.days) - 1) AS evidence
        FROM candidates c
        LEFT JOIN regions r ON r.code = c.insured_region
        LEFT JOIN covered v ON v.kind = 'transfers' AND v.region_code = c.insured_region
        LEFT JOIN LATERAL (
            SELECT t.id, t.left_on, t.returned_on FROM transfers t
            WHERE t.person_id = c.person_id AND t.left_on <= {day} ORDER BY t.left_on DESC LIMIT 1
        ) t ON true
        CROSS JOIN LATERAL (
            SELECT CASE WHEN t.id IS NULL THEN {missing_months("v.days", since, last)} END AS months
        ) lacking
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue
