"""Some months at most, or all until retirement for who is near it when first approved."""

from app.engine.cases.limits.counting import BEFORE, BEYOND, LIVE_CLAIMS, MONTH, counted, counting
from app.engine.rules.catalogue import offer
from app.engine.rules.offered.ages import ASKED, retirement_day
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_


@offer(
    "months_or_retirement",
    N_("享受期限"),
    N_("此人享受本项补贴最多{most}个月；初次核定时距法定退休年龄不足{near}个月的，可以享受到退休。"),
    {
        "within": N_("连同这个月为{count}个月，不超过{most}个月。"),
        "beyond": N_(
            "此人另有{others}个月（{counted}），连同这个月超过{most}个月，不能再享受。请从名单中移除这一条。"
        ),
        "until_retirement": N_("初次核定时距法定退休年龄不足{near}个月，可以享受到退休；这个月还没有到。"),
        "retired": N_("此人在这个月之前已达到法定退休年龄，不能再享受。请从名单中移除这一条。"),
        "absent": N_("人员登记库中没有此人，无法推算退休日期。请核对公民身份号码。"),
    },
    Advice(
        N_("超过享受期限"),
        N_("不能再享受，请移除"),
        {"beyond": N_("另有{others}个月，最多{most}个月"), "retired": N_("已达到法定退休年龄")},
        hopeless=True,
    ),
    slots=(
        Slot("most", N_("最多几个月"), SlotKind.MONTHS),
        Slot("near", N_("距退休不足几个月的可到退休"), SlotKind.MONTHS),
        Slot("women_at_55", N_("女性原法定年龄为55周岁"), SlotKind.YES_NO, required=False, default=False),
    ),
    example={"most": "most_months", "near": "months_before_retirement", "women_at_55": True},
    evidence=("count", "others", "most", "near", "counted", "region", "until"),
    passes=("within", "until_retirement"),
    fields=("citizen_id",),
    register="persons",
    basis=N_("国务院关于渐进式延迟法定退休年龄的办法"),
    of_birth=True,
    counts=True,
    monthly=True,
)
def months_or_retirement(rows: str, most: str, near: str, women_at_55: str) -> str:
    """Judge a month by how many others there are, or by the day of retirement.

    The first approval is the first day on which a review's rules let one of the person's live claims pass; until there
    is one, it is today.
    """
    return f"""
        SELECT row_id,
               CASE WHEN retires_on IS NULL AND NOT absent THEN 'unknown'
                    WHEN month < retires_on AND (others < most OR is_near) THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN retires_on IS NULL THEN 'absent' WHEN month >= retires_on THEN 'retired'
                               WHEN others < most THEN 'within' WHEN is_near THEN 'until_retirement' ELSE 'beyond' END,
                   'count', others + 1, 'others', {BEYOND}, 'most', most, 'near', near, 'counted', to_jsonb(months[1:{BEYOND}]),
                   'register', 'persons', 'region', region,
                   'until', to_char(upper(days) - 1, 'YYYY-MM-DD')) AS evidence
        FROM (SELECT o.*, o.retires_on < o.approved_on + make_interval(months => o.near) AS is_near
              FROM (SELECT a.*, {retirement_day(women_at_55)} AS retires_on FROM ({_months_of(rows, most, near)}) a) o
        ) judged
    """  # noqa: S608  # nosec B608  # of the catalogue


def _months_of(rows: str, most: str, near: str) -> str:
    more = f"""
        {most} AS most, {near} AS near, {MONTH} AS month, coalesce(others.others, 0) AS others,
        coalesce(others.live, 0) AS live, others.months,
        coalesce(approved.day, CAST(:today AS date)) AS approved_on,
    """
    joined = f"""
        LEFT JOIN (
            SELECT c.row_id, {counted("true")}
            FROM candidates c JOIN {counting(rows)} k ON k.person_id = c.person_id AND {BEFORE}
            GROUP BY c.row_id) others ON others.row_id = c.row_id
        LEFT JOIN (
            SELECT c.person_id, min(h.day) AS day
            FROM ({LIVE_CLAIMS} AND k.programme = :programme) c JOIN checks h ON h.claim_id = c.claim_id
            WHERE h.phase IN ('approve', 'approve_second') AND NOT h.stops
            GROUP BY c.person_id) approved ON approved.person_id = c.person_id
    """  # noqa: S608  # nosec B608  # of the catalogue
    return ASKED.format(day="CAST(:today AS date)", rows=rows, more=more, joined=joined)
