"""The year that the demonstration has behind it: laid out backwards from its today, made by the product's own functions."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.demo.history import rounds, standing
from app.demo.history.counter import Counter
from app.demo.history.days import ONE_DAY, Days
from app.demo.history.moments import at, kept, know_registers
from app.demo.history.people import Cast, courses
from app.demo.history.registers import Senders
from app.demo.history.timeline import Story, unfold
from app.demo.users import COUNTIES
from app.demo.world import World
from app.kernel.crypto import Vault
from app.registers.loads.loading import Declared

Load = Callable[[str, BinaryIO, Declared, date], object]


def live(
    session: Session, world: World, vault: Vault, projects: int, set_up: Callable[[], None], load: Load
) -> None:
    """Let a year go by up to the last working evening, in an owner's session whose transaction the caller commits.

    `set_up` makes what was there at its beginning; `load` takes in what was sent on a day, the last of it today.
    """
    days, senders = Days(session, world.today), Senders(world)
    with kept(session, world.random) as moments:
        moments.reach(at(days.first, 8))
        set_up()
        counter = Counter(session, vault, moments, days, Cast(world))
        stories = list(_stories(counter, projects))
        for sent in senders.first(days.first):
            load(*sent, days.first)
        know_registers(session)
        gc.disable()  # it would look through a hundred thousand lasting facts again and again, a third of the time
        try:
            unfold([_sent_monthly(senders, days, load), *stories], moments)
        finally:
            gc.enable()
        moments.reach(at(days.today, 0))
        for sent in senders.news(days.today + ONE_DAY):
            load(*sent, days.today)


def _stories(counter: Counter, projects: int) -> Iterator[Story]:
    """Yield everything that happens; who takes part is chosen here, so that the registers know them from the start."""
    for region in COUNTIES:
        office = counter.office(region)
        pairs = courses(counter.cast, region, projects)
        yield from rounds.hiring(counter, office)
        yield from rounds.service(counter, office)
        yield from rounds.training(counter, office, pairs)
        for code in ("hiring_subsidy", "service_subsidy"):
            yield from standing.subsidies(counter, office, code)
        yield from standing.classes(counter, office, pairs)


def _sent_monthly(senders: Senders, days: Days, load: Load) -> Iterator[datetime]:
    """Load what the other authorities send on the first working morning of each month."""
    for day in days.mornings():
        yield at(day, 7, 40)
        for sent in senders.news(day):
            load(*sent, day)
