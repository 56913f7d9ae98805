"""Every move of every programme, at every place that offers it, confirmed twice: one after another, and at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from app.engine.oversight import sealing
from app.engine.scope import Scope
from app.extensions import db
from app.programmes.installed import programme_of
from tests.desk import province
from tests.desk.clerks import Desk
from tests.desk.database import TEMPLATE
from tests.faults.checker import wrong
from tests.faults.targets import PARAMS, TODAY, Target, World
from tests.security.permissions import written_moves

BASES = {"hiring_subsidy": "/hiring/", "service_subsidy": "/service/", "training": "/training/"}
TWICE, AT_ONCE = "one after another", "at once"
FROM_NO_SHEET = {"people without an import", "a claim was not judged once for its import"}
ROLES = ("clerk", "reviewer", "cashier")


@pytest.fixture
def quiet(application, cluster):
    """The empty database; no context stays pushed, for requests would share its login."""
    with cluster.copied(application, TEMPLATE):
        yield application


def test_every_move_of_training_is_done_once(quiet, monkeypatch, record_property):
    """The programme that has them all, each at one place, confirmed at once."""
    found = offered("training", AT_ONCE)
    once = {target.move: target for target in found if target.place != "applications"}
    assert set(once) == {target.move for target in found}
    confirm_all(quiet, monkeypatch, record_property, "training", list(once.values()))


@pytest.mark.soak
@pytest.mark.parametrize("code", BASES)
def test_every_move_of_every_programme_is_done_once_at_every_place(quiet, monkeypatch, record_property, code):
    targets = [*offered(code, TWICE), *offered(code, AT_ONCE)]
    confirm_all(quiet, monkeypatch, record_property, code, targets)


def offered(code: str, way: str) -> list[Target]:
    found = written_moves().items()
    return [Target(rule, move, role, way) for (rule, move), role in found if rule.startswith(BASES[code])]


def confirm_all(quiet, monkeypatch, record_property, code: str, targets: list[Target]) -> None:
    with quiet.app_context():
        engine = db.engine
    vault = quiet.extensions["vault"]
    with quiet.app_context(), Session(engine, info={"scope": Scope.everything()}) as session:
        actors = province.make_actors(session)
        World(session, actors, programme_of(code), vault).place(targets)
    monkeypatch.setitem(quiet.config, "TODAY", TODAY)
    desks = {role: (Desk(quiet, role), Desk(quiet, role)) for role in ROLES}
    for target in targets:
        confirm_twice(*desks[target.role], target)
    record_property("actions sent twice", len(targets))
    with Session(engine, info={"scope": Scope.everything()}) as session:
        found = wrong(session)
        assert {what: rows for what, rows in found.items() if what not in FROM_NO_SHEET} == {}
        sealing.seal(session, vault)
        verdict = sealing.verify(session, vault)
        assert verdict.whole and verdict.tail == 0


def confirm_twice(desk: Desk, same: Desk, target: Target) -> None:
    """By one person at two browsers; both are told the same, and one row has moved."""
    ticked = {"action": target.move, "rowid": [str(target.row)], "query": "", "all": "0"}
    dialog, params = desk.post(target.rule, ticked), PARAMS.get(target.move, {})
    assert '<b id="batch-count">1</b>' in desk.get(dialog), target
    if target.way == TWICE:
        answers = [one.post(f"{dialog}/run", params) for one in (desk, same)]
    else:
        barrier = Barrier(2, timeout=60)

        def confirm(one: Desk) -> str:
            barrier.wait()
            return one.post(f"{dialog}/run", params)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(confirm, (desk, same)))
    assert answers == [f"{dialog}/result"] * 2, target
    assert re.search(r'id="moved">(\d+)<', desk.get(answers[0]))[1] == "1", target
