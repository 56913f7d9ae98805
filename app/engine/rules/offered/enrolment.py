"""The enrolment under an employer: when it began, and whether somebody was insured there shortly before it."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice, missing_months
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_

ENROLMENT_RUNS = """
    paid_months AS (
        SELECT DISTINCT c.row_id, s.month FROM candidates c
        JOIN contributions s ON s.person_id = c.person_id AND s.employer_id = c.employer_id AND s.paid
    ), islands AS (
        SELECT row_id, month,
               month - row_number() OVER (PARTITION BY row_id ORDER BY month) * interval '1 month' AS island
        FROM paid_months
    ), runs AS (
        SELECT row_id, min(month) AS first_month, max(month) AS last_month FROM islands GROUP BY row_id, island
    ), enrolment AS (
        SELECT DISTINCT ON (row_id) row_id, first_month, last_month FROM runs ORDER BY row_id, last_month DESC
    )
"""
"""The enrolment: the unbroken run of paid months under the employer, any region, that holds the latest."""

JOINED_RUNS = """
    neighbours AS (
        SELECT r.row_id, a.months, a.days, r.first_month, r.last_month,
               lag(r.last_month) OVER w AS before_it, lead(r.first_month) OVER w AS after_it
        FROM runs r JOIN asked a ON a.row_id = r.row_id
        WINDOW w AS (PARTITION BY r.row_id ORDER BY r.last_month)
    ), bridged AS (
        SELECT n.*, bool_and(n.after_it IS NULL OR NOT coalesce(
                   n.days && daterange((n.last_month + interval '1 month')::date, n.after_it), false))
                   OVER (PARTITION BY n.row_id ORDER BY n.last_month DESC) AS whole
        FROM neighbours n
    ), joined AS (
        SELECT row_id, max(last_month) AS last_month FROM bridged
        WHERE whole AND after_it IS NOT NULL
              AND (before_it IS NULL OR before_it < first_month - make_interval(months => months))
        GROUP BY row_id
    )
"""
"""An earlier run that months which aren't loaded may join to the enrolment, which would then begin early enough."""


@offer(
    "new_enrolment",
    N_("新增参保"),
    N_("本次参保的第一个月不早于{since_title}当月。早于的只作提示，由审核人员核实。"),
    {
        "new": N_("本次参保自{first}起，不早于{since_title}当月{contract_month}。"),
        "none": N_("没有在该单位的缴费记录，无法比较参保起始月。"),
        "earlier": N_("本次参保自{first}起，早于{since_title}当月{contract_month}。请审核时核实。"),
    },
    slots=(Slot("since", N_("从哪一天起"), SlotKind.DATE_FIELD),),
    example={"since": "contract_start"},
    evidence=("first", "last", "contract_month"),
    passes=("new", "none"),
    fields=("citizen_id",),
    blocking=False,
    shared=ENROLMENT_RUNS,
)
def new_enrolment(rows: str, since: str) -> str:
    """Judge whether the enrolment began before a day's month, which evidence calls `contract_month` since the first release."""
    return f"""
        SELECT c.row_id,
               CASE WHEN run.first_month < date_trunc('month', {since}) THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN run.first_month IS NULL THEN 'none'
                               WHEN run.first_month < date_trunc('month', {since}) THEN 'earlier' ELSE 'new' END,
                   'first', to_char(run.first_month, 'YYYY-MM'), 'last', to_char(run.last_month, 'YYYY-MM'),
                   'contract_month', to_char({since}, 'YYYY-MM')) AS evidence
        FROM candidates c LEFT JOIN enrolment run ON run.row_id = c.row_id
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "previously_uninsured",
    N_("此前未参保"),
    N_(
        "本次参保之前的{months}个月，没有在该单位缴费。本次参保指在该单位逐月连续缴费、包含最近缴费月份的一段，不分参保地。"
    ),
    {
        "uninsured": N_(
            "本次参保自{first}起，此前{months}个月（{before_first}至{before_last}）未在该单位参保。"
        ),
        "no_months": N_("没有在该单位的缴费记录。"),
        "insured": N_(
            "本次参保自{first}起，此前{months}个月内{paid}已在该单位缴费，不符合连续{months}个月未参保。请核对后更正，或移除此人。"
        ),
    },
    Advice(
        N_("参保前{months}个月内已在本单位缴费"),
        N_("请核对后更正，或移除此人"),
        {"insured": N_("本次参保自{first}起，此前{paid}已有缴费")},
        wrong=("paid",),
    ),
    slots=(Slot("months", N_("此前未参保月数"), SlotKind.MONTHS),),
    example={"months": "uninsured_months"},
    evidence=("first", "months", "paid", "before_first", "before_last", "region"),
    passes=("uninsured", "no_months"),
    fields=("citizen_id",),
    register="contributions",
    shared=ENROLMENT_RUNS,
)
def previously_uninsured(rows: str, months: str) -> str:
    """Judge whether none of the months just before the enrolment is paid under the employer."""
    before = missing_months(
        "a.days",
        "coalesce(a.before_first, a.today)",
        "CASE WHEN a.first_month IS NOT NULL THEN a.first_month - 1 WHEN a.days IS NULL THEN a.today END",
    )
    between = missing_months("a.days", "j.last_month + interval '1 month'", "a.first_month - 1")
    later = missing_months("a.days", "a.next_first", "a.today")
    return f"""
        WITH asked AS (
            SELECT c.row_id, c.person_id, c.employer_id, c.insured_region, m.months, run.first_month,
                   (run.first_month - make_interval(months => m.months))::date AS before_first,
                   (run.last_month + make_interval(months => m.months + 1))::date AS next_first,
                   v.days, CAST(:today AS date) AS today
            FROM candidates c
            LEFT JOIN enrolment run ON run.row_id = c.row_id
            LEFT JOIN covered v ON v.kind = 'contributions' AND v.region_code = c.insured_region,
            LATERAL (SELECT {months} AS months) m
            WHERE {rows}
        ), {JOINED_RUNS}
        SELECT a.row_id,
               CASE WHEN lacking.months IS NOT NULL THEN 'unknown' WHEN before.paid IS NOT NULL THEN 'fail'
                    ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN before.paid IS NOT NULL THEN 'insured'
                               WHEN a.first_month IS NULL THEN 'no_months' ELSE 'uninsured' END,
                   'first', to_char(a.first_month, 'YYYY-MM'), 'months', a.months, 'paid', before.paid,
                   'contribution_ids', before.ids, 'before_first', to_char(a.before_first, 'YYYY-MM'),
                   'before_last', to_char(a.first_month - 1, 'YYYY-MM'), 'register', 'contributions',
                   'region', r.name, 'missing', lacking.months,
                   'until', to_char(upper(a.days) - 1, 'YYYY-MM')) AS evidence
        FROM asked a
        LEFT JOIN regions r ON r.code = a.insured_region
        LEFT JOIN joined j ON j.row_id = a.row_id
        LEFT JOIN LATERAL (
            SELECT string_agg(DISTINCT to_char(s.month, 'YYYY-MM'), '、') AS paid, jsonb_agg(s.id ORDER BY s.month, s.id) AS ids
            FROM contributions s
            WHERE s.person_id = a.person_id AND s.employer_id = a.employer_id AND s.paid
              AND s.month >= a.before_first AND s.month < a.first_month
        ) before ON true
        CROSS JOIN LATERAL (
            SELECT CASE WHEN before.paid IS NULL THEN {before}
                        ELSE nullif(coalesce({between}, '[]') || coalesce({later}, '[]'), '[]') END AS months
        ) lacking
    """  # noqa: S608  # nosec B608  # of the catalogue
