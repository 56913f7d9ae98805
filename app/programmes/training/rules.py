"""TR-01 … TR-05, one statement each, for the students of classes and for their claims alike."""

from app.engine.rules.rule import missing_months, rule
from app.kernel.messages import N_
from app.programmes.training.states import DECLARABLE

STUDENTS = f"""
    students AS (
        SELECT c.row_id, c.person_id, c.policy, e.id AS enrolment_id, k.id AS class_id, k.office_id,
               k.employer_id, k.project_id, k.state IN {DECLARABLE} AND e.state = 'enrolled' AS kept,
               k.cohort_no, k.opens_on, k.closes_on, k.stop_from, k.stop_to,
               (c.policy->>'window_from')::date AS window_from,
               coalesce((c.policy->>'window_to')::date, 'infinity') AS window_to
        FROM candidates c
        LEFT JOIN claims t ON t.id = c.claim_id
        JOIN enrolments e ON e.id = coalesce(t.enrolment_id, c.row_id)
        JOIN training_classes k ON k.id = e.class_id
    )
"""  # noqa: S608  # nosec B608  # constants of the code
"""A candidate is a claim, or without one the enrolment of that id.

`kept`: the place was approved with its class; a limit or window that changes later stops new places only.
"""


@rule(
    "TR-01",
    N_("同一项目一次"),
    N_("在任何经办机构，该单位都没有同一培训项目的其他班级；草稿、审核不通过和已取消的班级不算。"),
    fields=(),
    shared=STUDENTS,
    passes=("only",),
    only=N_("{employer}没有同一培训项目的其他班级。"),
    twice=N_(
        "{employer}已有同一培训项目“{project}”的班级（{cohort_no}），同一项目只能享受一次补贴。请取消其中一个班级。"
    ),
    elsewhere=N_(
        "{employer}在其他经办机构已有同一培训项目“{project}”的班级，同一项目只能享受一次补贴。请与该单位核实，只保留一个班级。"
    ),
)
def one_class_a_project() -> str:
    return """
        SELECT s.row_id, CASE WHEN o.id IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               CASE WHEN o.office_id <> s.office_id
                    THEN jsonb_build_object('why', 'elsewhere', 'employer', m.name, 'project', j.name)
                    ELSE jsonb_build_object('why', CASE WHEN o.id IS NULL THEN 'only' ELSE 'twice' END,
                                            'employer', m.name, 'project', j.name, 'class_id', o.id,
                                            'cohort_no', o.cohort_no) END AS evidence
        FROM students s JOIN employers m ON m.id = s.employer_id JOIN training_projects j ON j.id = s.project_id
        LEFT JOIN class_places p
               ON p.employer_id = s.employer_id AND p.project_id = s.project_id AND p.class_id <> s.class_id
        LEFT JOIN training_classes o ON o.id = p.class_id
    """


@rule(
    "TR-02",
    N_("不超过规定次数"),
    N_(
        "此人在政策期限内（开始：{window_from}，截止：{window_to}）参加的其他培训少于{trainings}次。已审核通过的名额不受以后调整的影响。"
    ),
    fields=(),
    shared=STUDENTS,
    passes=("few", "kept"),
    few=N_("此人在政策期内已参加{count}次其他培训，未达到{most}次。"),
    many=N_("此人在政策期内已参加{count}次其他培训，每人最多{most}次。请从班级中移除此人。"),
    kept=N_("此人的名额已随开班审核通过，继续有效；以后调整的次数不影响已通过的名额。"),
)
def not_too_often() -> str:
    """Let who holds a place within the limit keep it, even when a later policy gives the person places beyond it."""
    return """
        SELECT row_id, CASE WHEN held < most OR kept THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN held < most THEN 'few' WHEN kept THEN 'kept' ELSE 'many' END,
                                  'count', held, 'most', most) AS evidence
        FROM (SELECT s.row_id, s.kept, (s.policy->>'trainings')::int AS most, count(p.enrolment_id) AS held
              FROM students s
              LEFT JOIN student_places own ON own.enrolment_id = s.enrolment_id
              LEFT JOIN student_places p ON p.person_id = s.person_id AND p.enrolment_id <> s.enrolment_id
                    AND lower(p.during) BETWEEN s.window_from AND s.window_to
                    AND (own.slot_no IS NULL OR p.slot_no <= (s.policy->>'trainings')::int
                         OR own.slot_no > (s.policy->>'trainings')::int)
              GROUP BY s.row_id, s.kept, s.policy) judged
    """


