"""Publicity that a year's arrangement has made too short, and its extension; a publicity is never shortened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Claim, Notice
from app.engine.programme import Programme
from app.engine.scope import FRESH
from app.engine.workflow.effects import least_days
from app.kernel.errors import BadValue, NotFound, Refused
from app.kernel.messages import N_
from app.registers.calendar.workdays import WorkCalendar

RUNNING = select(Claim.id).where(Claim.notice_id == Notice.id, Claim.state == "publicizing").exists()
"""Somebody of the notice still waits for the outcome, whether its last day is past or not."""


@dataclass(frozen=True)
class Term:
    """A notice's days and what they must come to; `goes_on` is the day from which an extension counts."""

    notice: Notice
    least: int
    today: date

    @property
    def goes_on(self) -> date:
        return max(self.notice.ends_on + timedelta(days=1), self.today)

    def lacks(self, calendar: WorkCalendar) -> int:
        """Return how many days that count are missing; days between an end that is past and today were no publicity."""
        return self.least - calendar.count(self.notice.starts_on, self.notice.ends_on)

    def earliest(self, calendar: WorkCalendar) -> date:
        """Return the earliest end of an extension."""
        lacking = self.lacks(calendar)
        return calendar.reach(self.goes_on, lacking) if lacking > 0 else self.goes_on


TOO_SHORT = RUNNING & (Notice.least_end > Notice.ends_on)
"""Running notices that must be extended before anybody passes."""


def mark_short(session: Session, programmes: Mapping[str, Programme], today: date) -> int:
    """Hold every running notice against the calendar as it is now; returns how many are too short.

    The caller holds the lock of the year that has changed, so that no publicity is made by the former calendar meanwhile.
    """
    running = list(session.scalars(select(Notice).where(RUNNING).with_for_update(), execution_options=FRESH))
    if not running:
        return 0
    first = min(notice.starts_on for notice in running)
    calendars = {
        code: programmes[code].flow.calendar(session, first) for code in {one.programme for one in running}
    }
    least: dict[tuple[str, date], int] = {}
    for notice in running:
        key = notice.programme, notice.starts_on
        if key not in least:
            least[key] = least_days(session, programmes[notice.programme], notice.starts_on)
        term = Term(notice, least[key], today)
        calendar = calendars[notice.programme]
        notice.least_end = term.earliest(calendar) if term.lacks(calendar) > 0 else None
    session.flush()
    return sum(notice.least_end is not None for notice in running)


def extend(
    session: Session, actor: Actor, programme: Programme, notice_id: int, end: date, today: date
) -> Notice:
    """Give a running notice a later end, long enough by the calendar. Raises NotFound, Refused, BadValue."""
    calendar = programme.flow.calendar(session, _start_of(session, programme, notice_id), hold=True)
    wanted = select(Notice).where(Notice.id == notice_id).with_for_update(of=Notice)
    notice = session.scalars(wanted, execution_options=FRESH).one()
    if not session.scalar(select(RUNNING).where(Notice.id == notice_id)):
        raise Refused(N_("公示{number}的人员都已办理公示结果，不需要延长。"), number=notice.number)
    if end <= notice.ends_on:
        raise BadValue(
            N_("公示只能延长，不能缩短。结束日期应晚于原来的{ends_on}，请重新填写。"), ends_on=notice.ends_on
        )
    least = least_days(session, programme, notice.starts_on)
    earliest = Term(notice, least, today).earliest(calendar)
    if end < earliest:
        raise BadValue(
            N_("公示期不足{least}（首尾两日都算），结束日期最早为{earliest}。{caution}"),
            least=programme.flow.days(least),
            earliest=earliest,
            caution=calendar.caution(notice.starts_on, earliest) or "",
        )
    before, notice.ends_on = notice.ends_on, end
    record(
        session,
        actor,
        "extend_publicity",
        programme=programme.code,
        office_id=notice.office_id,
        subject=notice.number,
        before={"ends_on": str(before)},
        after={"ends_on": str(end)},
    )
    session.flush()
    return notice


def _start_of(session: Session, programme: Programme, notice_id: int) -> date:
    wanted = select(Notice.starts_on).where(Notice.id == notice_id, Notice.programme == programme.code)
    start = session.scalar(wanted)
    if start is None:
        raise NotFound(N_("没有找到这份公示。请刷新列表。"))
    return start
