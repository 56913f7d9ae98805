"""A class and its students: opened, reviewed, taught, completed, declared; its claims then go every subsidy's way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.demo.history import phrases
from app.demo.history.counter import Counter, Office
from app.demo.history.docket import WHO, Case, Chosen, Docket
from app.demo.history.people import Course
from app.demo.identities import Resident
from app.engine.sheets.reading import parse_row
from app.kernel.dates import month_start
from app.programmes.installed import programme_of
from app.programmes.training.classes.editing import add_students, open_class
from app.programmes.training.completion import import_results
from app.programmes.training.declaration import declare
from app.programmes.training.model import Enrolment, Project
from app.programmes.training.sheet import NO, RESULTS, YES

TRAINING, LASTS = "training", 14
"""Classes last so many days."""
WHO.update(
    dict.fromkeys(
        ("approve_class", "return_class", "reject_class", "approve_completion", "return_completion"),
        "reviewer",
    )
)


class Group(Case):
    """A class to be: its employer, its students, and when it is held."""

    def __init__(self, course: Course, students: Sequence[Resident], opens_on: date):
        super().__init__(course.firm, ())
        self.firm, self.project, self.students, self.class_id = course.firm, course.project, students, 0
        self.opens_on, self.closes_on = opens_on, opens_on + timedelta(days=LASTS)


class ClassDocket(Docket[Group]):
    """Classes that go the same way in one office."""

    def __init__(self, counter: Counter, office: Office, groups: Sequence[Group]):
        super().__init__(counter, office, TRAINING, groups)

    def open(self) -> None:
        """Open the classes and enrol their students."""
        counter, clerk = self.counter, self.office.clerk
        projects = counter.session.scalars(select(Project).order_by(Project.code)).all()
        for group in self.cases:
            employer = counter.employer(group.firm)
            values = self._values(group, projects[group.project])
            with counter.acting(clerk):
                group.class_id = open_class(
                    counter.session, clerk, employer, values, counter.vault, counter.today
                ).id
            with counter.acting(clerk):
                add_students(counter.session, clerk, group.class_id, counter.people(group.students))

    def _values(self, group: Group, project: Project) -> dict[str, Any]:
        return {
            "project_id": project.id,
            "opens_on": group.opens_on,
            "closes_on": group.closes_on,
            "hours": project.hours,
            "platform": self.say(phrases.PLATFORMS),
            "teacher": self.say(phrases.TEACHERS),
            "contact": self.say(phrases.CONTACTS),
            "contact_phone": f"199{self.counter.random.randrange(10**8):08}",
            "stop_from": month_start(group.opens_on),
            "stop_to": group.closes_on + timedelta(days=10),
        }

    def move(self, actor: str, name: str, of: Chosen, **params: Any) -> None:
        self.fire(actor, name, [group.class_id for group in self.chosen(of)], **params)

    def submit_class(self, of: Chosen = None) -> None:
        self.move("clerk", "submit_class", of)

    def approve_class(self, of: Chosen = None) -> None:
        self.move("reviewer", "approve_class", of, opinion=self.say(phrases.APPROVED))

    def return_class(self, of: Chosen = None) -> None:
        self.move("reviewer", "return_class", of, opinion=phrases.CLASS_RETURNED)

    def reject_class(self, of: Chosen = None) -> None:
        self.move("reviewer", "reject_class", of, opinion=phrases.CLASS_REJECTED)

    def cancel_class(self, of: Chosen = None) -> None:
        self.move("clerk", "cancel_class", of, reason=phrases.CANCELLED)

    def graduate(self, of: Chosen = None) -> None:
        self.move("clerk", "graduate", of)

    def approve_completion(self, of: Chosen = None) -> None:
        self.move("reviewer", "approve_completion", of, opinion=self.say(phrases.APPROVED))

    def return_completion(self, of: Chosen = None) -> None:
        self.move("reviewer", "return_completion", of, opinion=phrases.COMPLETION_RETURNED)

    def take_results(self, count: int | None = None, of: Chosen = None) -> None:
        """Take in rosters with the results of the first students, or of all; one in nine did not pass."""
        counter, clerk = self.counter, self.office.clerk
        for group in self.chosen(of):
            wanted = select(Enrolment).where(
                Enrolment.class_id == group.class_id, Enrolment.state == "enrolled"
            )
            students = counter.session.scalars(wanted.order_by(Enrolment.student_no)).all()
            by_id = dict(zip(counter.people(group.students), group.students, strict=True))
            rows = [
                parse_row(
                    RESULTS,
                    self._result(student, by_id[student.person_id], group),
                    number,
                    today=counter.today,
                )
                for number, student in enumerate(students[:count], 4)
            ]
            with counter.acting(clerk):
                import_results(counter.session, clerk, group.class_id, rows, counter.vault, counter.today)

    def declare(self, of: Chosen = None) -> None:
        """Declare the subsidy for the students."""
        counter, clerk = self.counter, self.office.clerk
        for group in self.chosen(of):
            with counter.acting(clerk):
                group.application = declare(
                    counter.session, clerk, programme_of(TRAINING), group.class_id, counter.today
                ).id

    def _result(self, student: Enrolment, resident: Resident, group: Group) -> dict[str, str]:
        passed = student.student_no % 9 != 8
        low, high = (66, 98) if passed else (35, 58)
        return {
            "number": student.number,
            "name": resident.name,
            "citizen_id": resident.citizen_id,
            "theory_score": str(self.counter.random.randrange(low, high)),
            "practical_score": str(self.counter.random.randrange(low, high)),
            "passed": dict(RESULTS.column("passed").choices)[YES if passed else NO],
            "certificate_no": f"川培{student.number[7:15]}{student.id:05}" if passed else "",
            "completed_on": str(group.closes_on),
        }
