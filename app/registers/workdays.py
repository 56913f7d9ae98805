"""Working days by the calendar register; a day beyond it is refused, never guessed."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.models import CalendarDay, CalendarYear

ONE_DAY = timedelta(days=1)


class WorkCalendar:
    """The days of some years that differ from their weekday, read once."""

    def __init__(self, years: set[int], exceptions: dict[date, bool]):
        self.years, self.exceptions = years, exceptions

    @classmethod
    def load(cls, session: Session, first: date, last: date) -> WorkCalendar:
        """The calendar for the years from `first` to the one after `last`, in two statements."""
        wanted = range(first.year, last.year + 2)
        years = set(session.scalars(select(CalendarYear.year).where(CalendarYear.year.in_(wanted))))
        days = session.execute(
            select(CalendarDay.day, CalendarDay.working).where(CalendarDay.year.in_(wanted))
        )
        return cls(years, {row.day: row.working for row in days})

    def is_working(self, day: date) -> bool:
        """Raises BadValue for a day of a year that the register doesn't hold."""
        if day.year not in self.years:
            raise BadValue(
                N_(
                    "工作日历没有{year}年的放假安排，无法计算工作日。请联系省级政策管理员在“工作日历”中补充{year}年。"
                ),
                year=day.year,
            )
        return self.exceptions.get(day, day.weekday() < 5)

    def count(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both counted."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(self.is_working(day) for day in days)

    def reach(self, first: date, wanted: int) -> date:
        """The earliest last day that makes `wanted` working days from `first` on."""
        day, found = first, int(self.is_working(first))
        while found < wanted:
            day += ONE_DAY
            found += self.is_working(day)
        return day
