"""Months of social insurance: a verdict is unknown when months that the insured region's coverage leaves out could change it.

`missing` names them. A month after today's can't be loaded and lacks nowhere.
"""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice, missing_months
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_


@offer(
    "insured",
    N_("参保"),
    N_(
        "此人在用人单位、在参保地，从{since_title}当月起有社保缴费；最近一个缴费月份距校验当月最多{latest}个月。"
    ),
    {
        "paid": N_("在{employer}（参保地{region}）最近缴费月份为{latest}。"),
        "none": N_(
            "没有在{employer}（参保地{region}）自{since}以来的社保缴费。请核对单位、参保地和{since_title}，或待缴费到账后再申请。"
        ),
        "stale": N_(
            "在{employer}（参保地{region}）最近缴费月份为{latest}，早于{floor}。请确认此人仍在该单位参保，待缴费到账后再申请。"
        ),
        "future": N_("{since_title}在{since}，还没有到，尚不可能有缴费。请待到期并缴费后再申请。"),
    },
    Advice(
        N_("没有查到本单位参保缴费"),
        N_("缴费到账后可再次校验，不必重新上传"),
        {
            "none": N_("自{since}起在{region}没有缴费记录"),
            "stale": N_("最近缴费{latest}，应不早于{floor}"),
            "future": N_("{since_title}在{since}，还不可能有缴费"),
        },
        wrong=("latest",),
    ),
    slots=(
        Slot("since", N_("从哪一天起"), SlotKind.DATE_FIELD),
        Slot("latest", N_("最近缴费月份距今最多月数"), SlotKind.MONTHS),
    ),
    example={"since": "contract_start", "latest": "latest_contribution_months"},
    evidence=("latest", "since", "floor", "employer", "region"),
    passes=("paid",),
    fields=("citizen_id",),
    placed=True,
    register="contributions",
)
def insured(rows: str, since: str, latest: str) -> str:
    """Judge a recent paid contribution under the employer, in the insured region, since a day's month."""
    lacking = missing_months("v.days", "greatest(a.since, a.floor)", "a.this_month")
    return f"""
        WITH asked AS (
            SELECT c.*, date_trunc('month', {since})::date AS since,
                   date_trunc('month', CAST(:today AS date))::date AS this_month,
                   (date_trunc('month', CAST(:today AS date)) - make_interval(months => {latest}))::date AS floor
            FROM candidates c WHERE {rows}
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
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "not_insured_elsewhere",
    N_("未在他处参保"),
    N_("从{since_title}当月到{until_title}当月，此人没有在其他单位缴费。"),
    {
        "free": N_("{first}至{last}没有在其他单位缴费。"),
        "elsewhere": N_("{paid}在其他单位有社保缴费，不能享受本项补贴。请与本人核实，或从名单中移除此人。"),
    },
    Advice(
        N_("在其他单位有社保缴费"),
        N_("请与本人核实，或移除此人"),
        {"elsewhere": N_("{paid}在其他单位缴费")},
        wrong=("paid",),
    ),
    slots=(
        Slot("since", N_("从哪一天的当月起"), SlotKind.DATE_FIELD),
        Slot("until", N_("到哪一天的当月"), SlotKind.DATE_FIELD),
    ),
    example={"since": "submission_day", "until": "submission_day"},
    evidence=("paid", "first", "last", "region"),
    passes=("free",),
    fields=("citizen_id",),
    placed=True,
    register="contributions",
)
def not_insured_elsewhere(rows: str, since: str, until: str) -> str:
    """Judge that no month, up to today's, is paid under another employer, in any region; a row without employer has only others."""
    lacking = missing_months("v.days", "a.first", "a.last")
    return f"""
        WITH asked AS (
            SELECT c.row_id, c.person_id, c.employer_id, c.insured_region, date_trunc('month', {since})::date AS first,
                   date_trunc('month', least({until}, CAST(:today AS date)))::date AS last
            FROM candidates c WHERE {rows}
        )
        SELECT a.row_id,
               CASE WHEN other.paid IS NOT NULL THEN 'fail' WHEN lacking.months IS NOT NULL THEN 'unknown'
                    ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN other.paid IS NOT NULL THEN 'elsewhere' ELSE 'free' END, 'paid', other.paid,
                   'contribution_ids', other.ids, 'first', to_char(a.first, 'YYYY-MM'),
                   'last', to_char(a.last, 'YYYY-MM'), 'region', r.name, 'register', 'contributions',
                   'missing', lacking.months, 'until', to_char(upper(v.days) - 1, 'YYYY-MM')) AS evidence
        FROM asked a
        LEFT JOIN regions r ON r.code = a.insured_region
        LEFT JOIN covered v ON v.kind = 'contributions' AND v.region_code = a.insured_region
        LEFT JOIN LATERAL (
            SELECT string_agg(DISTINCT to_char(s.month, 'YYYY-MM'), '、') AS paid, jsonb_agg(s.id ORDER BY s.month, s.id) AS ids
            FROM contributions s
            WHERE s.person_id = a.person_id AND s.employer_id IS DISTINCT FROM a.employer_id AND s.paid
              AND s.month BETWEEN a.first AND a.last
        ) other ON true
        CROSS JOIN LATERAL (SELECT CASE WHEN other.paid IS NULL THEN {lacking} END AS months) lacking
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "insured_months",
    N_("缴费月数"),
    N_("从{since_title}当月到{until_title}当月，此人至少有{months}个月社保缴费。"),
    {
        "enough": N_("{first}至{last}有{count}个月社保缴费，不少于{months}个月。"),
        "short": N_(
            "{first}至{last}有{count}个月社保缴费，少于{months}个月。请核对{since_title}，或待缴费到账后再申请。"
        ),
    },
    Advice(
        N_("社保缴费不足{months}个月"),
        N_("缴费到账后可再次校验，不必重新上传"),
        {"short": N_("{first}至{last}只有{count}个月")},
        wrong=("count",),
    ),
    slots=(
        Slot("since", N_("从哪一天的当月起"), SlotKind.DATE_FIELD),
        Slot("until", N_("到哪一天的当月"), SlotKind.DATE_FIELD),
        Slot("months", N_("最少缴费月数"), SlotKind.MONTHS),
        Slot("own_employer", N_("只算本单位的缴费"), SlotKind.YES_NO, required=False, default=True),
    ),
    example={"since": "contract_start", "until": "submission_day", "months": "least_insured_months"},
    evidence=("first", "last", "count", "months", "region"),
    passes=("enough",),
    fields=("citizen_id",),
    placed=True,
    register="contributions",
)
def insured_months(rows: str, since: str, until: str, months: str, own_employer: str) -> str:
    """Judge how many months are paid, in any region; unknown where months without data, if paid, would be enough with them."""
    lacking = missing_months("v.days", "a.first", "a.last")
    return f"""
        WITH asked AS (
            SELECT c.row_id, c.person_id, c.employer_id, c.insured_region, {months} AS months,
                   date_trunc('month', {since})::date AS first,
                   date_trunc('month', least({until}, CAST(:today AS date)))::date AS last
            FROM candidates c WHERE {rows}
        )
        SELECT a.row_id,
               CASE WHEN paid.count >= a.months THEN 'pass' WHEN lacking.months IS NOT NULL THEN 'unknown'
                    ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN paid.count >= a.months THEN 'enough' ELSE 'short' END, 'count', paid.count,
                   'months', a.months, 'first', to_char(a.first, 'YYYY-MM'), 'last', to_char(a.last, 'YYYY-MM'),
                   'region', r.name, 'register', 'contributions', 'missing', lacking.months,
                   'until', to_char(upper(v.days) - 1, 'YYYY-MM')) AS evidence
        FROM asked a
        LEFT JOIN regions r ON r.code = a.insured_region
        LEFT JOIN covered v ON v.kind = 'contributions' AND v.region_code = a.insured_region
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT s.month)::int AS count, coalesce(array_agg(DISTINCT to_char(s.month, 'YYYY-MM')), '{{}}') AS named
            FROM contributions s
            WHERE s.person_id = a.person_id AND (s.employer_id = a.employer_id OR NOT {own_employer}) AND s.paid
              AND s.month BETWEEN a.first AND a.last
        ) paid
        CROSS JOIN LATERAL (SELECT {lacking} - paid.named AS unseen) gaps
        CROSS JOIN LATERAL (
            SELECT CASE WHEN paid.count < a.months AND paid.count + jsonb_array_length(gaps.unseen) >= a.months
                        THEN gaps.unseen END AS months
        ) lacking
    """  # noqa: S608  # nosec B608  # of the catalogue
