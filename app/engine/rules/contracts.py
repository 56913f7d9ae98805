"""Rules about a labour contract and its social insurance, shared by the programmes that subsidise contracts.

A verdict is unknown when months that the insured region's coverage leaves out could change it; `missing` names them.
A month after today's can't be loaded and lacks nowhere. What a register of days held before its first load is no gap.
Where each row names its own enterprise and region, `place` lists the sheet's columns that say so.
"""

from app.engine.rules.rule import Advice, RiskRule, missing_months, rule
from app.kernel.messages import N_

UNEMPLOYED = "unemployed"
STRANDED_MIGRANT = "stranded_migrant"
CATEGORIES = ((UNEMPLOYED, N_("登记失业半年以上人员")), (STRANDED_MIGRANT, N_("因疫情无法返岗农民工")))

FROM_THE_FIRST_LOAD = "least(coalesce({first}, {day}), {day})"
"""SQL: the first day that matters when `day` is the last one: `first`, or `day` where nothing was loaded before it."""


def insured(code: str, place: tuple[str, ...] = ()) -> RiskRule:
    """Judge HS-01 / SS-01: a recent paid contribution under the employer, in the insured region, since the contract."""

    @rule(
        code,
        N_("参保"),
        N_(
            "此人在用人单位、在参保地，从合同开始当月起有社保缴费；最近一个缴费月份距校验当月最多{latest_contribution_months}个月。"
        ),
        fields=("citizen_id", "contract_start", *place),
        passes=("paid",),
        register="contributions",
        advice=Advice(
            N_("没有查到本单位参保缴费"),
            N_("缴费到账后可再次校验，不必重新上传"),
            {
                "none": N_("自{since}起在{region}没有缴费记录"),
                "stale": N_("最近缴费{latest}，应不早于{floor}"),
                "future": N_("合同{since}才开始，还不可能有缴费"),
            },
            wrong=("latest",),
        ),
        paid=N_("在{employer}（参保地{region}）最近缴费月份为{latest}。"),
        none=N_(
            "没有在{employer}（参保地{region}）自{since}以来的社保缴费。请核对单位、参保地和合同开始日期，或待缴费到账后再申请。"
        ),
        stale=N_(
            "在{employer}（参保地{region}）最近缴费月份为{latest}，早于{floor}。请确认此人仍在该单位参保，待缴费到账后再申请。"
        ),
        future=N_("合同{since}才开始，尚不可能有缴费。请在合同开始并缴费后再申请。"),
    )
    def statement() -> str:
        lacking = missing_months("v.days", "greatest(a.since, a.floor)", "a.this_month")
        return f"""
            WITH asked AS (
                SELECT c.*, date_trunc('month', c.starts_on)::date AS since,
                       date_trunc('month', CAST(:today AS date))::date AS this_month,
                       (date_trunc('month', CAST(:today AS date))
                        - make_interval(months => (c.policy->>'latest_contribution_months')::int))::date AS floor
                FROM candidates c
            )
            SELECT a.row_id,
                   CASE WHEN s.month >= a.floor THEN 'pass' WHEN lacking.months IS NOT NULL THEN 'unknown'
                        ELSE 'fail' END AS verdict,
                   jsonb_build_object(
                       'why', CASE WHEN s.month >= a.floor THEN 'paid' WHEN s.month IS NOT NULL THEN 'stale'
                                   WHEN a.since > a.this_month THEN 'future' ELSE 'none' END,
                       'contribution_id', s.id, 'latest', to_char(s.month, 'YYYY-MM'),
                       'since', to_char(a.since, 'YYYY-MM'), 'floor', to_char(a.floor, 'YYYY-MM'),
                       'employer', e.name, 'region', r.name, 'register', 'contributions',
                       'missing', lacking.months, 'until', to_char(upper(v.days) - 1, 'YYYY-MM')) AS evidence
            FROM asked a
            JOIN employers e ON e.id = a.employer_id
            LEFT JOIN regions r ON r.code = a.insured_region
            LEFT JOIN covered v ON v.kind = 'contributions' AND v.region_code = a.insured_region
            LEFT JOIN LATERAL (
                SELECT s.id, s.month FROM contributions s
                WHERE s.person_id = a.person_id AND s.employer_id = a.employer_id
                  AND s.insured_region = a.insured_region AND s.paid AND s.month >= a.since
                ORDER BY s.month DESC LIMIT 1
            ) s ON true
            CROSS JOIN LATERAL (
                SELECT CASE WHEN s.month IS NULL OR s.month < a.floor THEN {lacking} END AS months
            ) lacking
        """  # noqa: S608  # nosec B608  # constants of the code

    return statement


