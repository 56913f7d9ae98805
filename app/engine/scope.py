"""Which rows an actor sees, applied by the session to every ORM statement and by `where()` to Core ones.

A model says by `__scope__` which of its columns decides: an office, a region, or the person whose region it is.
A session without a scope sees no row of such a model: forgetting fails closed. An office below the county sees the
cases that it took in, whosever they are, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import cast

from flask_appbuilder import Model
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Dialect,
    Select,
    String,
    any_,
    bindparam,
    column,
    event,
    false,
    func,
    inspect,
    literal,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import ORMExecuteState, Session, aliased, with_loader_criteria
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.registers.models import Person
from app.registers.organisation import Office, Region

OPEN = {"scope": "open"}
"""Execution options of what reads across offices (`app/help/decisions/one-session-scope.md`) and of the product's own bookkeeping."""

FRESH = {"populate_existing": True}
"""Execution options of rows that are locked: as they stand now, whatever the session has read before."""

CASE_COLUMN = "office_id"

APPLICATIONS = table("applications", column("id"), column("office_id"), column("received_by_id"))
CLAIMS = table(
    "claims", column("id"), column("application_id"), column("notice_id"), column("payment_list_id")
)
OF_APPLICATIONS = {
    "applications": "id",
    **dict.fromkeys(
        ("claims", "failed_rows", "attachments", "account_corrections", "audit_entries"), "application_id"
    ),
}
"""Table → the column by which its rows belong to an application."""
OF_CLAIMS = {
    "objections": ("claim_id", CLAIMS.c.id),
    "notices": ("id", CLAIMS.c.notice_id),
    "payment_lists": ("id", CLAIMS.c.payment_list_id),
}
"""Table → the column by which its rows belong to claims, and the claims' own for it."""


@dataclass(frozen=True)
class Scope:
    """Offices and regions of a subtree; `whole` is the province's own root and the IT officer's commands.

    `receives`: an office below the county, which sees only what it took in. `elsewhere`: some of what the subtree took in belongs
    to an office outside it.
    """

    office_ids: tuple[int, ...] = ()
    region_codes: tuple[str, ...] = ()
    whole: bool = False
    receives: bool = False
    elsewhere: bool = False

    @classmethod
    def everything(cls) -> Scope:
        return cls(whole=True)

    @classmethod
    def of_office(cls, session: Session, office: Office) -> Scope:
        """Return the subtree of an office: its own and lower offices, its region and the regions below."""
        parameters = {"path": office.path, "region": office.region_code}
        return cls.of_subtree(office, *session.execute(subtree(), parameters, execution_options=OPEN).one())

    @classmethod
    def of_subtree(
        cls, office: Office, office_ids: list[int] | None, region_codes: list[str] | None, elsewhere: bool
    ) -> Scope:
        """Return the same of what `subtree` answers; an office below the county has no registers."""
        if office.kind:
            return cls(tuple(office_ids or ()), receives=True)
        return cls(tuple(office_ids or ()), tuple(region_codes or ()), elsewhere=elsewhere)

    @property
    def offices(self) -> ColumnElement[int]:
        """What the office of a case equals: one office as such, so that an index gives its cases in order."""
        return _one_of(self.office_ids, BigInteger)

    def clause(self, model: type[Model]) -> ColumnElement[bool]:
        """Return the WHERE clause for a scoped model."""
        if self.whole:
            return true()
        column = model.__scope__
        if column == CASE_COLUMN:
            return self._of_cases()(model, self.offices)
        regions = _one_of(self.region_codes, String)
        if column == "person_id":
            person = aliased(Person)
            return (
                select(person.id).where(person.id == model.person_id, person.region_code == regions).exists()
            )
        return getattr(model, column) == regions

    def _of_cases(self) -> Callable[[type[Model], ColumnElement[int]], ColumnElement[bool]]:
        """Return what makes the condition of a case model, of the scope's offices."""
        if self.receives:
            return _received
        return _own_or_received if self.elsewhere else _own

    @cached_property
    def criteria(self) -> tuple[tuple, tuple]:
        """Loader options for all statements, and the smaller set for following relationships from visible rows."""
        return _criteria(self)


@lru_cache(maxsize=256)
def _criteria(scope: Scope) -> tuple[tuple, tuple]:
    """Build the criteria once for all logins that see the same; cases share one option, since each option slows every statement.

    A visible claim may name a person or employer whose own region lies elsewhere: the name and masked id
    that the claim shows are open to its office, so register criteria do not follow relationships.
    """
    if scope.whole:
        return (), ()
    offices = scope.offices
    # SQLAlchemy keeps what a lambda returns by its code and by the columns in it
    if scope.receives:
        cases = with_loader_criteria(Model, lambda m: _within(m, offices, _received), include_aliases=True)
    elif scope.elsewhere:
        cases = with_loader_criteria(
            Model, lambda m: _within(m, offices, _own_or_received), include_aliases=True
        )
    else:
        cases = with_loader_criteria(Model, lambda m: _within(m, offices, _own), include_aliases=True)
    registers = [model for model in scoped_models() if model.__scope__ != CASE_COLUMN]
    return (cases, *(with_loader_criteria(model, scope.clause(model)) for model in registers)), (cases,)


