"""Time limits: from which day a claim waits, by when it must go on, and which are late, by one comparison of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.engine.cases.claims import Claim, Notice
from app.engine.casework.objections import Objection
from app.engine.oversight.limits import PAYMENT, REVIEW, Limits, since
from app.engine.policy import LIMITS
from app.engine.policy_values import PolicyValue
from app.engine.workflow.flow import Flow
from app.programmes.installed import programmes
from app.registers.calendar.workdays import WorkCalendar
from tests.desk import province
from tests.desk.province import END, OVER, START, TODAY, act
from tests.desk.subsidies import HIRING as PROGRAMME

CODE = PROGRAMME.code


def limits_of(session, programme=PROGRAMME) -> Limits:
    return Limits.load(session, {CODE: programme}, TODAY)


def give(session, limit: str, days: int, starts_on: date) -> None:
    facts = {"programme": CODE, "parameter": limit, "document": "〔2026〕9号", "starts_on": starts_on}
    session.add(PolicyValue(**facts, value=str(days)))
    session.commit()


def late(session, code: str, today: date, programme=PROGRAMME) -> set[int]:
    return set(session.scalars(select(Claim.id).where(limits_of(session, programme).late(code, today))))


def test_every_programme_ships_its_limits():
    for programme in programmes():
        shipped = {code: programme.policy.parameters[code].default for code in LIMITS}
        assert shipped == {
            "limit_acceptance": 5,
            "limit_correction": 5,
            "limit_review": 10,
            "limit_objection": 10,
            "limit_payment": 5,
        }


def test_no_claim_keeps_a_limit_and_no_paper_rests_on_one(session, submitted):
    _, claims = submitted
    give(session, "limit_review", 3, date(2026, 1, 1))
    assert not set(session.get(Claim, claims[0]).policy) & set(LIMITS)
    rows = session.scalars(select(PolicyValue)).all()
    assert PROGRAMME.policy.documents(rows, TODAY) == []
    assert PROGRAMME.policy.at(rows, TODAY)["limit_review"] == 3


def test_the_way_back_is_the_way_there(app, session):
    calendar = WorkCalendar.load(session, date(2025, 1, 1))
    for n in range(300):
        last = date(2026, 11, 30) - timedelta(days=n)
        first = calendar.back(last, 5)
        assert calendar.count(first, last) == 5 and calendar.is_working(first)
        assert calendar.count(first + timedelta(days=1), last) == 4


@pytest.mark.parametrize("days", [1, 5, 10])
def test_late_is_what_its_due_day_says(session, submitted, days):
    """The comparison in SQL against the reckoning of each claim by the calendar."""
    _, claims = submitted
    give(session, "limit_review", days, date(2020, 1, 1))
    limits = limits_of(session)
    due = limits.due(CODE, "submitted", TODAY)
    assert limits.calendar.count(TODAY + timedelta(days=1), due) == days
    for n in range(30):
        today = TODAY + timedelta(days=n)
        assert late(session, REVIEW, today) == (set(claims) if due < today else set())


def test_a_limit_holds_for_what_began_while_it_was_in_force(session, submitted):
    _, claims = submitted
    give(session, "limit_review", 1, TODAY + timedelta(days=1))
    assert late(session, REVIEW, TODAY + timedelta(days=9)) == set()
    give(session, "limit_review", 2, TODAY)
    assert late(session, REVIEW, TODAY + timedelta(days=9)) == set(claims)


def test_the_clock_rests_during_publicity_and_while_an_objection_is_looked_into(session, actors, submitted):
    _, claims = submitted
    act(session, actors["reviewer"], "approve", claims)
    assert session.scalar(select(since()).where(Claim.id == claims[0])) == TODAY
    act(session, actors["reviewer"], "publicize", claims, start=START, end=END)
    assert late(session, REVIEW, date(2027, 3, 1)) == late(session, PAYMENT, date(2027, 3, 1)) == set()
    decided = OVER + timedelta(days=20)
    objection = Objection(
        claim_id=claims[0],
        office_id=session.get(Claim, claims[0]).office_id,
        raised_on=START,
        raised_by="群众",
        content="情况不实",
        registered_by=actors["clerk"].user_id,
        state="dismissed",
        decided_on=decided,
    )
    session.add(objection)
    session.commit()
    act(session, actors["reviewer"], "pass_publicity", claims, decided)
    began = dict(session.execute(select(Claim.id, since()).where(Claim.id.in_(claims))).all())
    assert began == dict.fromkeys(claims, END) | {claims[0]: decided}
    assert session.scalars(select(Notice.ends_on)).one() == END
    assert late(session, PAYMENT, decided + timedelta(days=1)) == set(claims[1:])


def test_without_publicity_the_payment_is_due_after_the_approval(session, actors, submitted, monkeypatch):
    _, claims = submitted
    direct = replace(PROGRAMME, flow=Flow(publicity=None), workflow=())
    monkeypatch.setattr(province, "PROGRAMME", direct)
    act(session, actors["reviewer"], "approve", claims)
    limits = limits_of(session, direct)
    due = limits.due(CODE, "approved", TODAY)
    assert limits.calendar.count(TODAY + timedelta(days=1), due) == 5
    assert late(session, PAYMENT, due, direct) == set()
    assert late(session, PAYMENT, due + timedelta(days=1), direct) == set(claims)
    assert limits_of(session).due(CODE, "approved", TODAY) is None


def test_two_working_days_before_the_end_a_limit_is_near(session):
    limits = limits_of(session)
    due = date(2026, 11, 27)  # a Friday
    near = {day: limits.near(due, date(2026, 11, day)) for day in range(24, 31)}
    assert near == {24: False, 25: False, 26: True, 27: True, 28: True, 29: True, 30: True}