def contract_term(code: str) -> RiskRule:
    """Judge HS-02 / SS-02: an open-ended or long enough contract; PostgreSQL clamps months to the month's end."""

    @rule(
        code,
        N_("合同期限"),
        N_(
            "劳动合同无固定期限；或终止日期不早于开始日期满{least_contract_months}个月的前一天，当月没有那一天的，按月末计算。"
        ),
        fields=("contract_start", "contract_end"),
        passes=("open_ended", "long_enough"),
        advice=Advice(
            N_("合同不足{months}个月"),
            N_("终止日期应不早于开始日期满{months}个月的前一天"),
            {"short": N_("{starts_on} 至 {ends_on}，最早应到{least_end}")},
            wrong=("ends_on",),
            suggests={"contract_end": "least_end"},
        ),
        open_ended=N_("无固定期限劳动合同。"),
        long_enough=N_("合同自{starts_on}至{ends_on}，满{months}个月。"),
        short=N_(
            "合同自{starts_on}至{ends_on}，不足{months}个月，终止日期应不早于{least_end}。请核对劳动合同终止日期。"
        ),
    )
    def statement() -> str:
        return """
            SELECT row_id, CASE WHEN ends_on IS NULL OR ends_on >= least_end THEN 'pass' ELSE 'fail' END AS verdict,
                   jsonb_build_object(
                       'why', CASE WHEN ends_on IS NULL THEN 'open_ended'
                                   WHEN ends_on >= least_end THEN 'long_enough' ELSE 'short' END,
                       'starts_on', starts_on, 'ends_on', ends_on, 'least_end', least_end, 'months', months) AS evidence
            FROM (SELECT c.row_id, c.starts_on, c.ends_on, m.months,
                         (c.starts_on + make_interval(months => m.months))::date - 1 AS least_end
                  FROM candidates c,
                       LATERAL (SELECT (c.policy->>'least_contract_months')::int AS months) m) judged
        """

    return statement


