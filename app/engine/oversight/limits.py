"""Time limits in working days: from which day a claim waits, by when it must go on, which are late.

The clock of the reviews starts with the submission, and with each one after a return; that of the payment when the
publicity is over and the last objection decided, or, where there is no publicity, with the approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Check, Claim, Notice
from app.engine.casework.objections import Objection
from app.engine.policy import LIMITS
from app.engine.policy_values import IN_FORCE, PolicyValue
from app.engine.programme import Programme
from app.engine.statements import gather
from app.registers.calendar.workdays import WorkCalendar, confirmed_days

REVIEW, PAYMENT, OBJECTION = "limit_review", "limit_payment", "limit_objection"
REVIEWED = ("submitted", "in_second_review")
"""States of one limit, whoever reviews."""
NEAR = 2
"""Working days before a limit within which a page warns."""
ONE_DAY, LOOKED_BACK = timedelta(days=1), timedelta(days=800)
NAMES = ("programme", "parameter", "value", "starts_on", "ends_on")


def since(claim: type[Claim] = Claim) -> ColumnElement[date | None]:
    """Express from which day the limit of a claim's state counts; None for a state without one."""
    over = select(Notice.ends_on).where(Notice.id == claim.notice_id).correlate(claim).scalar_subquery()
    decided = (
        select(func.max(Objection.decided_on))
        .where(Objection.claim_id == claim.id)
        .correlate(claim)
        .scalar_subquery()
    )
    reviewed = Check.phase.in_(("approve", "approve_second")) & ~Check.stops
    approved = (
        select(func.max(Check.day))
        .where(Check.claim_id == claim.id, reviewed)
        .correlate(claim)
        .scalar_subquery()
    )
    return case(
        (claim.state.in_(REVIEWED), claim.submitted_on),
        (claim.state.in_(("publicizing", "publicized")), func.greatest(over, decided)),
        (claim.state == "approved", approved),
    )


def limit_rows() -> Select:
    """Return a statement of the time limits that policy officers have given, for `Limits.of`."""
    return select(*(getattr(PolicyValue, name) for name in NAMES)).where(
        PolicyValue.parameter.in_(LIMITS), IN_FORCE
    )


@dataclass(frozen=True)
class Limits:
    """The limits of programmes (by code) over time, `rows` beside what ships, and the calendar they count by."""

    calendar: WorkCalendar
    programmes: Mapping[str, Programme]
    rows: Sequence[PolicyValue] = ()

    @classmethod
    def of(
        cls, days: Iterable[Sequence], values: Iterable[Sequence], programmes: Mapping[str, Programme]
    ) -> Limits:
        """Return them from what `confirmed_days` and `limit_rows` select."""
        rows = [PolicyValue(**dict(zip(NAMES, value, strict=True))) for value in values]
        return cls(WorkCalendar.of(days), programmes, rows)

    @classmethod
    def load(cls, session: Session, programmes: Mapping[str, Programme], today: date) -> Limits:
        """Load them in one statement, with the calendar as far back as claims wait."""
        days, values = gather(session, confirmed_days(today - LOOKED_BACK), limit_rows())
        return cls.of(days, values, programmes)

    def due(self, programme: str, state: str, start: date | None) -> date | None:
        """Return the last day on which a claim that waits in a state since `start` must go on; None without a limit."""
        code = next((code for code in (REVIEW, PAYMENT) if state in self._states(programme, code)), None)
        return None if code is None or start is None else self.last_day(programme, code, start)

    def last_day(self, programme: str, code: str, start: date) -> date:
        """Return the last day of a limit, as it was in force on `start`; the day after that one is the first that counts."""
        days = self.programmes[programme].policy.at(self._own(programme), start)[code]
        return self.calendar.reach(start + ONE_DAY, days)

    def left(self, due: date, today: date) -> int:
        """Return the working days from today to a limit's last day, both counted; below 0 for one that is past."""
        return self.calendar.count(today, due) if today <= due else -1

    def near(self, due: date, today: date) -> bool:
        """Return whether a limit is past or so close that a page warns."""
        return self.left(due, today) <= NEAR

    def late(self, code: str, today: date) -> ColumnElement[bool]:
        """Express which claims are past a limit.

        A claim is late when all of the limit's working days lie between its start and today, that is, when it started
        before one certain day: PostgreSQL compares days, and reckons no calendar row by row.
        """
        parts = (
            and_(
                Claim.programme == programme,
                Claim.state.in_(self._states(programme, code)),
                or_(*self._spans(programme, code, today)),
            )
            for programme in self.programmes
        )
        return or_(false(), *parts)

    def _spans(self, programme: str, code: str, today: date) -> Iterator[ColumnElement[bool]]:
        """Yield, of each value of a limit, the claims that started while it was in force and are late by it."""
        for span in self.programmes[programme].policy.timeline(self._own(programme), code):
            started_before = self.calendar.back(today - ONE_DAY, int(str(span.value)))
            yield and_(since() >= span.first, since() <= span.last, since() < started_before)

    def _states(self, programme: str, code: str) -> tuple[str, ...]:
        """Return the states in which a limit runs."""
        return REVIEWED if code == REVIEW else (self.programmes[programme].flow.payable,)

    def _own(self, programme: str) -> list[PolicyValue]:
        return [row for row in self.rows if row.programme == programme]