@rule(
    "TR-03",
    N_("同一时间"),
    N_("此人没有与本班时间重叠的其他培训，开班和结业当天都算在内。"),
    fields=(),
    shared=STUDENTS,
    passes=("free",),
    free=N_("此人在{opens_on}至{closes_on}没有参加其他培训。"),
    lost=N_("此人刚刚被录入另一个时间重叠的班级，或已达到规定次数。请从班级中移除此人。"),
    elsewhere=N_(
        "此人在其他经办机构参加的就业创业培训与本班（{opens_on}至{closes_on}）时间重叠。同一时间只能参加一个培训项目，请与本人核实，或从班级中移除此人。"
    ),
    busy=N_(
        "此人在{busy_from}至{busy_to}参加其他培训，与本班（{opens_on}至{closes_on}）时间重叠。同一时间只能参加一个培训项目，请从班级中移除此人。"
    ),
)
def one_at_a_time() -> str:
    return """
        SELECT s.row_id, CASE WHEN other.during IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN other.during IS NULL THEN 'free' WHEN other.own THEN 'busy'
                                              ELSE 'elsewhere' END,
                                  'opens_on', s.opens_on, 'closes_on', s.closes_on)
               || CASE WHEN other.own THEN jsonb_build_object('busy_from', lower(other.during),
                                                              'busy_to', upper(other.during) - 1)
                       ELSE '{}' END AS evidence
        FROM students s
        LEFT JOIN LATERAL (
            SELECT p.during, x.office_id = s.office_id AS own
            FROM student_places p JOIN enrolments x ON x.id = p.enrolment_id
            WHERE p.person_id = s.person_id AND p.enrolment_id <> s.enrolment_id
              AND p.during && daterange(s.opens_on, s.closes_on, '[]')
            ORDER BY own DESC, lower(p.during) LIMIT 1
        ) other ON true
    """


@rule(
    "TR-04",
    N_("职工"),
    N_("开班当月或此前{latest_contribution_months}个月内，此人在该单位有社保缴费。"),
    fields=(),
    shared=STUDENTS,
    passes=("insured",),
    register="contributions",
    insured=N_("在{employer}{latest}有缴费，是本单位职工。"),
    stranger=N_(
        "{floor}至{opening}在{employer}没有社保缴费，不能认定为本单位职工。请核对人员，或待缴费到账后再办理。"
    ),
)
def employee() -> str:
    lacking = missing_months("v.days", "a.floor", "least(a.opening, CAST(:today AS date))")
    return f"""
        WITH asked AS (
            SELECT s.*, date_trunc('month', s.opens_on)::date AS opening,
                   (date_trunc('month', s.opens_on)
                    - make_interval(months => (s.policy->>'latest_contribution_months')::int))::date AS floor
            FROM students s
        )
        SELECT a.row_id,
               CASE WHEN paid.month IS NOT NULL THEN 'pass' WHEN lacking.months IS NOT NULL THEN 'unknown'
                    ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN paid.month IS NOT NULL THEN 'insured' ELSE 'stranger' END,
                   'contribution_id', paid.id, 'latest', to_char(paid.month, 'YYYY-MM'), 'employer', m.name,
                   'floor', to_char(a.floor, 'YYYY-MM'), 'opening', to_char(a.opening, 'YYYY-MM'),
                   'register', 'contributions', 'region', r.name, 'missing', lacking.months,
                   'until', to_char(upper(v.days) - 1, 'YYYY-MM')) AS evidence
        FROM asked a JOIN employers m ON m.id = a.employer_id JOIN regions r ON r.code = m.region_code
        LEFT JOIN covered v ON v.kind = 'contributions' AND v.region_code = m.region_code
        LEFT JOIN LATERAL (
            SELECT s.id, s.month FROM contributions s
            WHERE s.person_id = a.person_id AND s.employer_id = a.employer_id AND s.paid
              AND s.month BETWEEN a.floor AND a.opening
            ORDER BY s.month DESC LIMIT 1
        ) paid ON true
        CROSS JOIN LATERAL (SELECT CASE WHEN paid.month IS NULL THEN {lacking} END AS months) lacking
    """  # noqa: S608  # nosec B608  # constants of the code


@rule(
    "TR-05",
    N_("企业与期限"),
    N_(
        "单位登记的规模为微型、小型或中型；班级日期在政策期限内（开始：{window_from}，截止：{window_to}），也在该单位的停工期间内。已审核通过的名额不受以后政策期限调整的影响。"
    ),
    fields=(),
    shared=STUDENTS,
    passes=("fits",),
    fits=N_("{employer}属于中小微企业，开班日期在政策期限和停工期间内。"),
    large=N_("{employer}不属于中小微企业（登记规模：大型），不能享受培训补贴。请核对所选单位。"),
    window=N_(
        "班级{opens_on}至{closes_on}不在政策期限内（开始：{window_from}，截止：{window_to}）。请核对开班和结业日期。"
    ),
    at_work=N_(
        "班级{opens_on}至{closes_on}不在停工期间（{stop_from}至{stop_to}）内。请核对开班、结业日期和停工期间。"
    ),
)
def enterprise_and_dates() -> str:
    return """
        SELECT row_id, CASE WHEN why = 'fits' THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', why, 'employer', name, 'opens_on', opens_on, 'closes_on', closes_on,
                                  'window_from', window_from, 'window_to', policy->>'window_to',
                                  'stop_from', stop_from, 'stop_to', stop_to) AS evidence
        FROM (SELECT s.*, m.name,
                     CASE WHEN m.scale <> ALL(:small_and_medium) THEN 'large'
                          WHEN (s.opens_on < s.window_from OR s.closes_on > s.window_to) AND NOT s.kept THEN 'window'
                          WHEN s.opens_on < s.stop_from OR s.closes_on > s.stop_to THEN 'at_work'
                          ELSE 'fits' END AS why
              FROM students s JOIN employers m ON m.id = s.employer_id) judged
    """


RULES = (one_class_a_project, not_too_often, one_at_a_time, employee, enterprise_and_dates)
