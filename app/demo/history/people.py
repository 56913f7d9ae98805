"""Who was hired, placed or trained in the year: people of their own, whom no sheet for uploading names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import NamedTuple

from app.demo.categories import STRANDED_MIGRANT, UNEMPLOYED
from app.demo.identities import Firm, Resident
from app.demo.stories import (
    ONE_DAY,
    Hire,
    Story,
    bad_id,
    insured_long_ago,
    never_insured,
    never_registered,
    other_name,
    passes,
    qualifies,
    registered_lately,
    short_contract,
)
from app.demo.users import JINJIANG, QINGYANG, WUHOU
from app.demo.world import World
from app.kernel.dates import add_months, month_start

FAILURES: tuple[Story, ...] = (
    never_insured, short_contract, other_name, registered_lately, never_registered, bad_id,
)  # fmt: skip
SME = ("medium", "small", "micro")
SKIPPED = {JINJIANG: 2, QINGYANG: 1, WUHOU: 0}
"""County → how many small and medium enterprises come first in its list, which the sheets are about."""


class Cast:
    """Chooses firms and people, always in the same order."""

    def __init__(self, world: World):
        self.world, self.random = world, world.random
        self._failures = cycle(FAILURES)
        self._firms = {region: cycle(self.firms(region)) for region in SKIPPED}

    def firms(self, region: str) -> list[Firm]:
        """Return the enterprises of a county that may be subsidised, without those of the sheets."""
        return self.world.firms_of(region, *SME)[SKIPPED[region] :]

    def firm(self, region: str) -> Firm:
        return next(self._firms[region])

    def institutions(self, region: str) -> list[Firm]:
        """Return a county's institutions of human-resources services; the first one's sheet is to be uploaded."""
        return [f for f in self.world.firms if f.region == region and f.kind == "hr_institution"][1:]

    def hires(self, firms: list[Firm], count: int, day: date, failing: int = 0) -> list[Hire]:
        """Return so many people who pass on a day, then those who don't."""
        stories: list[Story] = [insured_long_ago if n % 17 == 16 else passes for n in range(count)]
        stories += [next(self._failures) for _ in range(failing)]
        return [self.hire(firms[n % len(firms)], day, story) for n, story in enumerate(stories)]

    def hire(self, firm: Firm, day: date, story: Story = passes, person: Resident | None = None) -> Hire:
        """Return somebody hired one to three months before a day, as the story goes."""
        month = add_months(month_start(day), -self.random.randrange(1, 4))
        starts_on = month + self.random.randrange(28) * ONE_DAY
        years = self.random.choice((None, 1, 2, 3))
        ends_on = add_months(starts_on, 12 * years) - ONE_DAY if years else None
        category = self.random.choice((UNEMPLOYED, UNEMPLOYED, STRANDED_MIGRANT))
        person = person or self.world.newcomer(firm.region)
        return story(self.world, Hire(person, firm, category, starts_on, ends_on))

    def leaver(self, firm: Firm, day: date, last: date) -> Hire:
        """Return somebody who passes at first and whose contributions end with a month."""

        def leaves(world: World, hire: Hire) -> Hire:
            world.pay(hire.person, hire.firm, hire.starts_on, month_start(last))
            return qualifies(world, hire)

        return self.hire(firm, day, leaves)

    def staff(self, firm: Firm, count: int, opens_on: date) -> list[Resident]:
        """Return employees of long standing."""
        people = [self.world.newcomer(firm.region) for _ in range(count)]
        for person in people:
            self.world.pay(person, firm, add_months(opens_on, -self.random.randrange(4, 10)))
        return people

    def applicant(self, region: str) -> Resident:
        """Return somebody who places others and is paid in person."""
        return self.world.newcomer(region)


class Course(NamedTuple):
    """An employer and the project (its place in the catalogue) of its one class of it."""

    firm: Firm
    project: int


def courses(cast: Cast, region: str, projects: int) -> Iterator[Course]:
    """Yield each pair of an enterprise and a project once: a second class would not be subsidised."""
    for project in range(projects):
        for firm in cast.firms(region):
            yield Course(firm, project)
