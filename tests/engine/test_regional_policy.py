"""Regions set values within what the province opens, and each value judges once a second officer has signed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.demo.identities import Resident, make_id
from app.engine import policy_signing
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.casework.claim_moves import reprice
from app.engine.intake.applications import open_application
from app.engine.intake.check import check_people
from app.engine.policy import Parameter, Policy
from app.engine.policy_values import PolicyValue, stored
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.kernel.errors import NotFound, Refused
from app.programmes import installed
from app.studio import publishing
from app.studio.building import build
from app.studio.schema import BadDefinition, read
from tests.bench import registers
from tests.desk import province
from tests.desk.definitions import changed, put
from tests.desk.province import JINJIANG, QINGYANG, TODAY

CHENGDU, ELSEWHERE = "510100", "510300"
DAY = date(2026, 3, 1)
OPEN = {"level": "county", "least": "500.00", "most": "10000.00"}
WITH_REGIONS = changed(put("parameters.amount_junior.open_to", OPEN))


def row(
    value: str, region: str | None, starts_on: date = date(2026, 1, 1), parameter: str = "amount", **more
):
    return PolicyValue(
        programme="skills_bonus",
        parameter=parameter,
        value=value,
        region_code=region,
        starts_on=starts_on,
        document="文",
        **more,
    )


def policy(open_to: str = "county") -> Policy:
    return Policy(
        [Parameter("amount", "金额", "yuan", Decimal(100), "文", open_to, Decimal(50), Decimal(200))]
    )


LATER = date(2026, 2, 1)


@pytest.mark.parametrize(
    ("rows", "opened", "value"),
    [
        ([row("90", JINJIANG), row("80", CHENGDU, LATER), row("70", None, LATER)], "county", "90"),
        ([row("80", CHENGDU), row("70", None, LATER)], "county", "80"),
        ([row("90", JINJIANG), row("95", JINJIANG, LATER)], "county", "95"),
        ([row("90", JINJIANG, date(2026, 4, 1)), row("80", CHENGDU)], "county", "80"),
        ([row("90", JINJIANG), row("80", CHENGDU)], "prefecture", "80"),
        ([row("90", JINJIANG), row("70", None)], "", "70"),
        ([row("49.99", JINJIANG), row("200.01", CHENGDU)], "county", "100"),
        ([row("50", JINJIANG)], "county", "50"),
        ([row("9", None, parameter="gone")], "county", "100"),
    ],
)
def test_the_nearest_value_within_what_is_open_is_in_force(rows, opened, value):
    assert policy(opened).at(rows, DAY)["amount"] == Decimal(value)


@pytest.mark.parametrize(
    ("opening", "where", "what"),
    [
        ({**OPEN, "level": "town"}, "parameters.amount_junior.open_to.level", "只能是"),
        ({**OPEN, "least": "20000"}, "parameters.amount_junior.open_to", "下限不能高于上限"),
        ({**OPEN, "most": "多"}, "parameters.amount_junior.open_to", "无法识别"),
    ],
)
def test_an_opening_is_read_or_refused_at_its_place(opening, where, what):
    with pytest.raises(BadDefinition) as refused:
        build(read(changed(put("parameters.amount_junior.open_to", opening))))
    (fault,) = refused.value.faults
    assert (
        fault.place in (where, where.replace(".open_to", ".value.open_to")) and what in fault.message.text()
    )


def test_publicity_and_limits_are_the_provinces_alone():
    with pytest.raises(BadDefinition, match="全省一致"):
        build(
            read(
                changed(
                    put("parameters.least_publicity_days.open_to", {"level": "county", "least": 5, "most": 9})
                )
            )
        )


@pytest.fixture
def officers(session, actors) -> list[Actor]:
    made = [province.make_actor(session, f"policy_{n}", "510000", ("policy_officer",)) for n in range(3)]
    session.execute(
        text("INSERT INTO account_deeds (user_id, by_id, deed) VALUES (:one, :other, 'reset')"),
        {"one": made[2].user_id, "other": made[0].user_id},
    )
    session.commit()
    return made


@pytest.fixture
def programme(session, officers) -> Iterator:
    drafted = publishing.draft(session, officers[0], read(WITH_REGIONS), date.min, date.max)
    publishing.publish(session, officers[1], drafted.id)
    session.commit()
    installed.refresh(session)
    yield installed.programme_of("skills_bonus")
    installed._by_code.cache_clear()
    installed._VERSIONS.clear()


@pytest.fixture
def given(session, officers):
    """Enters a value, and signs it if wanted."""

    def give(value, region=None, *, signed=True, **more):
        entered = row(value, region, parameter="amount_junior", created_by=officers[0].user_id, **more)
        session.add(entered)
        session.flush()
        if signed:
            policy_signing.sign(session, officers[1], entered.id)
        return entered

    return give


def in_force(session, region=None) -> list[str]:
    return sorted(one.value for one in stored(session, "skills_bonus", region))


def test_a_value_judges_once_somebody_else_has_signed_it(session, programme, officers, given):
    author, signer, stranger = officers
    entered = given("900.00", signed=False)
    assert in_force(session) == []
    with pytest.raises(Refused, match="由您登记"):
        policy_signing.sign(session, author, entered.id)
    session.commit()
    with pytest.raises(Refused, match="创建、授权或重置"):
        policy_signing.sign(session, stranger, entered.id)
    policy_signing.sign(session, signer, entered.id)
    session.commit()
    assert in_force(session) == ["900.00"]
    with pytest.raises(NotFound):
        policy_signing.sign(session, signer, entered.id)
    logged = session.scalars(select(AuditEntry).where(AuditEntry.event == "policy_signed")).one()
    assert (logged.subject, logged.after["value"]) == ("skills_bonus.amount_junior 2026-01-01", "900.00")


@pytest.mark.parametrize(
    "change",
    [
        "value = '1'",
        "signed_at = NULL, signed_by = NULL",
        "starts_on = '2025-01-01'",
        "region_code = '510104'",
    ],
)
def test_what_is_signed_stays_as_it_was_signed(session, programme, given, change):
    entered = given("900.00")
    session.commit()
    with pytest.raises(DBAPIError):
        session.execute(text(f"UPDATE policy_values SET {change} WHERE id = {entered.id}"))


def test_a_correction_takes_the_place_of_what_it_corrects(session, programme, officers, given):
    first = given("900.00")
    second = given("950.00", signed=False, replaces_id=first.id)
    assert in_force(session) == ["900.00"]
    policy_signing.sign(session, officers[1], second.id)
    assert in_force(session) == ["950.00"]
    third = given("990.00", signed=False)
    session.commit()
    with pytest.raises(Refused, match="从这一天起已有"):
        policy_signing.sign(session, officers[1], third.id)
    policy_signing.discard(session, officers[0], third.id)
    with pytest.raises(NotFound):
        policy_signing.discard(session, officers[0], second.id)


def test_what_was_in_force_before_there_were_signatures_stays(session, programme):
    """And a value of the product's own needs none."""
    session.add(row("800.00", None))
    session.flush()
    assert in_force(session) == ["800.00"]


