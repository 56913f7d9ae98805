"""Web workers and job workers killed, and the database restarted, at random moments of imports and bulk actions.

`FAULT_KILLS` and `FAULT_RESTARTS` say how often in the long version, `FAULT_SEED` at which moments.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from tests.faults.case import DEEDS, LARGE, SMALL, Case, Striker, do, tempo
from tests.faults.office import Office
from tests.faults.product import running

KILLS, RESTARTS = (
    int(os.environ.get(name) or least) for name, least in (("FAULT_KILLS", 60), ("FAULT_RESTARTS", 5))
)
SEED = os.environ.get("FAULT_SEED") or str(random.randrange(10**6))


def test_killed_workers_leave_nothing_half_done(office, record_property):
    """One case of a worker's, struck twice; one of the web's, struck once; neither goes further than that."""
    strike_cases(office, "kills", 3, 2, DEEDS[:3], record_property)


def test_a_restarted_database_leaves_nothing_half_done(office, record_property):
    strike_cases(office, "restarts", 1, 1, DEEDS[:2], record_property)
    assert office.product.job_workers_ended == 0


@pytest.mark.soak
def test_many_kills(record_property):
    with running() as product:
        strike_cases(
            Office.founded(product, folk_for(KILLS)), "kills", KILLS, len(DEEDS), DEEDS, record_property
        )


@pytest.mark.soak
def test_many_restarts(record_property):
    with running() as product:
        strike_cases(
            Office.founded(product, folk_for(RESTARTS)), "restarts", RESTARTS, 3, DEEDS, record_property
        )
        assert product.job_workers_ended == 0


def folk_for(strikes: int) -> int:
    """For each case, and for the two that show how long deeds take."""
    return (strikes // 3 + 3) * LARGE


def strike_cases(office, kind: str, count: int, in_each: int, among: tuple, record_property) -> None:
    """Cases by turns long and short, `in_each` strikes in each at deeds `among` which chance chooses."""
    span = {False: 0.2, True: 0.3}
    if count > 3:
        span = {long: tempo(Case(office, LARGE if long else SMALL)) for long in span}
    striker = Striker(random.Random(f"{SEED} {kind}"), span)
    print(f"seed of the moments: FAULT_SEED={SEED}")
    turn, left = 0, count
    while left:
        chosen = striker.chance.sample(among, min(left, in_each))
        strike(Case(office, SMALL if turn % 2 else LARGE), kind, chosen, striker, whole=among == DEEDS)
        turn, left = turn + 1, left - len(chosen)
    for name, number in (striker.counted | Counter({kind: count, "cases": turn})).items():
        record_property(f"{kind}: {name}", number)
    if count > 3:
        assert striker.counted["struck in the midst"] > count / 3, striker.counted


def strike(case: Case, kind: str, chosen: list[str], striker: Striker, whole: bool) -> None:
    """The chosen deeds are struck, the others done in peace; a `whole` case must come to its end all the same."""
    product, left = case.product, set(chosen)
    hit = product.restart_database
    if kind == "kills":
        hit = product.kill_jobs if case.long else product.kill_web
    for deed in case.deeds():
        if deed.name not in chosen:
            do(case, deed, striker.counted)
            continue
        left.discard(deed.name)
        moment = striker.moment(case.long)
        midst = do(case, deed, striker.counted, lambda: hit(striker.chance), moment)
        print(
            f"{kind}: {deed.name} of {len(case.rows)} after {moment:.3f} s, {'in its midst' if midst else 'over'}"
        )
        striker.note(case.long, midst)
        if not left and not whole:
            return
    case.whole()
