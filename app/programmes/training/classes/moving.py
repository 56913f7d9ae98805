"""What a class's move means for its students: who is judged, who takes a place, who gives it back."""

from __future__ import annotations

from app.engine import rules
from app.engine.edition import periods_of, rules_of
from app.engine.policy_values import stored
from app.engine.workflow.transition import Guard, Moving
from app.kernel.messages import N_

FILL = """
    INSERT INTO candidates (row_id, person_id, name, employer_id, insured_region, starts_on, ends_on, policy)
    SELECT e.id, e.person_id, p.name_folded, k.employer_id, m.region_code, k.opens_on, k.closes_on, t.values
    FROM batch_rows b JOIN training_classes k ON k.id = b.row_id JOIN enrolments e ON e.class_id = k.id
    JOIN persons p ON p.id = e.person_id JOIN employers m ON m.id = k.employer_id
    LEFT JOIN policy_periods t ON k.opens_on BETWEEN t.first_day AND t.last_day
    WHERE b.batch_id = :batch_id AND b.moved IS NULL AND e.state = ANY(:states)
"""
KEEP_FINDINGS = """
    UPDATE enrolments e SET findings = o.findings, version = version + 1,
                            state = CASE WHEN o.stops THEN 'stopped' ELSE 'enrolled' END
    FROM outcomes o WHERE o.row_id = e.id
"""
TAKE_CLASSES = """
    INSERT INTO class_places (employer_id, project_id, class_id)
    SELECT k.employer_id, k.project_id, k.id FROM batch_rows b JOIN training_classes k ON k.id = b.row_id
    WHERE b.batch_id = :batch_id AND b.moved IS NULL ORDER BY k.employer_id, k.project_id, k.id
    ON CONFLICT DO NOTHING
"""
ASIDE = """
    DELETE FROM student_places p USING enrolments e, batch_rows b
    WHERE p.enrolment_id = e.id AND b.row_id = e.class_id AND b.batch_id = :batch_id AND b.moved IS NULL
"""
TAKE_STUDENTS = """
    INSERT INTO student_places (enrolment_id, person_id, window_from, slot_no, during)
    SELECT e.id, e.person_id, (c.policy->>'window_from')::date, s.slot_no, daterange(k.opens_on, k.closes_on, '[]')
    FROM batch_rows b JOIN training_classes k ON k.id = b.row_id
    JOIN enrolments e ON e.class_id = k.id AND e.state = 'enrolled'
    JOIN candidates c ON c.row_id = e.id
    CROSS JOIN LATERAL generate_series(1, (c.policy->>'trainings')::int) s(slot_no)
    WHERE b.batch_id = :batch_id AND b.moved IS NULL
    ORDER BY e.person_id, e.id, s.slot_no
    ON CONFLICT DO NOTHING
"""
"""Every number is offered to every student; the first that is free sticks, the key refuses the rest."""
LOSE = """
    UPDATE enrolments e SET state = 'stopped', version = e.version + 1, findings = jsonb_build_array(jsonb_build_object(
               'rule', 'TR-03', 'verdict', 'fail', 'evidence', jsonb_build_object('why', 'lost')))
    FROM batch_rows b
    WHERE b.batch_id = :batch_id AND b.moved IS NULL AND e.class_id = b.row_id AND e.state = 'enrolled'
      AND NOT EXISTS (SELECT 1 FROM student_places h WHERE h.enrolment_id = e.id)
"""
GIVE_BACK_DRAFTS = """
    DELETE FROM class_places p USING batch_rows b, training_classes k
    WHERE b.batch_id = :batch_id AND b.moved = false AND k.id = b.row_id AND k.state = 'draft' AND p.class_id = k.id
"""
GIVE_BACK_CLASSES = """
    DELETE FROM class_places p USING batch_rows b
    WHERE b.batch_id = :batch_id AND b.moved AND p.class_id = b.row_id
"""
GIVE_BACK_STUDENTS = """
    DELETE FROM student_places p USING enrolments e, batch_rows b
    WHERE b.batch_id = :batch_id AND b.moved AND e.class_id = b.row_id AND p.enrolment_id = e.id {who}
"""
NOT_PASSED = "AND e.passed IS NOT TRUE"

NOBODY_LEFT = Guard(
    "NOT EXISTS (SELECT 1 FROM enrolments e WHERE e.class_id = c.id AND e.state = 'enrolled')",
    N_("没有可以参加培训的学员：班级没有学员，或全部未通过系统风控点。请打开班级查看每名学员的原因。"),
)
PROJECT_TAKEN = Guard(
    "NOT EXISTS (SELECT 1 FROM class_places p WHERE p.class_id = c.id)",
    N_("[TR-01] 该单位已有同一培训项目的班级，同一项目只能享受一次补贴。请取消其中一个班级。"),
)
PROJECT_HELD = Guard(
    """EXISTS (SELECT 1 FROM class_places p WHERE p.employer_id = c.employer_id AND p.project_id = c.project_id
                                          AND p.class_id <> c.id)""",
    PROJECT_TAKEN.sentence,
)
JUDGED = {"submit_class": ["enrolled", "stopped"], "approve_class": ["enrolled"]}
"""Whose rules run: who was set aside may try again with a submission; a reviewer approves the list that was shown."""


def judge(firing: Moving) -> None:
    """Judge every student; who may not take part is set aside and stops nobody else."""
    if firing.transition.risk_check is None:
        return
    session, programme = firing.move.session, firing.move.programme
    firing.refuse(PROJECT_HELD)
    editions = programme.editions(session)
    rules.make_tables(session, periods_of(editions, stored(session, programme.code)))
    firing.execute(FILL, states=JUDGED[firing.transition.name])
    rules.judge(session, programme.code, rules_of(editions), firing.move.today)
    firing.execute(KEEP_FINDINGS)
    firing.refuse(NOBODY_LEFT)


def take(firing: Moving) -> None:
    """Take the employer's place in the project, then each student's; who comes second gets none.

    One statement in the order of people, so that two classes that share students cannot wait for each other in a ring.
    """
    if firing.transition.risk_check is None:
        return
    firing.execute(TAKE_CLASSES)
    firing.refuse(PROJECT_TAKEN)
    firing.execute(ASIDE)
    firing.execute(TAKE_STUDENTS)
    firing.execute(LOSE)
    firing.refuse(NOBODY_LEFT)
    firing.execute(GIVE_BACK_DRAFTS)


def leave(firing: Moving) -> None:
    """Give back every place of a class that stops being live, and of a completed one those of students who did not pass."""
    if firing.transition.target in ("rejected", "cancelled"):
        firing.execute(GIVE_BACK_CLASSES)
        firing.execute(GIVE_BACK_STUDENTS.format(who=""))
    elif firing.transition.target == "completed":
        firing.execute(GIVE_BACK_STUDENTS.format(who=NOT_PASSED))
