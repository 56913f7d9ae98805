"""A dialog about classes moves what it showed: what changed in a class or its students after it was opened is refused."""

import pytest
from flask import current_app
from sqlalchemy import select

from app.engine.scope import seeing
from app.programmes.training.classes import editing
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.workflow import CLASS_MOVES
from tests.desk import province, school
from tests.desk.completion import WAYS, give_results
from tests.desk.school import DATES, DETAILS, advance, open_class, state

CHANGED = "您打开办理窗口后，此件有变动"


def another_result(session, actors, held):
    give_results(session, actors["clerk"], held, score="71")


def another_student(session, actors, held):
    firm = session.scalar(select(TrainingClass.employer_id).where(TrainingClass.id == held))
    vault = current_app.extensions["vault"]
    with seeing(session, actors["clerk"].scope):
        editing.add_students(session, actors["clerk"], held, school.make_students(session, vault, 1, [firm]))


def one_student_less(session, actors, held):
    student = session.scalars(select(Enrolment.id).where(Enrolment.class_id == held)).first()
    with seeing(session, actors["clerk"].scope):
        editing.withdraw_student(session, actors["clerk"], student)


def other_dates(session, actors, held):
    found = session.get(TrainingClass, held, populate_existing=True)
    values = {**DATES, **DETAILS, "project_id": found.project_id, "teacher": "张老师"}
    with seeing(session, actors["clerk"].scope):
        editing.change_class(session, actors["clerk"], held, found.version, values, school.VAULT)


def sent_again(session, actors, held):
    advance(session, actors, held, "return_class")
    another_student(session, actors, held)
    session.commit()
    advance(session, actors, held, "submit_class")


def completed_again(session, actors, held):
    advance(session, actors, held, "return_completion")
    another_result(session, actors, held)
    advance(session, actors, held, "graduate")


CHANGES = {
    "submit_class": (another_student, one_student_less, other_dates),
    **dict.fromkeys(("approve_class", "reject_class", "return_class"), (sent_again,)),
    **dict.fromkeys(("cancel_class", "graduate"), (another_result,)),
    **dict.fromkeys(("approve_completion", "return_completion"), (completed_again,)),
}


@pytest.mark.parametrize(("move", "change"), [(move, change) for move in CHANGES for change in CHANGES[move]])
def test_a_class_that_changed_after_the_dialog_was_opened_stays_and_the_other_moves(
    session, actors, firm, vault, move, change
):
    transition = next(one for one in CLASS_MOVES if one.name == move)
    held = [
        open_class(session, actors["clerk"], firm, school.make_students(session, vault, 2, [firm]))
        for _ in "12"
    ]
    session.commit()
    for step in WAYS[transition.sources[0]]:
        for one in held:
            if step == "graduate":
                give_results(session, actors["clerk"], one)
            advance(session, actors, one, step)
    for one in held:
        give_results(session, actors["clerk"], one)
    who = actors["clerk" if transition.duty == "clerk" else "prefecture"]
    prepared = school.prepare(session, who, move, held)
    session.commit()
    before = state(session, held[0])
    change(session, actors, held[0])
    session.commit()
    school.run(session, who, prepared, opinion="意见", reason="停办")
    session.commit()
    said = province.reasons(session, prepared)
    assert said[held[0]].startswith(CHANGED)
    assert said[held[1]] is None
    assert state(session, held[0]) == before


def test_every_move_of_a_class_has_its_change():
    assert set(CHANGES) == {move.name for move in CLASS_MOVES}
