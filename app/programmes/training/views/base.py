"""What the screens of classes share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from flask import abort, g, url_for
from sqlalchemy import Numeric, func, literal, select
from sqlalchemy.orm import Query
from sqlalchemy.sql import Select

from app.engine.audit import NAMED, AuditEntry
from app.extensions import db
from app.kernel.messages import N_
from app.programmes.training import PROGRAMME
from app.programmes.training.classes import contacts
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.states import TITLES
from app.registers.ciphers import UNREADABLE
from app.web.page import waiting
from app.web.page.waiting import Task
from app.web.stages.bulk import BulkView, keys_of, move
from app.web.wording.translations import gettext

LABELS = {
    **PROGRAMME.labels,
    "cohort_no": N_("培训期号"),
    "employer": N_("单位"),
    "employer.name": N_("单位"),
    "project": N_("培训项目"),
    "project.name": N_("培训项目"),
    "project.level": N_("等级"),
    "state": N_("状态"),
    "office": N_("经办机构"),
    "office.name": N_("经办机构"),
    "created_on": N_("受理日期"),
}


def _counting(states: Collection[str]) -> Select:
    """Return classes by state; a class as such costs nothing."""
    counted = select(literal(PROGRAMME.code), TrainingClass.state, func.count(), literal(0, Numeric(12, 2)))
    return counted.where(TrainingClass.state.in_(states)).group_by(TrainingClass.state)


class ClassList(BulkView):
    """A list of classes, and what may be done with them."""

    template_folder = str(Path(__file__).parents[1] / "templates")
    programme = PROGRAMME
    menu = PROGRAMME.menu
    choices = {"state": TITLES}
    label_columns = LABELS
    list_template = "class_list.html"
    loads = ["employer", "project", "office"]
    list_columns = [
        "cohort_no",
        "employer.name",
        "project.name",
        "opens_on",
        "closes_on",
        "hours",
        "state",
        "office.name",
    ]
    search_columns = ["employer", "project", "cohort_no", "state", "opens_on", "closes_on", "office"]
    order_columns = ["cohort_no", "opens_on", "closes_on"]
    counting = staticmethod(_counting)
    submit_class = move(PROGRAMME.transitions["submit_class"])
    approve_class = move(PROGRAMME.transitions["approve_class"])
    reject_class = move(PROGRAMME.transitions["reject_class"])
    return_class = move(PROGRAMME.transitions["return_class"])
    cancel_class = move(PROGRAMME.transitions["cancel_class"])
    graduate = move(PROGRAMME.transitions["graduate"])
    approve_completion = move(PROGRAMME.transitions["approve_completion"])
    return_completion = move(PROGRAMME.transitions["return_completion"])

    def claims_of(self, rows: Query, transition) -> Select:
        return keys_of(rows, TrainingClass.id)

    def tasks(self) -> list[Task]:
        """Return the classes that wait for this list's first move."""
        states = self.waits()
        if not states:
            return []
        count, _ = waiting.of(self.counting, PROGRAMME.code, states)
        return [
            Task(
                gettext(self.menu_title),
                self.endpoint,
                url_for(f"{self.endpoint}.list"),
                count,
                None,
                gettext("个班级"),
            )
        ]

    def list_more(self, rows: Sequence) -> dict:
        counted = (
            select(Enrolment.class_id, func.count())
            .where(Enrolment.class_id.in_([row.id for row in rows]), Enrolment.state == "enrolled")
            .group_by(Enrolment.class_id)
        )
        return {"students": dict(db.session.execute(counted).all())}

    def show_more(self, row: TrainingClass) -> dict:
        history = select(AuditEntry).where(AuditEntry.class_id == row.id).options(NAMED)
        return {
            "programme": PROGRAMME,
            "titles": TITLES,
            "students": students_of(row.id),
            "errors": {},
            "history": db.session.scalars(history.order_by(AuditEntry.id)).all(),
            "contact_phone": _contact_phone(row),
        }


def _contact_phone(row: TrainingClass) -> str | None:
    """Return the phone by its last digits; the page opens without it too."""
    shown = contacts.shown_phone(g.vault, row)
    return gettext(shown) if shown == UNREADABLE else shown


def students_of(class_id: int) -> list[Enrolment]:
    """Return the students of a class who were not withdrawn, by their numbers."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.state != "withdrawn")
        .order_by(Enrolment.student_no)
    )
    return list(db.session.scalars(wanted))


def enrolment(pk: int) -> Enrolment:
    """Return a student within scope, else the page says that there is none."""
    return db.session.scalars(select(Enrolment).where(Enrolment.id == pk)).one_or_none() or abort(404)
