"""The demonstration's defined registers: a few rows of each, of people and firms that the others know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import BinaryIO

from app.demo.identities import Resident, make_name
from app.demo.world import PEOPLE, World, csv_of
from app.kernel.dates import add_months
from app.registers.definitions import library
from app.registers.loads.defined import register_of
from app.registers.loads.loading import Declared

SEED = 20251101
UNIT_PARTS = {"pension": "680.00", "medical": "340.00", "unemployment": "21.25", "injury": "8.50"}
PERSONAL_PARTS = {"pension": "340.00", "medical": "85.00", "unemployment": "21.25", "injury": "0"}
SCHOOLS = ("四川大学", "西南交通大学", "成都工业学院", "四川交通职业技术学院")
UNITS = ("锦江区某街道办事处", "青羊区某小学", "武侯区某社区卫生服务中心")


def defined_files(world: World) -> Iterator[tuple[str, BinaryIO, Declared]]:
    """Yield (kind, CSV, what it covers) of each shipped definition."""
    facts = Facts(world)
    covered = Declared(tuple(PEOPLE), add_months(world.today, -120), world.today)
    rows: dict[str, Callable[[], Iterator[tuple]]] = {
        "amounts": facts.amounts,
        "blacklist": facts.blacklist,
        "deaths": facts.deaths,
        "graduates": facts.graduates,
        "hardship": facts.hardship,
        "market": facts.market,
        "payroll": facts.payroll,
        "pensioners": facts.pensioners,
    }
    for definition in library.shipped():
        columns = register_of(definition).columns
        yield definition.code, csv_of(columns, rows[definition.code]()), covered


class Facts:
    """Rows in the columns of the shipped definitions; their chance is their own, so that all else stays as it is."""

    def __init__(self, world: World) -> None:
        self.world, self.today = world, world.today
        self.random = Random(SEED)  # noqa: S311  # made-up people
        self.names = {one.name for one in world.residents}

    def amounts(self) -> Iterator[tuple]:
        """Yield the parts of the last year's months of every sixtieth who is insured."""
        since = add_months(self.world.this_month, -12)
        insured = sorted({code for code, *_ in self.world.contributions})[::60]
        for code, uscc, month, region, paid in self.world.contribution_rows():
            if paid and month >= since and code in insured:
                for kind, unit_part in UNIT_PARTS.items():
                    yield code, uscc, f"{month:%Y-%m}", kind, region, unit_part, PERSONAL_PARTS[kind]

    def blacklist(self) -> Iterator[tuple]:
        for firm, removed_on in zip(self.world.firms[::21], (None, None, self._ago(30, 90)), strict=False):
            yield firm.uscc, self._ago(100, 500), "拖欠劳动者工资（演示）", removed_on

    def deaths(self) -> Iterator[tuple]:
        return ((one.citizen_id, self._ago(10, 700)) for one in self._some(400))

    def graduates(self) -> Iterator[tuple]:
        for one in self._some(45):
            graduated_on = date(self.today.year - self.random.randrange(3), 6, 30)
            level = self.random.choice(("college", "bachelor", "master"))
            category = self.random.choice(("", "", "low_income", "loan", "disabled"))
            yield one.citizen_id, graduated_on, self.random.choice(SCHOOLS), level, category

    def hardship(self) -> Iterator[tuple]:
        for one in self._some(40):
            category = self.random.choice(("older", "disabled", "low_income", "long_unemployed"))
            ended_on = self._ago(20, 200) if self.random.random() < 0.2 else None
            yield one.citizen_id, self._ago(250, 1500), category, ended_on

    def market(self) -> Iterator[tuple]:
        """Yield every firm; a sixth of them is no longer in business."""
        for number, firm in enumerate(self.world.firms):
            state = ("cancelled", "revoked", "suspended")[number % 3] if number % 6 == 5 else "active"
            ended_on = self._ago(20, 300) if state in ("cancelled", "revoked") else None
            yield firm.uscc, self._ago(400, 3300), self._stranger(), state, ended_on

    def payroll(self) -> Iterator[tuple]:
        for one in self._some(150):
            yield one.citizen_id, self.random.choice(UNITS), self._ago(400, 3000), None

    def pensioners(self) -> Iterator[tuple]:
        for one in self._some(110):
            pension = self.random.choice(("employees", "residents"))
            yield one.citizen_id, pension, self._ago(30, 1500), None

    def _stranger(self) -> str:
        """Return a name that no resident has."""
        return next(name for name in iter(lambda: make_name(self.random), "") if name not in self.names)

    def _some(self, step: int) -> list[Resident]:
        first = self.random.randrange(step)
        return self.world.residents[first::step]

    def _ago(self, least: int, most: int) -> date:
        return self.today - timedelta(days=self.random.randrange(least, most))
