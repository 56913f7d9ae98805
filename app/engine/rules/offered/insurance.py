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
