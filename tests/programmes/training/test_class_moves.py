"""A class on its way: who may move it, what stops it, and which places it holds meanwhile."""

import pytest
from sqlalchemy import select

from app.engine.audit import AuditEntry
from app.engine.scope import seeing
from app.kernel.errors import Refused
from app.programmes.training.classes import editing
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.states import TITLES
from tests.desk import province, school
from tests.desk.completion import WAYS, give_results
from tests.desk.school import DETAILS, YEAR, act, advance, open_class, state

MOVES = {
    "submit_class": ({"draft", "returned"}, "submitted", "clerk"),
    "approve_class": ({"submitted"}, "approved", "reviewer"),
    "reject_class": ({"submitted"}, "rejected", "reviewer"),
    "return_class": ({"submitted"}, "returned", "reviewer"),
    "cancel_class": ({"approved"}, "cancelled", "clerk"),
    "graduate": ({"approved", "completion_returned"}, "completion_submitted", "clerk"),
    "approve_completion": ({"completion_submitted"}, "completed", "reviewer"),
    "return_completion": ({"completion_submitted"}, "completion_returned", "reviewer"),
}


@pytest.fixture
def in_state(session, actors, firm, vault):
    """Makes a class of two students that has come to a state."""

    def make(name: str) -> int:
        people = school.make_students(session, vault, 2, [firm])
        held = open_class(session, actors["clerk"], firm, people)
        session.commit()
        for move in WAYS[name]:
            if move == "graduate":
                give_results(session, actors["clerk"], held)
            advance(session, actors, held, move)
        assert state(session, held) == name
        return held

    return make


@pytest.mark.parametrize("name", TITLES)
def test_each_state_lets_its_own_moves_through_and_no_other(session, actors, in_state, name):
    held = in_state(name)
    give_results(session, actors["clerk"], held)
    for move, (sources, target, who) in MOVES.items():
        batch = school.prepare(session, actors[who], move, [held])
        school.run(session, actors[who], batch, reason="停办", opinion="意见")
        said = province.reasons(session, batch)[held]
        if name in sources:
            assert said is None
            assert state(session, held) == target
        else:
            assert said.startswith(f"当前状态为“{TITLES[name]}”，不能办理")
        session.rollback()
        assert state(session, held) == name


def test_a_class_from_draft_to_completed_is_written_down(session, actors, in_state):
    held = in_state("completed")
    entries = session.execute(
        select(AuditEntry.event, AuditEntry.actor_name, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.class_id == held, AuditEntry.batch_id.is_not(None))
        .order_by(AuditEntry.id)
    ).all()
    steps = [(e.event, e.actor_name, e.before["state"], e.after["state"]) for e in entries]
    assert steps == [
        ("submit_class", "clerk", "draft", "submitted"),
        ("approve_class", "reviewer", "submitted", "approved"),
        ("graduate", "clerk", "approved", "completion_submitted"),
        ("approve_completion", "reviewer", "completion_submitted", "completed"),
    ]


@pytest.mark.parametrize("move", ["approve_class", "reject_class", "return_class"])
def test_who_opened_changed_or_submitted_a_class_never_reviews_it(session, actors, firm, vault, move):
    people = school.make_students(session, vault, 1, [firm])
    both, clerk = actors["both"], actors["clerk"]
    opened = open_class(session, both, firm, people)
    staffed = open_class(session, clerk, firm)
    with seeing(session, both.scope):
        editing.add_students(session, both, staffed, school.make_students(session, vault, 1, [firm]))
    submitted = open_class(session, clerk, firm, school.make_students(session, vault, 1, [firm]))
    session.commit()
    act(session, clerk, "submit_class", [opened, staffed])
    act(session, both, "submit_class", [submitted])
    said = act(session, both, move, [opened, staffed, submitted], opinion="意见")
    assert all(reason.startswith("您录入、修改或提交过本班，不能由您审核开班。") for reason in said.values())
    assert set(act(session, actors["reviewer"], move, said, opinion="意见").values()) == {None}


@pytest.mark.parametrize("move", ["approve_completion", "return_completion"])
def test_who_entered_results_never_reviews_the_completion_but_who_opened_the_class_may(
    session, actors, firm, vault, move
):
    people = school.make_students(session, vault, 1, [firm])
    held = open_class(session, actors["both"], firm, people)
    session.commit()
    advance(session, actors, held, "submit_class", "approve_class")
    give_results(session, actors["clerk"], held)
    advance(session, actors, held, "graduate")
    batch = school.prepare(session, actors["both"], move, [held])
    school.run(session, actors["both"], batch, opinion="意见")
    assert province.reasons(session, batch) == {held: None}
    session.rollback()
    advance(session, actors, held, "return_completion")
    mixed = actors["both"]
    give_results(session, mixed, held, score="61")
    advance(session, actors, held, "graduate")
    said = act(session, mixed, move, [held], opinion="意见")
    assert said[held].startswith("您录入过本班结业成绩或提交过结业，不能由您审核结业。")


