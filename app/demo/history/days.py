"""The working days before the demonstration's today, counted backwards from it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.registers.calendar.workdays import WorkCalendar

ONE_DAY = timedelta(days=1)
YEAR = 252
"""Working days that the history reaches back; a little more than twelve months."""
QUIET = {1: 0.7, 2: 0.4, 10: 0.8}
"""Month → how much of the usual comes in: Spring Festival, and the week of the National Day."""


class Days:
    """The calendar, with `ago(n)` the n-th working day before today: 1 is the last one, on whose evening the history ends."""

    def __init__(self, session: Session, today: date):
        self.today = today
        self.calendar = WorkCalendar.load(session, today - timedelta(days=500))
        self.past: list[date] = []
        day = today
        while len(self.past) < YEAR:
            day -= ONE_DAY
            if self.calendar.is_working(day):
                self.past.append(day)

    @property
    def first(self) -> date:
        return self.past[-1]

    def ago(self, number: int) -> date:
        return self.past[number - 1]

    def mornings(self) -> list[date]:
        """Return the first working day of each month after that in which the history begins."""
        days = list(reversed(self.past))
        return [day for before, day in zip(days, days[1:], strict=False) if before.month != day.month]

    def share(self, day: date) -> float:
        """Return how busy a month is, 1 for an ordinary one."""
        return QUIET.get(day.month, 1.0)