def registered_unemployed(code: str, place: tuple[str, ...] = ()) -> RiskRule:
    """Judge HS-03 / SS-03: registered long enough before the contract and not cancelled before it (first category).

    Who is registered may have been cancelled in a month that isn't loaded; who isn't, registered in one.
    The latest day to register is asked twice, because several days clamp to one month's end.
    """

    @rule(
        code,
        N_("失业登记"),
        N_(
            "只对登记失业半年以上人员：失业登记到合同开始日期已满{least_unemployed_months}个月，而且在合同开始之前没有注销。"
        ),
        fields=("citizen_id", "category", "contract_start", *place),
        passes=("registered",),
        register="unemployment",
        advice=Advice(
            N_("失业登记不满足要求"),
            N_("请核对人员类别；补登或更正失业登记后可再次校验"),
            {
                "none": N_("没有失业登记记录"),
                "short": N_("{registered_on}登记，到合同开始{starts_on}不满{months}个月"),
                "cancelled": N_("{registered_on}的登记已于{cancelled_on}注销"),
            },
            wrong=("registered_on", "cancelled_on"),
        ),
        registered=N_("{registered_on}登记失业，到合同开始日期{starts_on}已满{months}个月。"),
        none=N_("没有失业登记记录。请核对人员类别，或先核实失业登记。"),
        short=N_(
            "{registered_on}登记失业，到合同开始日期{starts_on}不满{months}个月（最迟应于{latest_start}登记）。请核对人员类别和合同开始日期。"
        ),
        cancelled=N_(
            "{registered_on}的失业登记已于{cancelled_on}注销，早于合同开始日期{starts_on}。请核对人员类别和合同开始日期。"
        ),
    )
    def statement() -> str:
        first = "CASE WHEN qualifies THEN greatest(registered_on, lower(days)) ELSE lower(days) END"
        since = FROM_THE_FIRST_LOAD.format(first=first, day="wanted")
        return f"""
            WITH asked AS (
                SELECT c.row_id, c.person_id, c.insured_region, c.starts_on, m.months,
                       make_interval(months => m.months) AS wait,
                       greatest(c.starts_on - make_interval(months => m.months),
                                c.starts_on + 1 - make_interval(months => m.months) - interval '1 day'
                       )::date AS latest_start
                FROM candidates c, LATERAL (SELECT (c.policy->>'least_unemployed_months')::int AS months) m
                WHERE c.category = '{UNEMPLOYED}'
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
        """  # noqa: S608  # nosec B608  # constants of the code

    return statement


def transferred(code: str, place: tuple[str, ...] = ()) -> RiskRule:
    """Judge HS-04 / SS-04: a labour transfer that began no later than the contract (second category)."""

    @rule(
        code,
        N_("转移就业"),
        N_("只对因疫情无法返岗农民工：有转移就业记录，外出日期不晚于合同开始日期。"),
        fields=("citizen_id", "category", "contract_start", *place),
        passes=("left",),
        register="transfers",
        advice=Advice(
            N_("没有查到转移就业记录"),
            N_("请核对人员类别；补登转移就业后可再次校验"),
            {"none": N_("{starts_on}之前没有外出的转移就业记录")},
        ),
        left=N_("{left_on}起转移就业，不晚于合同开始日期{starts_on}。"),
        none=N_(
            "没有在合同开始日期{starts_on}之前外出的转移就业记录。请核对人员类别，或先核实转移就业登记。"
        ),
    )
    def statement() -> str:
        last = "least(c.starts_on, CAST(:today AS date))"
        since = FROM_THE_FIRST_LOAD.format(first="lower(v.days)", day=last)
        return f"""
            SELECT c.row_id,
                   CASE WHEN t.id IS NOT NULL THEN 'pass' WHEN lacking.months IS NOT NULL THEN 'unknown'
                        ELSE 'fail' END AS verdict,
                   jsonb_build_object(
                       'why', CASE WHEN t.id IS NOT NULL THEN 'left' ELSE 'none' END, 'transfer_id', t.id,
                       'left_on', t.left_on, 'returned_on', t.returned_on, 'starts_on', c.starts_on,
                       'register', 'transfers', 'region', r.name, 'missing', lacking.months,
                       'until', upper(v.days) - 1) AS evidence
            FROM candidates c
            LEFT JOIN regions r ON r.code = c.insured_region
            LEFT JOIN covered v ON v.kind = 'transfers' AND v.region_code = c.insured_region
            LEFT JOIN LATERAL (
                SELECT t.id, t.left_on, t.returned_on FROM transfers t
                WHERE t.person_id = c.person_id AND t.left_on <= c.starts_on ORDER BY t.left_on DESC LIMIT 1
            ) t ON true
            CROSS JOIN LATERAL (
                SELECT CASE WHEN t.id IS NULL THEN {missing_months("v.days", since, last)} END AS months
            ) lacking
            WHERE c.category = '{STRANDED_MIGRANT}'
        """  # noqa: S608  # nosec B608  # constants of the code

    return statement