class Written(TypeDecorator):
    """An array in PostgreSQL's own writing: given a list, the driver would look at each value for each statement."""

    impl, cache_ok = ARRAY, True

    def bind_processor(self, dialect: Dialect) -> None:
        return None


def _one_of(values: tuple, type_: type[TypeEngine]) -> ColumnElement:
    """Return what a column equals that holds one of these numbers or codes."""
    if len(values) == 1:
        return literal(values[0], type_)
    return any_(literal(f"{{{','.join(map(str, values))}}}", Written(type_)))


def _own(model: type[Model], offices: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition of cases that belong to these offices."""
    return model.office_id == offices


def _received(model: type[Model], offices: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition of cases that these offices took in for others, and of what belongs to such a case; by arrays, which
    an index answers.
    """
    name = inspect(model).mapper.local_table.name
    taken = select(APPLICATIONS.c.id).where(APPLICATIONS.c.received_by_id == offices)
    if name in OF_APPLICATIONS:
        return getattr(model, OF_APPLICATIONS[name]) == _any_of(taken)
    if name in OF_CLAIMS:
        own, of_claim = OF_CLAIMS[name]
        return getattr(model, own) == _any_of(
            select(of_claim).where(CLAIMS.c.application_id == _any_of(taken))
        )
    return false()


def _own_or_received(model: type[Model], offices: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(_own(model, offices), _received(model, offices))


def _any_of(ids: Select) -> ColumnElement:
    return any_(func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger)))


def _within(model: type[Model], offices: ColumnElement[int], of_cases: Callable) -> ColumnElement[bool]:
    """Return the condition of a model, or an alias of one: the cases of these offices; all rows of what is no case."""
    entity = inspect(model, raiseerr=False)
    if entity is None:  # the base of all models, with which SQLAlchemy tries the criterion
        return false()
    case = getattr(entity.mapper.class_, "__scope__", None) == CASE_COLUMN
    return of_cases(model, offices) if case else true()


NOWHERE = Scope()


def scoped_models() -> Iterator[type[Model]]:
    """Yield every mapped class that declares `__scope__` itself (subclasses are covered by their base)."""
    for mapper in Model.registry.mappers:
        if "__scope__" in vars(mapper.class_):
            yield mapper.class_


def where(session: Session, statement: Select, *models: type[Model]) -> Select:
    """Return a Core statement restricted to what the session's scope shows of `models`."""
    scope = session.info.get("scope", NOWHERE)
    return statement.where(*(scope.clause(model) for model in models))


@contextmanager
def seeing(session: Session, scope: Scope) -> Iterator[None]:
    """Run the session's statements within `scope` for the length of the block."""
    before = session.info.get("scope", NOWHERE)
    session.info["scope"] = scope
    try:
        yield
    finally:
        session.info["scope"] = before


@event.listens_for(Session, "do_orm_execute")
def _restrict(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or state.is_column_load or state.execution_options.get("scope") == "open":
        return
    everywhere, from_visible_row = state.session.info.get("scope", NOWHERE).criteria
    if not everywhere:
        return
    options = from_visible_row if state.is_relationship_load or _asks_for_cases(state) else everywhere
    state.statement = state.statement.options(*options)


def _asks_for_cases(state: ORMExecuteState) -> bool:
    """Return whether a SELECT returns cases and no register: its eager loads inherit the options and follow visible rows."""
    if not state.is_select:
        return False
    entities = [column["entity"] for column in cast(Select, state.statement).column_descriptions]
    if None in entities:
        return False
    scopes = {getattr(inspect(entity).mapper.class_, "__scope__", None) for entity in entities}
    return CASE_COLUMN in scopes and scopes <= {CASE_COLUMN, None}


@cache
def subtree() -> Select:
    """Return the offices below a `path` and the regions below a `region`, as two arrays, and whether an office below the path
    took in a case of one elsewhere; written once, for every request asks it.
    """
    offices = select(func.array_agg(aggregate_order_by(Office.id, Office.id)))
    offices = offices.where(func.starts_with(Office.path, bindparam("path")))
    tree = select(Region.code).where(Region.code == bindparam("region")).cte("subtree", recursive=True)
    tree = tree.union_all(select(Region.code).where(Region.parent_code == tree.c.code))
    regions = select(func.array_agg(aggregate_order_by(tree.c.code, tree.c.code)))
    receiving, competent = aliased(Office), aliased(Office)
    elsewhere = (
        select(APPLICATIONS.c.id)
        .join(receiving, receiving.id == APPLICATIONS.c.received_by_id)
        .join(competent, competent.id == APPLICATIONS.c.office_id)
        .where(func.starts_with(receiving.path, bindparam("path")))
        .where(~func.starts_with(competent.path, bindparam("path")))
    )
    return select(offices.scalar_subquery(), regions.scalar_subquery(), elsewhere.exists())
