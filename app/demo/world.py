"""The demonstration's registers as files: three counties, two thousand people, sixty employers, two years."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from random import Random
from typing import BinaryIO

from app.demo.identities import Firm, Resident, firm_name, make_id, make_name, make_phone, make_uscc
from app.demo.users import JINJIANG, QINGYANG, WUHOU
from app.kernel.dates import add_months, month_start
from app.registers.loads.kinds import REGISTERS
from app.registers.loads.loading import Declared

SEED = 20200123
MONTHS = 24
PEOPLE = {JINJIANG: 850, QINGYANG: 700, WUHOU: 450}
FIRMS_A_COUNTY = 20
SCALES = ("medium", "small", "micro", "large")
DESTINATIONS = ("广东省东莞市", "浙江省义乌市", "江苏省昆山市", "福建省泉州市", "上海市", "重庆市")


class World:
    """Facts as they come about; `files()` writes them as the other authorities would send them."""

    def __init__(self, today: date):
        self.today, self.random = today, Random(SEED)  # noqa: S311  # made-up people
        self.this_month = month_start(today)
        self.months = [add_months(self.this_month, back) for back in range(-MONTHS, 0)]
        self.first_month = self.months[0]
        self.residents = self._residents()
        self.known = {resident.citizen_id for resident in self.residents}
        self.firms = [self._firm(number, region) for number, region in self._places()]
        self.unengaged = self.random.sample(self.residents, len(self.residents))
        self.contributions: dict[tuple[str, str, date, str], bool] = {}
        self.unemployment: dict[tuple[str, date], date | None] = {}
        self.transfers: dict[tuple[str, date], tuple[date | None, str]] = {}

    def engage(self, region: str | None = None) -> Resident:
        """Return somebody of whom nothing has been told yet."""
        at = next(i for i, r in enumerate(self.unengaged) if region in (None, r.region))
        return self.unengaged.pop(at)

    def newcomer(self, region: str) -> Resident:
        """Return somebody who is on no sheet, beside those of the county whom `engage` gives."""
        code = next(
            code for code in iter(lambda: make_id(self.random, self.today), "") if code not in self.known
        )
        self.known.add(code)
        self.residents.append(Resident(code, make_name(self.random), make_phone(self.random), region))
        return self.residents[-1]

    def firms_of(self, region: str, *scales: str) -> list[Firm]:
        """Return enterprises of a county; all scales when none is asked for."""
        enterprises = (f for f in self.firms if f.region == region and f.kind == "enterprise")
        return [f for f in enterprises if f.scale in (scales or SCALES)]

    def institution_of(self, region: str) -> Firm:
        """Return a county's first institution of human-resources services."""
        return next(f for f in self.firms if f.region == region and f.kind == "hr_institution")

    def pay(
        self, person: Resident, firm: Firm, first: date, last: date | None = None, *, paid: bool = True
    ) -> None:
        """Pay contributions from one month to another (the latest that is known, if not said), both included."""
        month, last = max(month_start(first), self.first_month), last or self.months[-1]
        for each in self.months:
            if month <= each <= last:
                self.contributions[person.citizen_id, firm.uscc, each, firm.region] = paid

    def register_unemployed(self, person: Resident, on: date, cancelled_on: date | None = None) -> None:
        if cancelled_on is not None and cancelled_on > self.today:
            cancelled_on = None
        self.unemployment[person.citizen_id, on] = cancelled_on

    def send_away(self, person: Resident, left_on: date, returned_on: date | None = None) -> None:
        self.transfers[person.citizen_id, left_on] = (returned_on, self.random.choice(DESTINATIONS))

    def files(self) -> Iterator[tuple[str, BinaryIO, Declared]]:
        """Yield (kind, CSV, what it covers), in the order in which they can be loaded."""
        counties = tuple(PEOPLE)
        covered = Declared(counties, self.first_month, self.today)
        yield "persons", csv_file("persons", self.person_rows()), Declared(counties)
        yield "employers", csv_file("employers", self.employer_rows()), Declared(counties)
        rows = (
            (code, uscc, f"{month:%Y-%m}", region, int(paid))
            for code, uscc, month, region, paid in self.contribution_rows()
        )
        yield "contributions", csv_file("contributions", rows), covered
        spells = ((*key, off) for key, off in self.unemployment.items())
        yield "unemployment", csv_file("unemployment", spells), covered
        yield (
            "transfers",
            csv_file("transfers", ((*key, *rest) for key, rest in self.transfers.items())),
            covered,
        )

    def person_rows(self) -> Iterator[tuple]:
        return ((r.citizen_id, r.name, r.phone, r.region) for r in self.residents)

    def employer_rows(self) -> Iterator[tuple]:
        return ((f.uscc, f.unit_no, f.name, f.kind, f.scale, f.region) for f in self.firms)

    def contribution_rows(self) -> Iterator[tuple]:
        return ((*key, paid) for key, paid in self.contributions.items())

    def _residents(self) -> list[Resident]:
        ids: dict[str, None] = {}
        while len(ids) < sum(PEOPLE.values()):
            ids[make_id(self.random, self.today)] = None
        regions = [region for region, count in PEOPLE.items() for _ in range(count)]
        return [
            Resident(code, make_name(self.random), make_phone(self.random), region)
            for code, region in zip(ids, regions, strict=True)
        ]

    def _places(self) -> Iterator[tuple[int, str]]:
        for place, region in enumerate(PEOPLE):
            for number in range(FIRMS_A_COUNTY):
                yield place * FIRMS_A_COUNTY + number, region

    def _firm(self, number: int, region: str) -> Firm:
        kind = "hr_institution" if number % FIRMS_A_COUNTY >= FIRMS_A_COUNTY - 3 else "enterprise"
        scale = SCALES[number % len(SCALES)]
        uscc = make_uscc(self.random, region)
        return Firm(uscc, f"{region}{number:05}", firm_name(number, kind), kind, scale, region)


def csv_file(kind: str, rows: Iterable[tuple]) -> BinaryIO:
    return csv_of(REGISTERS[kind].columns, rows)


def csv_of(columns: Iterable[str], rows: Iterable[tuple]) -> BinaryIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())
