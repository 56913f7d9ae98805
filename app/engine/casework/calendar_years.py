"""A year's holiday arrangement: confirmed as a whole, corrected day by day; either may make running publicity too short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.casework.extending import mark_short
from app.engine.programme import Programme
from app.engine.scope import FRESH
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_
from app.registers.calendar.festivals import statutory_days
from app.registers.models import CalendarDay, CalendarYear


def lock(session: Session, years: Iterable[int]) -> list[CalendarYear]:
    """Lock the rows of these years until the commit: who makes a publicity waits, or is waited for."""
    wanted = select(CalendarYear).where(CalendarYear.year.in_(set(years))).order_by(CalendarYear.year)
    return list(session.scalars(wanted.with_for_update(), execution_options=FRESH))


def days_of(session: Session, year: int) -> list[CalendarDay]:
    return list(
        session.scalars(select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day))
    )


def missing(year: int, days: Iterable[CalendarDay]) -> list[date]:
    """Return the statutory holidays on weekdays that nobody has entered."""
    free = {entered.day for entered in days if not entered.working}
    return sorted(day for day in statutory_days(year) - free if day.weekday() < 5)


def confirm(
    session: Session, actor: Actor, year: int, programmes: Mapping[str, Programme], today: date
) -> int:
    """Let a year count as it is entered; returns how many running notices are too short now. Raises NotFound, Refused."""
    locked_years = lock(session, [year])
    if not locked_years:
        raise NotFound(N_("{year}年还没有登记放假安排。请先在“放假安排年份”中新增该年。"), year=year)
    if locked_years[0].confirmed_on is not None:
        raise Refused(N_("{year}年的放假安排已经确认，不需要再次确认。"), year=year)
    if lacking := missing(year, days_of(session, year)):
        raise Refused(
            N_("{year}年的法定节假日还没有登记齐全，缺{days}。请先在“工作日历”中登记，再确认。"),
            year=year,
            days="、".join(map(str, lacking)),
        )
    locked_years[0].confirmed_on, locked_years[0].confirmed_by = today, actor.user_id
    session.flush()
    short = mark_short(session, programmes, today)
    record(
        session,
        actor,
        "calendar_change",
        subject=str(year),
        after={"confirmed_on": str(today), "short_notices": short},
    )
    return short
