"""The search card: from a model's columns to fields with one natural meaning each, and from the URL to SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from flask import g
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Boolean, Date, DateTime, and_, any_, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from werkzeug.datastructures import MultiDict

from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.own_fields import COLUMN, stored_value
from app.engine.sheets import Column, Kind, Sheet, parse_row
from app.kernel import names
from app.kernel.dates import SHANGHAI, parse_date
from app.kernel.errors import BadValue
from app.kernel.identifiers import citizen_id, uscc
from app.kernel.messages import N_
from app.registers.lookup import has_part, unit_name
from app.registers.models import Employer, Person
from app.registers.organisation import Region
from app.registers.region_names import codes_of
from app.web.crud.options import CHOICES
from app.web.crud.private_queries import decrypt_text
from app.web.wording.translations import gettext

APART = re.compile(r"[\s,，;；、]+")
MOST_WORDS = 1000
WORDS = (Kind.TEXT, Kind.USCC, Kind.PHONE, Kind.CITIZEN_ID)
"""Kinds that are searched by what is written, many at once."""


@dataclass(frozen=True)
class SearchField:
    """One field of the card; `kind` tells the template how to draw it."""

    name: str
    label: str
    kind: str
    clause: Callable[[str], ColumnElement[bool] | None]
    choices: Mapping[str, str] | None = None
    frame: str = "{label}"


def fields_of(
    model: type[Any],
    columns: Sequence[str],
    labels: Mapping[str, str],
    choices: Mapping,
    own: Mapping[str, Column] = MappingProxyType({}),
) -> list[SearchField]:
    """Return the fields for a view's `search_columns`; a date becomes two, from and to. `own` are columns of a sheet."""
    fields: list[SearchField] = []
    for name in columns:
        if name in own:
            fields += _own(getattr(model, COLUMN), own[name], name)
            continue
        fields += _fields(model, name, labels.get(name, name), choices.get(name) or CHOICES.get(name))
    return fields


def clauses(
    fields: Sequence[SearchField], args: MultiDict
) -> tuple[list[ColumnElement[bool]], dict[str, str]]:
    """Return the WHERE clauses of what was typed, and what was typed (for the card and the chips)."""
    typed = {f.name: decrypt_text(args[f.name].strip()) for f in fields if args.get(f.name, "").strip()}
    typed_fields = ((field, typed[field.name].replace("\0", "")) for field in fields if field.name in typed)
    made = (field.clause(text) if text else None for field, text in typed_fields)
    return [clause if clause is not None else false() for clause in made], typed


def _fields(model: type[Any], name: str, label: str, choices: Mapping | None) -> list[SearchField]:
    if name in BEYOND:
        kind, clause, options = BEYOND[name]
        return [SearchField(name, label, kind, clause, options)]
    if "." in name:
        return [_related(model, name, label)]
    relation = model.__mapper__.relationships.get(name)
    if relation is not None:
        target = relation.mapper.class_
        kind, through = RELATIONS.get(target, NAMED)
        return [SearchField(name, label, kind, lambda text: through(getattr(model, name), target, text))]
    column = getattr(model, name)
    if choices:
        return [
            SearchField(
                name, label, "choice", lambda text: column == text if text in choices else None, choices
            )
        ]
    if isinstance(column.type, Boolean):
        return [
            SearchField(
                name, label, "choice", lambda text: column.is_(text == "1"), {"1": N_("是"), "0": N_("否")}
            )
        ]
    if isinstance(column.type, (Date, DateTime)):
        return _span(column, name, label)

    def part_or_some(text: str) -> ColumnElement[bool]:
        return or_(column.contains(text, autoescape=True), column.in_(several(text)))

    return [SearchField(name, label, "text", INDEXED.get((model, name), part_or_some))]


def _own(stored, column: Column, name: str) -> list[SearchField]:
    """Return the fields for one that only one programme has, kept in a JSONB column; a day is held as ISO text."""
    label, key = column.title, column.field
    if column.kind is Kind.DATE:
        return _span(stored[key].astext, name, label, date.isoformat)
    if column.kind in WORDS:
        return [SearchField(name, label, "text", lambda text: stored[key].astext.in_(several(text)))]

    def equal(text: str) -> ColumnElement[bool] | None:
        value = parse_row(Sheet(key, label, COLUMN, (column,)), {key: text}, 0, today=g.today).values[key]
        return None if value is None else stored.contains({key: stored_value(value)})

    kind, codes = ("choice", dict(column.choices)) if column.choices else ("text", None)
    return [SearchField(name, label, kind, equal, codes)]


def _related(model: type[Any], path: str, label: str) -> SearchField:
    """Return a column of a related row, or of one related to that: `relation.column`."""
    name, _, rest = path.partition(".")
    relation = model.__mapper__.relationships[name]
    (target,) = _fields(relation.mapper.class_, rest, label, None)
    return SearchField(
        path, label, target.kind, lambda text: relation.class_attribute.has(target.clause(text))
    )


def _span(
    column, name: str, label: str, stored_as: Callable[[date], object] | None = None
) -> list[SearchField]:
    """Return the condition from a day, and to one; `stored_as`: how the column holds a day, where it is none of its own kind."""
    first = _day(lambda day: column >= (stored_as(day) if stored_as else _moment(column, day, time.min)))
    last = _day(lambda day: column <= (stored_as(day) if stored_as else _moment(column, day, time.max)))
    return [
        SearchField(f"{name}_from", label, "date", first, frame=N_("{label}（起）")),
        SearchField(f"{name}_to", label, "date", last, frame=N_("{label}（止）")),
    ]