@pytest.mark.parametrize(
    ("value", "region", "fits"),
    [
        ("500.00", JINJIANG, True),
        ("10000.00", CHENGDU, True),
        ("499.99", JINJIANG, False),
        ("10000.01", CHENGDU, False),
        ("900.00", "510000", False),
    ],
)
def test_the_database_holds_the_bounds_of_regions(session, programme, given, value, region, fits):
    if fits:
        given(value, region)
    else:
        with pytest.raises(DBAPIError, match="what the province has opened"):
            given(value, region, signed=False)


def test_a_parameter_that_is_not_open_takes_no_regions_value(session, programme, officers):
    session.add(row("900.00", JINJIANG, parameter="amount_senior", created_by=officers[0].user_id))
    with pytest.raises(DBAPIError, match="what the province has opened"):
        session.flush()


def test_a_case_is_judged_by_the_values_of_its_office(session, actors, officers, programme, given):
    given("600.00")
    given("700.00", CHENGDU)
    given("800.00", JINJIANG)
    given("900.00", ELSEWHERE)
    session.commit()
    firms, clerks = province.make_employers(session), (actors["clerk"], actors["clerk_b"])
    amounts = {clerk.office_code: check(session, clerk, programme, firms) for clerk in clerks}
    assert amounts == {JINJIANG: Decimal(800), QINGYANG: Decimal(700)}
    given("850.00", JINJIANG, starts_on=date(2026, 2, 1))
    given("750.00", CHENGDU, starts_on=date(2026, 2, 1))
    session.commit()
    reprice(session, programme, "SELECT id FROM claims", TODAY)
    session.expire_all()
    assert sorted(one.amount for one in session.scalars(select(Claim))) == [Decimal(750), Decimal(850)]


def check(session, clerk: Actor, programme, firms: dict[str, int]) -> Decimal:
    vault = current_app.extensions["vault"]
    resident = Resident(make_id(Random(clerk.office_code), TODAY), "王芳", "", clerk.office_code)
    registers.add_persons(session, vault, [resident])
    facts = {
        "name": resident.name,
        "citizen_id": resident.citizen_id,
        "contract_start": "2026-03-01",
        "skill_hours": "80",
        "skill_level": "初级工",
    }
    with seeing(session, clerk.scope):
        firm = firms[clerk.office_code]
        application = open_application(session, clerk, programme, firm, clerk.office_code, TODAY)
        people = [parse_row(programme.sheet, facts, 1, today=TODAY)]
        check_people(session, clerk, programme, application.id, people, vault, TODAY)
        wanted = select(Claim.amount).where(Claim.application_id == application.id)
        return session.scalars(wanted).one()