def test_another_office_moves_no_class(session, actors, in_state):
    held = in_state("draft")
    batch = school.prepare(session, actors["clerk"], "submit_class", [held])
    assert school.prepare(session, actors["clerk_b"], "submit_class", [held]) != batch
    assert act(session, actors["clerk_b"], "submit_class", [held]) == {}
    advance(session, actors, held, "submit_class")
    assert act(session, actors["reviewer_b"], "approve_class", [held]) == {}
    assert act(session, actors["prefecture"], "approve_class", [held]) == {held: None}


def test_one_who_may_not_take_part_stops_nobody_else(session, actors, firm, vault):
    good, bad = school.make_students(session, vault, 2, [firm]), []
    bad = school.make_students(session, vault, 1, [firm], [school.date(2026, 1, 1)])
    held = open_class(session, actors["clerk"], firm, [*good, *bad])
    session.commit()
    advance(session, actors, held, "submit_class")
    assert school.students(session, held) == {good[0]: "enrolled", good[1]: "enrolled", bad[0]: "stopped"}
    assert school.findings(session, held, bad[0])["TR-04"]["evidence"]["why"] == "stranger"
    assert school.places(session, held) == {good[0]: 1, good[1]: 1}


def test_a_class_with_nobody_left_is_refused_and_holds_nothing(session, actors, firm, vault):
    bad = school.make_students(session, vault, 1, [firm], [school.date(2026, 1, 1)])
    project = school.make_project(session)
    held = open_class(session, actors["clerk"], firm, bad, project=project)
    empty = open_class(session, actors["clerk"], firm)
    session.commit()
    said = act(session, actors["clerk"], "submit_class", [held, empty])
    assert all(reason.startswith("没有可以参加培训的学员") for reason in said.values())
    assert school.holder(session, firm, project) is None
    assert school.places(session, held) == {}
    assert state(session, held) == "draft"
    school.insure(session, bad, [firm])
    session.commit()
    advance(session, actors, held, "submit_class")
    assert school.students(session, held) == {bad[0]: "enrolled"}


def test_what_was_reviewed_is_what_is_approved(session, actors, firm, vault):
    """Who was set aside at submission doesn't slip in at approval, when the reviewer has seen another list."""
    good = school.make_students(session, vault, 1, [firm])
    late = school.make_students(session, vault, 1, [firm], [school.date(2026, 1, 1)])
    held = open_class(session, actors["clerk"], firm, [*good, *late])
    session.commit()
    advance(session, actors, held, "submit_class")
    school.insure(session, late, [firm])
    session.commit()
    advance(session, actors, held, "approve_class")
    assert school.students(session, held) == {good[0]: "enrolled", late[0]: "stopped"}
    assert school.findings(session, held, late[0])["TR-04"]["verdict"] == "fail"


def test_approval_judges_again_and_gives_back_the_place_of_who_fails(session, actors, firm, vault):
    people = school.make_students(session, vault, 2, [firm])
    held = open_class(session, actors["clerk"], firm, people)
    session.commit()
    advance(session, actors, held, "submit_class")
    session.execute(
        school.Contribution.__table__.update()
        .where(school.Contribution.person_id == people[0])
        .values(paid=False)
    )
    session.commit()
    advance(session, actors, held, "approve_class")
    assert school.students(session, held) == {people[0]: "stopped", people[1]: "enrolled"}
    assert school.places(session, held) == {people[1]: 1}


@pytest.mark.parametrize(
    ("name", "held_back"), [("rejected", 0), ("cancelled", 0), ("returned", 2), ("approved", 2)]
)
def test_places_are_kept_while_live_and_given_back_after(session, actors, in_state, name, held_back):
    held = in_state(name)
    row = session.get(TrainingClass, held)
    assert len(school.places(session, held)) == held_back
    assert school.holder(session, row.employer_id, row.project_id) == (held if held_back else None)


def test_the_place_of_who_does_not_pass_is_given_back_when_the_class_is_completed(session, actors, approved):
    held, people = approved
    give_results(session, actors["clerk"], held, failed={people[1]})
    advance(session, actors, held, "graduate")
    assert set(school.places(session, held)) == set(people)
    advance(session, actors, held, "approve_completion")
    assert set(school.places(session, held)) == {people[0], people[2]}


def test_completion_waits_for_every_students_result(session, actors, approved):
    held, people = approved
    give_results(session, actors["clerk"], held, only=people[:1])
    said = act(session, actors["clerk"], "graduate", [held])
    assert said[held] == "还有2名学员没有结业成绩。请导入成绩或逐个登记后再提交。"
    give_results(session, actors["clerk"], held)
    advance(session, actors, held, "graduate", "return_completion", "graduate")


