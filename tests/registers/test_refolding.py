"""Names that 0.5.0 stored folded its own way agree again once the database has been prepared."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool, create_engine, select, text

from app.engine.access.roles import CLERK
from app.engine.cases.claims import Claim, FailedRow
from app.registers import refolding
from app.registers.models import Person
from app.registers.refolding import refold
from tests.bench.county import County

RARE, DOTTED, PLAIN = "王\ue863", "买买提º吐尔逊", "李 国强"
AS_0_5_0 = {RARE: "王\ue863", DOTTED: "买买提o吐尔逊", PLAIN: "李国强"}
NOW = {RARE: "王䶮", DOTTED: "买买提·吐尔逊", PLAIN: "李国强"}
NAMED = text("UPDATE persons SET name = :name, name_folded = :folded WHERE id = :id")
CLAIMED = text("UPDATE claims SET name = :folded WHERE person_id = :id")


@pytest.fixture
def county(app, session):
    return County.founded(session, app.extensions["vault"], 6)


@pytest.fixture
def old(app, session, county):
    """A county of 0.5.0 with a draft of each name; the clerk and the application."""
    clerk = county.staff("clerk", CLERK)
    application = county.open(clerk)
    assert county.check(clerk, application, [county.typed(n) for n in range(3)]).passed == 3
    county.check(clerk, application, [county.typed(4, name=RARE, contract_end="2026-04-01")])
    ids = session.scalars(
        select(Claim.person_id).where(Claim.application_id == application).order_by(Claim.id)
    ).all()
    for person, (name, folded) in zip(ids, AS_0_5_0.items(), strict=True):
        session.execute(NAMED, {"id": person, "name": name, "folded": folded})
        session.execute(CLAIMED, {"id": person, "folded": folded})
    session.execute(text("UPDATE failed_rows SET name = :name"), {"name": AS_0_5_0[RARE]})
    session.commit()
    with create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool).begin() as owner:
        owner.execute(text("DELETE FROM refoldings"))
    return clerk, application


def test_prepare_folds_what_an_older_release_stored(app, session, county, old):
    clerk, application = old
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0, result.output
    session.expire_all()
    stored = dict(session.execute(select(Person.name, Person.name_folded).where(Person.name.in_(NOW))).all())
    assert stored == NOW
    assert set(session.scalars(select(Claim.name))) == set(NOW.values())
    assert set(session.scalars(select(FailedRow.name))) == {NOW[RARE]}
    county.bank(clerk, application)
    ids = session.scalars(select(Claim.id)).all()
    assert county.move(clerk, "submit", ids).moved == 3


def test_it_is_done_once_and_goes_on_where_it_stopped(app, session, old, monkeypatch):
    monkeypatch.setattr(refolding, "BATCH", 2)
    url = app.config["DATABASE_OWNER_URL"]
    first, *rest = session.scalars(select(Person.id).order_by(Person.id)).all()
    with create_engine(url, poolclass=NullPool).begin() as owner:
        owner.execute(
            text("INSERT INTO refoldings VALUES ('persons', :version, :reached)"),
            {"version": refolding.VERSION, "reached": first},
        )
    session.execute(text("UPDATE persons SET name_folded = 'stale'"))
    session.commit()
    assert refold(url) == len(rest) + 1
    session.execute(text("UPDATE persons SET name_folded = 'stale'"))
    session.commit()
    assert refold(url) == 0
    monkeypatch.setattr(refolding, "VERSION", refolding.VERSION + 1)
    assert refold(url) == len(rest) + 1


def test_nobody_at_work_waits(app, session, old):
    """Who enters facts of a person holds the person's key; folding the name needs no more than that leaves."""
    held = session.scalars(select(Person.id).where(Person.name == RARE)).one()
    session.execute(text("SELECT 1 FROM persons WHERE id = :id FOR KEY SHARE"), {"id": held})
    assert refold(app.config["DATABASE_OWNER_URL"]) > 0
