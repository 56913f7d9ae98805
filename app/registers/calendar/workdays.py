"""Working days by the calendar register; a year that nobody has confirmed is reckoned cautiously (`app/help/decisions/cautious-calendar.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message
from app.registers.calendar.festivals import before_new_year, possible_holidays
from app.registers.models import CalendarDay, CalendarYear

ONE_DAY = timedelta(days=1)


def confirmed_days(first: date) -> Select:
    """Return a statement of (year, day, working): the confirmed years from that of `first` on, each with its days that differ."""
    wanted = select(CalendarYear.year, CalendarDay.day, CalendarDay.working).outerjoin(CalendarDay)
    return wanted.where(CalendarYear.year >= first.year, CalendarYear.confirmed_on.is_not(None))


class WorkCalendar:
    """The confirmed years and their days that differ from the weekday, read once.

    Of other years, weekends and every day that may be a holiday don't count, and no make-up day does: what is
    long enough here is long enough by whatever arrangement comes. `counted` says how many of its days there are.
    """

    counted: ClassVar[str] = N_("{count} 个工作日")

    def __init__(self, years: set[int], exceptions: dict[date, bool]):
        self.years, self.exceptions = years, exceptions

    @classmethod
    def load(cls, session: Session, first: date, *, hold: bool = False) -> WorkCalendar:
        """Load the calendar from the year of `first` on, in one statement; with `hold` in two, and nobody changes it before the commit."""
        if hold:
            session.execute(
                select(CalendarYear.year)
                .where(CalendarYear.year >= first.year)
                .order_by(CalendarYear.year)
                .with_for_update(read=True)
            )
        return cls.of(session.execute(confirmed_days(first)))

    @classmethod
    def of(cls, rows: Iterable[Sequence]) -> WorkCalendar:
        """Return the calendar of what `confirmed_days` selects."""
        rows = list(rows)
        exceptions = {day: working for _, day, working in rows if day is not None and working is not None}
        return cls({year for year, _, _ in rows}, exceptions)

    def is_working(self, day: date) -> bool:
        """Raise BadValue for a day of an unconfirmed year whose festivals aren't known either."""
        if day in self.exceptions:
            return self.exceptions[day]
        return day.weekday() < 5 and day not in self._doubtful(day)

    def count(self, first: date, last: date) -> int:
        """Return working days from `first` to `last`, both counted."""
        return sum(self.is_working(day) for day in _days(first, last))

    def reach(self, first: date, wanted: int) -> date:
        """Return the earliest last day that makes `wanted` working days from `first` on."""
        day, count = first, int(self.is_working(first))
        while count < wanted:
            day += ONE_DAY
            count += self.is_working(day)
        return day

    def back(self, last: date, wanted: int) -> date:
        """Return the latest first day that makes `wanted` working days up to `last`."""
        day, count = last, int(self.is_working(last))
        while count < wanted:
            day -= ONE_DAY
            count += self.is_working(day)
        return day

    def unconfirmed(self, first: date, last: date) -> list[int]:
        """Return the years whose arrangement would have to be known for an exact count from `first` to `last`."""
        days = _days(first, last)
        return sorted({self._decided_by(day) for day in days} - self.years)

    def caution(self, first: date, last: date) -> Message | None:
        """Return what a page says of a count that rests on an unconfirmed year; None when it is exact."""
        years = self.unconfirmed(first, last)
        if not years:
            return None
        return Message(
            N_(
                "{years}年的放假安排尚未确认，工作日按从严计算：周末和可能放假的日子都不算，调休上班的日子也不算。省级政策管理员在“系统管理 → 工作日历”登记、在“放假安排年份”确认该年后，按实际安排计算。"
            ),
            years="、".join(map(str, years)),
        )

    def _decided_by(self, day: date) -> int:
        """Return the year whose arrangement decides of a day; New Year's reaches back into December."""
        return day.year + (day in before_new_year(day.year) and day not in self.exceptions)

    def _doubtful(self, day: date) -> frozenset[date]:
        if day.year in self.years:
            return frozenset() if day.year + 1 in self.years else before_new_year(day.year)
        try:
            return possible_holidays(day.year)
        except KeyError:
            raise BadValue(
                N_(
                    "{year}年的放假安排尚未确认，该年的节日也无法推算，不能计算工作日。请核对日期；日期无误的，请联系省级政策管理员在“放假安排年份”中登记并确认{year}年。"
                ),
                year=day.year,
            ) from None


class EveryDay(WorkCalendar):
    """A calendar whose every day counts; nothing has to be confirmed for it."""

    counted = N_("{count} 天")

    def __init__(self) -> None:
        super().__init__(set(), {})

    def is_working(self, day: date) -> bool:
        return True

    def unconfirmed(self, first: date, last: date) -> list[int]:
        return []


def _days(first: date, last: date):
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
