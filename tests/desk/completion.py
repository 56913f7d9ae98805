"""Results of a class's students, as a clerk gives them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.engine.scope import seeing
from app.engine.sheets import SheetRow
from app.programmes.training import completion
from app.programmes.training.model import Enrolment
from app.programmes.training.states import COMPLETABLE
from tests.desk import school


def give_results(session, clerk, held, *, failed=(), only=None, score="85", states=COMPLETABLE) -> None:
    """A result for every student in class, or for `only` those people, as the clerk would enter them singly."""
    if school.state(session, held) not in states:
        return
    wanted = select(Enrolment.id, Enrolment.person_id).where(
        Enrolment.class_id == held, Enrolment.state == "enrolled"
    )
    for enrolment, person in session.execute(wanted).all():
        if only is None or person in only:
            values = result(passed="no" if person in failed else "yes", theory_score=Decimal(score))
            with seeing(session, clerk.scope):
                completion.complete_student(session, clerk, enrolment, values, school.TODAY)
    session.commit()


def result(**changed: object) -> dict[str, object]:
    values = {
        "theory_score": Decimal("85"),
        "practical_score": Decimal("90.50"),
        "passed": "yes",
        "certificate_no": "ZS-1",
        "completed_on": school.CLOSES,
    }
    return {**values, **changed}


def sheet(session, vault, held: int, **changed: object) -> list[SheetRow]:
    """The exported roster with results filled in, as the reader would return it."""
    rows = []
    for number, marked in enumerate(completion.roster(session, vault, held), 3):
        values = {**marked.raw, **result(certificate_no=f"ZS-{number}"), **changed}
        rows.append(SheetRow(number, values, {k: str(v) for k, v in values.items()}, {}))
    return rows


def take(session, clerk, held, rows, vault):
    """(changed, sentences of the refused rows by row number); commits."""
    with seeing(session, clerk.scope):
        taken = completion.import_results(session, clerk, held, rows, vault, school.TODAY)
    session.commit()
    assert taken.conflicts == []
    return taken.changed, {row.number: [str(fault) for fault in faults] for row, faults in taken.refused}


WAYS = {
    "draft": (),
    "submitted": ("submit_class",),
    "returned": ("submit_class", "return_class"),
    "rejected": ("submit_class", "reject_class"),
    "approved": ("submit_class", "approve_class"),
    "cancelled": ("submit_class", "approve_class", "cancel_class"),
    "completion_submitted": ("submit_class", "approve_class", "graduate"),
    "completion_returned": ("submit_class", "approve_class", "graduate", "return_completion"),
    "completed": ("submit_class", "approve_class", "graduate", "approve_completion"),
}
