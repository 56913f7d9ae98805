"""What an auditor types to find entries: a person by id or name, a case by any of its numbers, who did it."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.programmes.installed import programmes
from app.registers.models import Person
from app.web.crud.search import person_clause, several


def concerns(text: str) -> ColumnElement[bool]:
    """Return entries of the claims, the own applications, the classes and the dossiers of anyone who bears an id or a name."""
    person, claim, application = aliased(Person), aliased(Claim), aliased(Application)
    people = select(person.id).where(person_clause(text, person))
    claims = select(claim.id).where(claim.person_id.in_(people))
    own = select(application.id).where(application.payee_person_id.in_(people))
    classes = (p.classes.of_people(people) for p in programmes() if p.classes)
    return or_(
        AuditEntry.claim_id.in_(claims),
        AuditEntry.application_id.in_(own),
        AuditEntry.after["person_id"].as_integer().in_(people),
        *(AuditEntry.class_id.in_(ids) for ids in classes),
    )


def of_case(text: str) -> ColumnElement[bool]:
    """Return entries of an application, a class, a notice or a payment list, by the beginning of its number."""
    application = aliased(Application)
    wanted = select(application.id).where(application.number.startswith(text, autoescape=True))
    numbered: list[Any] = [aliased(Notice), aliased(PaymentList)]
    batches = (select(m.batch_id).where(m.number.startswith(text, autoescape=True)) for m in numbered)
    classes = (p.classes.numbered(text) for p in programmes() if p.classes)
    return or_(
        AuditEntry.application_id.in_(wanted),
        AuditEntry.subject.startswith(text, autoescape=True),
        *(AuditEntry.batch_id.in_(ids) for ids in batches),
        *(AuditEntry.class_id.in_(ids) for ids in classes),
    )


def done_by(text: str) -> ColumnElement[bool]:
    """Return entries of one login by its whole user name, which tells namesakes apart, or of all whose name holds the text."""
    logins = select(User.id).where(User.username.in_([word.lower() for word in several(text)]))
    return or_(AuditEntry.actor_id.in_(logins), AuditEntry.actor_name.contains(text, autoescape=True))
