"""The top bar's search: people, employers and numbers of cases within scope, all asked in one statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from flask import g, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from app.engine.cases.claims import Claim
from app.engine.sessions import shares
from app.engine.statements import gather
from app.extensions import db, fab
from app.kernel import names
from app.kernel.identifiers import citizen_id
from app.programmes.installed import programmes
from app.registers.lookup import find_person
from app.registers.models import Employer, Person
from app.web.crud.search import employer_clause, person_clause
from app.web.crud.views import ModelView
from app.web.page.addresses import page_url
from app.web.page.templating import may
from app.web.wording.titles import programme_title, state_title
from app.web.wording.translations import gettext

LONGEST, MOST = 60, 6
SHORTEST_NAME = 2
NUMBER = re.compile(r"(?=.*\d)[A-Z0-9/-]{4,}", re.ASCII)
TAIL = re.compile(r"\d{4,8}-\d{3,4}", re.ASCII)
"""The end of a number, as people shorten it."""
PAPER = re.compile(r"([A-Z]{2,4}-\d{6}-\d{8}-\d{4})/(\d{1,18})", re.ASCII)
"""What a paper about one person bears: the application's number and the claim's."""


@dataclass(frozen=True)
class Hit:
    """One thing: what it is called, what tells it from others, its state, and its page, where there is one."""

    title: str
    note: str = ""
    state: str = ""
    state_title: str = ""
    address: str = ""


@dataclass
class Group:
    """Things of one kind."""

    title: str
    icon: str
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """What is asked for one kind, and how a row of the answer is shown."""

    title: str
    icon: str
    wanted: Select
    hit: Callable[[tuple], Hit]


def find(typed: str) -> list[Group]:
    """Return what a text means to this login, kind by kind; counted as a list's search is. Raises Refused."""
    text = typed.replace("\0", "").strip()[:LONGEST]
    kinds = list(_kinds(text))
    if not kinds:
        return []
    shares.take_search(db.engine, g.actor)
    groups: dict[str, Group] = {}
    for kind, rows in zip(kinds, gather(db.session, *(kind.wanted for kind in kinds)), strict=True):
        group = groups.setdefault(kind.title, Group(kind.title, kind.icon))
        group.hits += map(kind.hit, rows)
    return [group for group in groups.values() if group.hits] or _beyond(text)


def _kinds(text: str) -> Iterator[Kind]:
    """Yield what a text may mean: a whole id a person, a code an employer or a case, anything else a name."""
    code = text.upper()
    if paper := PAPER.fullmatch(code):
        number, claim = paper.groups()
        yield from _people(lambda _: (Claim.id == int(claim)) & Claim.application.has(number=number))
    elif citizen_id.is_whole(text):
        yield from _people(lambda person: person_clause(text, person))
        yield from _registered(text)
    elif NUMBER.fullmatch(code):
        yield from _numbers(code)
        yield from _employers(text)
    elif len(names.fold(text)) >= SHORTEST_NAME:
        yield from _people(lambda person: person_clause(text, person))
        yield from _employers(text)
        yield from _registered(text)


def _people(clause: Callable[[type[Person]], ColumnElement[bool]]) -> Iterator[Kind]:
    """Yield the cases of people; whom a case in scope names is found with it, wherever registered."""
    views = {programme.code: fab().pages[programme.code, Claim] for programme in programmes()}
    shown = {code: view for code, view in views.items() if may("can_show", view.class_permission_name)}
    if not shown:
        return
    person = aliased(Person)
    wanted = (
        select(Claim.id, Claim.programme, Claim.state, person.name, person.head4, person.last4)
        .join(person, person.id == Claim.person_id)
        .where(Claim.programme.in_(shown), clause(person))
        .order_by(Claim.id.desc())
        .limit(MOST)
    )
    yield Kind(gettext("人员"), "user", wanted, partial(_case, shown))


def _case(views: Mapping[str, ModelView], row: tuple) -> Hit:
    pk, code, state, name, head4, last4 = row
    note = f"{head4}**********{last4} {programme_title(code)}"
    return Hit(name, note, state, state_title(state, code), page_url(views[code].endpoint, pk))


def _registered(text: str) -> Iterator[Kind]:
    """Yield people of the register within scope."""
    if may("can_show", "PersonView"):
        wanted = select(Person.id, Person.name, Person.head4, Person.last4).where(person_clause(text))
        yield Kind(gettext("人员登记库"), "register", wanted.limit(MOST), _registered_person)


def _registered_person(row: tuple) -> Hit:
    pk, name, head4, last4 = row
    return Hit(name or "—", f"{head4}**********{last4}", address=page_url("PersonView", pk))


def _employers(text: str) -> Iterator[Kind]:
    if may("can_show", "EmployerView"):
        wanted = select(Employer.id, Employer.name, Employer.uscc).where(employer_clause(text))
        yield Kind(gettext("单位"), "employer", wanted.order_by(Employer.name).limit(MOST), _employer)


def _employer(row: tuple) -> Hit:
    pk, name, code = row
    return Hit(name, code, address=page_url("EmployerView", pk))


def _numbers(code: str) -> Iterator[Kind]:
    """Yield what bears a number: applications, notices, payment lists, classes."""
    for view in fab().baseviews:
        name = getattr(view, "numbered", "")
        if not name or not may("can_show", view.class_permission_name):
            continue
        number = getattr(view.datamodel.obj, name)
        meant = number.startswith(code, autoescape=True)
        if TAIL.fullmatch(code):
            meant = or_(meant, number.endswith(code))
        rows = view.base_query().filter(meant).order_by(None).with_entities(view.key, number)
        title = gettext(view.number_title)
        yield Kind(
            title,
            view.menu_icon,
            rows.order_by(view.key.desc()).limit(MOST).statement,
            partial(_numbered, view),
        )


def _numbered(view: ModelView, row: tuple) -> Hit:
    pk, number = row
    return Hit(number, programme_title(view.programme.code), address=page_url(view.endpoint, pk))


def _beyond(text: str) -> list[Group]:
    """Return the name alone of the bearer of a whole id who is nobody's here; looked up and written down as everywhere."""
    if not citizen_id.is_whole(text) or not may("can_person", "DeskView"):
        return []
    finding = partial(find_person, db.session, text, g.vault)
    person = shares.look_up(db.engine, g.actor, request.endpoint, text, finding)
    if person is None:
        return []
    note = gettext("{id}，本机构没有此人的业务").format(id=person.masked_id)
    return [Group(gettext("人员"), "user", [Hit(person.name or "—", note)])]
