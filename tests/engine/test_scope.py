"""What a session's scope adds to a statement, for every model that declares one and for its aliases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from app.engine.access.roles import CLERK
from app.engine.cases.claims import Application, Claim
from app.engine.scope import CASE_COLUMN, OPEN, Scope, scoped_models
from app.registers.models import Person
from app.registers.organisation import Office
from tests.bench.county import County
from tests.desk.heard import heard

HERE, THERE, NOBODYS = Scope((11, 12), ("510104", "510100")), Scope((13,), ("510105",)), Scope()
BEYOND = Scope((14,), ("510106",))


@pytest.fixture
def within(session):
    """The lists of offices and regions that a statement is restricted by within a scope, each as often as it says so."""
    columns = "|".join({model.__scope__ for model in scoped_models()} - {"person_id"})
    restricted = rf"\.(?:{columns}) = (?:ANY \()?%\((\w+)\)s"

    def ask(statement, scope, options=None):
        session.info["scope"] = scope
        with heard(session.get_bind()) as sent:
            session.execute(statement, execution_options=options or {}).all()
        return [listed(sent[-1].parameters[name]) for name in re.findall(restricted, sent[-1])]

    return ask


def listed(value: int | str) -> list[str]:
    """A value, or an array as PostgreSQL writes it."""
    return [part for part in str(value).strip("{}").split(",") if part]


@pytest.fixture
def cases(session):
    return [model for model in scoped_models() if model.__scope__ == CASE_COLUMN]


def of(model, scope):
    return list(map(str, scope.office_ids if model.__scope__ == CASE_COLUMN else scope.region_codes))


def test_every_model_is_restricted_to_the_scope_of_the_moment(within, cases):
    """What is read along with a row by declaration is restricted like the row."""
    models = list(scoped_models())
    assert len(models) > len(cases) > 10
    for model in models:
        for scope in (HERE, THERE, BEYOND, NOBODYS, THERE, HERE):
            for statement in (select(model.id), select(func.count()).select_from(model)):
                assert within(statement, scope) == [of(model, scope)], (model, scope)
            along = [each.mapper.class_ for each in model.__mapper__.relationships if each.lazy == "joined"]
            restricted = [of(other, scope) for other in along if other in models]
            assert within(select(model), scope) == [of(model, scope), *restricted], (model, scope)
        assert within(select(model.id), Scope.everything()) == []
        assert within(select(model.id), HERE, OPEN) == []


def test_of_a_model_that_others_derive_from_each_is_restricted(within, cases):
    derived = [mapper for model in cases for mapper in model.__mapper__.self_and_descendants]
    assert len(derived) > len(cases)
    for mapper in derived:
        assert within(select(mapper.class_.id), THERE) == [["13"]], mapper


def test_an_alias_and_a_join_of_cases_show_no_more_than_the_cases_themselves(within, cases):
    for model in cases:
        assert within(select(aliased(model).id), HERE) == [["11", "12"]], model
    other = aliased(Claim)
    both = select(Claim.id).join(other, other.person_id == Claim.person_id)
    both = both.join(Application, Application.id == Claim.application_id)
    assert within(both, THERE) == [["13"]] * 3
    assert within(select(Office.id).where(select(Claim.id).exists()), THERE) == [["13"]]
    together = union_all(select(Claim.id), select(Application.id)).subquery()
    assert within(select(together), THERE) == [["13"]] * 2


def test_the_person_of_a_visible_case_is_shown_wherever_that_person_belongs(within):
    named = select(Claim).join(Person, Person.id == Claim.person_id)
    assert within(named, HERE) == [["11", "12"]]


def test_what_a_row_leads_to_is_seen_by_the_scope_of_that_moment(session, app):
    county = County.founded(session, app.extensions["vault"], 1)
    clerk = county.staff("clerk", CLERK)
    county.check(clerk, county.open(clerk), [county.typed(0)])
    session.expunge_all()
    own = Scope((clerk.office_id,), ())
    session.info["scope"] = own
    claim = session.scalars(select(Claim)).one()
    session.info["scope"] = THERE
    assert claim.application is None
    assert session.scalars(select(Claim)).all() == []
    session.info["scope"] = own
    session.expire(claim, ["application"])
    assert claim.application.id == claim.application_id


def test_an_office_below_the_county_reads_every_kind_of_case_by_what_it_took_in(session, cases):
    """What belongs to no application it doesn't read at all; who took in cases of others reads these beside its own."""
    school, county = Scope((12,), receives=True), Scope((11, 12), ("510104",), elsewhere=True)
    for model in cases:
        read = {scope: sent_within(session, scope, model).partition("WHERE")[2] for scope in (school, county)}
        received, own = "received_by_id", f"{model.__tablename__}.office_id ="
        assert own not in read[school] and own in read[county], model
        assert (received in read[school]) is (received in read[county]) is ("false" not in read[school]), (
            model
        )
    assert "received_by_id" in sent_within(session, school, aliased(Claim))


def sent_within(session, scope: Scope, model) -> str:
    session.info["scope"] = scope
    with heard(session.get_bind()) as sent:
        session.execute(select(model.id)).all()
    return str(sent[-1])
