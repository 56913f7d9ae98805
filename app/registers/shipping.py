"""What the product brings along: regions, one office a region, the working calendar, defined registers."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.registers.definitions import library
from app.registers.models import CalendarDay, CalendarYear
from app.registers.organisation import LEVELS, Office, Region

REGIONS = Path(__file__).parent / "data" / "sichuan_regions.csv"
FIRST_YEAR = 2004


def ship(session: Session) -> None:
    """Add what is missing and changes nothing that is there; the caller commits."""
    regions = shipped_regions()
    _add(session, Region, regions)
    _ship_offices(session, regions)
    _ship_calendar(session)
    library.install(session)


def region_labels() -> list[tuple[str, str, str]]:
    """Return (code, name, full name) of every shipped region: a county's name alone may mean several."""
    regions = {row["code"]: row for row in shipped_regions()}
    named = []
    for code, row in sorted(regions.items()):
        prefix = regions[row["parent_code"]]["name"] if row["level"] == "county" else ""
        named.append((code, row["name"], prefix + row["name"]))
    return named


def shipped_regions() -> list[dict]:
    """Return the rows of GB/T 2260 for the province, provinces before prefectures before counties."""
    with REGIONS.open(encoding="utf-8-sig", newline="") as file:
        rows = [{**row, "parent_code": row["parent_code"] or None} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: (LEVELS.index(row["level"]), row["code"]))


def _ship_offices(session: Session, regions: list[dict]) -> None:
    paths: dict[str, str] = {}
    for row in regions:
        paths[row["code"]] = paths.get(row["parent_code"], "") + row["code"] + "/"
    present = set(session.scalars(select(Office.region_code).where(Office.code == Office.region_code)))
    for level in LEVELS:
        ids = dict(session.execute(select(Office.code, Office.id)).all())
        new = [
            {
                "code": row["code"],
                "name": f"{row['name']}就业服务管理局",
                "region_code": row["code"],
                "parent_id": ids.get(row["parent_code"]),
                "path": paths[row["code"]],
            }
            for row in regions
            if row["level"] == level and row["code"] not in present
        ]
        _add(session, Office, new)


def _ship_calendar(session: Session) -> None:
    """Add whole years, confirmed; one that somebody has entered is theirs to fill in and confirm."""
    present = set(session.scalars(select(CalendarYear.year)))
    years = [year for year in range(FIRST_YEAR, max(holidays).year + 1) if year not in present]
    document, today = (
        "国务院办公厅关于{year}年部分节假日安排的通知",
        session.scalar(select(func.current_date())),
    )
    named = [{"year": year, "document": document.format(year=year), "confirmed_on": today} for year in years]
    _add(session, CalendarYear, named)
    _add(session, CalendarDay, [day for year in years for day in _exceptions(year)])


def _exceptions(year: int):
    day = date(year, 1, 1)
    while day.year == year:
        working = chinese_calendar.is_workday(day)
        if working != (day.weekday() < 5):
            name = Holiday(workdays[day] if working else holidays[day]).chinese
            yield {"day": day, "year": day.year, "working": working, "name": name}
        day += timedelta(days=1)


def _add(session: Session, model, rows: list[dict]) -> None:
    if rows:
        session.execute(insert(model).on_conflict_do_nothing(), rows)