def test_a_second_class_of_the_project_is_told_so_and_its_students_are_left_alone(
    session, actors, firm, vault
):
    project = school.make_project(session)
    first, second = (
        open_class(
            session, actors["clerk"], firm, school.make_students(session, vault, 1, [firm]), project=project
        )
        for _ in range(2)
    )
    session.commit()
    said = act(session, actors["clerk"], "submit_class", [first, second])
    assert said[first] is None
    assert said[second].startswith("[TR-01] 该单位已有同一培训项目的班级")
    assert act(session, actors["clerk"], "submit_class", [second])[second] == said[second]
    assert set(school.students(session, second).values()) == {"enrolled"}
    advance(session, actors, first, "approve_class", "cancel_class")
    advance(session, actors, second, "submit_class")
    assert school.holder(session, firm, project) == second


def change(session, actors, held: int, **changed):
    row = session.get(TrainingClass, held)
    values = {name: getattr(row, name) for name in (*school.DATES, *DETAILS, "project_id")} | changed
    clerk = actors["clerk"]
    with seeing(session, clerk.scope):
        editing.change_class(session, clerk, held, row.version, values, school.VAULT)
    session.commit()


def test_a_returned_class_with_other_dates_takes_its_places_anew(session, actors, firm, vault):
    people = school.make_students(session, vault, 1, [firm], [school.date(2026, 9, 1), school.OCTOBER])
    held = open_class(session, actors["clerk"], firm, people, **YEAR)
    session.commit()
    advance(session, actors, held, "submit_class", "return_class")
    number = session.get(TrainingClass, held).cohort_no
    change(session, actors, held, opens_on=school.date(2026, 9, 1), closes_on=school.date(2026, 9, 30))
    assert session.get(TrainingClass, held).cohort_no == number
    during = session.scalars(
        select(school.StudentPlace.during).where(school.StudentPlace.person_id == people[0])
    )
    assert [(one.lower, one.upper) for one in during] == [(school.date(2026, 9, 1), school.date(2026, 10, 1))]
    advance(session, actors, held, "submit_class", "approve_class")
    assert school.places(session, held) == {people[0]: 1}
    other = open_class(session, actors["clerk"], firm, people)
    session.commit()
    advance(session, actors, other, "submit_class")
    assert school.places(session, other) == {people[0]: 2}


def test_a_returned_class_that_changes_its_project_changes_its_place_too(session, actors, firm, vault):
    old, new, taken = (school.make_project(session) for _ in range(3))
    held, other = (
        open_class(
            session, actors["clerk"], firm, school.make_students(session, vault, 1, [firm]), project=project
        )
        for project in (old, taken)
    )
    session.commit()
    advance(session, actors, held, "submit_class", "return_class")
    advance(session, actors, other, "submit_class")
    change(session, actors, held, project_id=new)
    assert school.holder(session, firm, old) is None
    assert school.holder(session, firm, new) == held
    with pytest.raises(Refused, match="TR-01"):
        change(session, actors, held, project_id=taken)
    session.rollback()
    assert school.holder(session, firm, taken) == other
    advance(session, actors, held, "submit_class")


def test_who_is_withdrawn_from_a_returned_class_is_free_at_once(session, actors, firm, vault):
    people = school.make_students(session, vault, 2, [firm])
    held = open_class(session, actors["clerk"], firm, people)
    session.commit()
    advance(session, actors, held, "submit_class", "return_class")
    clerk = actors["clerk"]
    leaving = session.scalar(select(Enrolment.id).where(Enrolment.person_id == people[0]))
    with seeing(session, clerk.scope):
        editing.withdraw_student(session, clerk, leaving)
    session.commit()
    assert school.places(session, held) == {people[1]: 1}
    other = open_class(session, clerk, firm, people[:1])
    session.commit()
    advance(session, actors, other, "submit_class")
    assert school.students(session, other) == {people[0]: "enrolled"}


def test_nobody_touches_a_class_that_has_gone_on(session, actors, in_state, firm, vault):
    held = in_state("submitted")
    people = school.make_students(session, vault, 1, [firm])
    with seeing(session, actors["clerk"].scope), pytest.raises(Refused, match="当前状态不能这样修改"):
        editing.add_students(session, actors["clerk"], held, people)
    with pytest.raises(Refused, match="当前状态不能这样修改"):
        change(session, actors, held, hours=50)


def test_a_declared_class_is_not_cancelled_until_the_declaration_is_withdrawn(session, actors, approved):
    held, _ = approved
    _, claims = school.declare(session, actors["clerk"], held)
    said = act(session, actors["clerk"], "cancel_class", [held], reason="停办")
    assert said[held] == "本班已申报补贴，不能取消。请先撤回申报。"
    act(session, actors["clerk"], "withdraw", claims, reason="重报")
    advance(session, actors, held, "cancel_class")
    assert school.places(session, held) == {}