def several(text: str) -> list[str]:
    """Return what was pasted at once: parted by blanks, lines, commas or semicolons. Raises BadValue for too many."""
    words = list(dict.fromkeys(filter(None, APART.split(text))))
    if len(words) > MOST_WORDS:
        raise BadValue(N_("一个查询框最多粘贴{most}个号码或名称。请分几次查询。"), most=MOST_WORDS)
    return words


def label_of(field: SearchField) -> str:
    """Return the label in the language of the page."""
    return gettext(field.frame).format(label=gettext(field.label))


def typed_text(field: SearchField, text: str) -> str:
    """Return what a chip says was typed; of many pasted words, how many."""
    if field.choices:
        return gettext(field.choices[text]) if text in field.choices else text
    words = several(text)
    return text if len(words) < 4 else gettext("{count}项").format(count=len(words))


def _day(compare: Callable[[date], ColumnElement[bool]]) -> Callable[[str], ColumnElement[bool] | None]:
    def clause(text: str) -> ColumnElement[bool] | None:
        day = parse_date(text)
        return None if day is None else compare(day)

    return clause


def _moment(column, day: date, clock: time) -> date | datetime:
    """Return a day as the column's kind has it: the office's midnight, or the last instant before the next one."""
    return datetime.combine(day, clock, SHANGHAI) if isinstance(column.type, DateTime) else day


def person_clause(text: str, person: type[Any] = Person) -> ColumnElement[bool]:
    """Match whole citizen ids or whole names, one or many; else part of a name."""
    vault, typed = g.vault, several(text)
    ids = [code for word in typed if len(code := citizen_id.normalize(word)) == 18 and code[:17].isdigit()]
    if ids and len(ids) == len(typed):
        return person.id_hash.in_([vault.hash(code) for code in ids])
    named = _person_name(text, person)
    return or_(person.id_hash.in_([vault.hash(code) for code in ids]), named) if ids else named


def employer_clause(text: str, employer: type[Any] = Employer) -> ColumnElement[bool]:
    """Match USCCs, unit numbers or whole names, one or many; else part of a name."""
    typed = several(text)
    return or_(
        employer.uscc.in_([uscc.normalize(word) for word in typed]),
        employer.unit_no.in_(typed),
        _employer_name(text, employer),
    )


def _person_name(text: str, person: type[Any] = Person) -> ColumnElement[bool]:
    """Match a name; an OR would have the database make the parts of every name found again: one word goes without."""
    words = [names.fold(word) for word in several(text)]
    if len(words) == 1:
        return has_part(person.name_folded, words[0])
    parts = (has_part(person.name_folded, writing) for writing in names.writings(text))
    return or_(person.name_folded.in_(words), *parts)


def _employer_name(text: str, employer: type[Any] = Employer) -> ColumnElement[bool]:
    folded = unit_name(employer)
    return or_(folded.in_([names.fold(word) for word in several(text)]), has_part(folded, names.fold(text)))


INDEXED: dict[tuple[type, str], Callable[[str], ColumnElement[bool]]] = {
    (Person, "name"): _person_name,
    (Employer, "name"): _employer_name,
}
"""Names of registers that are too long to be read through."""


def _through(clause) -> Callable:
    def through(relation, target, text: str) -> ColumnElement[bool]:
        other = aliased(target)
        return relation.of_type(other).has(clause(text, other))

    return through


def _named(relation, target, text: str) -> ColumnElement[bool]:
    """Look up the few that have names first, so that the rows themselves are found by an index."""
    (own, other), *_ = relation.property.local_remote_pairs
    model = aliased(target)
    wanted = or_(model.name.contains(text, autoescape=True), model.code == text)
    if target is Region:
        wanted = or_(wanted, model.code.in_(codes_of(text)))
    keys = select(getattr(model, other.key)).where(wanted).scalar_subquery()
    return getattr(relation.class_, own.key) == any_(func.array(keys))


def _numbered(text: str, model) -> ColumnElement[bool]:
    return or_(model.number.startswith(text, autoescape=True), model.number.in_(several(text)))


def _login(text: str, user: type[Any]) -> ColumnElement[bool]:
    name = user.last_name.concat(user.first_name)
    return or_(user.username == text.lower(), name.contains(text, autoescape=True))


NAMED = ("text", _named)
RELATIONS = {
    Application: ("text", _through(_numbered)),
    Notice: ("text", _through(_numbered)),
    PaymentList: ("text", _through(_numbered)),
    Person: ("text", _through(person_clause)),
    Employer: ("text", _through(employer_clause)),
    User: ("text", _through(_login)),
}


def _payee(text: str) -> ColumnElement[bool]:
    """Return claims by who is paid: the unit or the person of their application."""
    application, unit, person = aliased(Application), aliased(Employer), aliased(Person)
    by_unit = application.employer.of_type(unit).has(employer_clause(text, unit))
    by_person = application.payee_person.of_type(person).has(person_clause(text, person))
    paid_itself = Claim.person.of_type(person).has(person_clause(text, person))
    of_each = and_(application.payee_kind == "each", paid_itself)
    return Claim.application.of_type(application).has(or_(by_unit, by_person, of_each))


def _mine(_: str) -> ColumnElement[bool]:
    """Return claims of the applications that this login took in."""
    application = aliased(Application)
    return Claim.application.of_type(application).has(
        func.coalesce(application.successor_id, application.created_by) == g.actor.user_id
    )


def _bearer(text: str) -> ColumnElement[bool]:
    """Return the bearer of a whole citizen id."""
    return Person.id_hash == g.vault.hash(citizen_id.normalize(text))


BEYOND: dict[str, tuple[str, Callable[[str], ColumnElement[bool]], Mapping[str, str] | None]] = {
    "payee": ("text", _payee, None),
    "citizen_id": ("text", _bearer, None),
    "mine": ("choice", _mine, {"1": N_("我经办的")}),
}
"""Fields that no column of the claim itself answers."""
