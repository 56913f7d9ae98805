"""Today, in Asia/Shanghai, from one place; only a test and the demo can set it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.dates import SHANGHAI


class DemoClock(Model):
    """By how many days the demo runs ahead: one row, shared by all processes, read in demo mode only."""

    __tablename__ = "demo_clock"
    __table_args__ = (
        CheckConstraint("id = 1", name="demo_clock_one_row"),
        CheckConstraint("days_ahead >= 0"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days_ahead: Mapped[int]


def today(config: Mapping[str, Any], session: Session) -> date:
    """Return the day that rules, publicity and payments go by. In production nothing but the real date counts."""
    if config["TESTING"] and config.get("TODAY"):
        return config["TODAY"]
    real = datetime.now(SHANGHAI).date()
    return real + timedelta(days=_days_ahead(session)) if config["DEMO"] else real


def moment(today: date) -> datetime:
    """Return this moment of a day that `today` gave: a demonstration's stamps follow its date."""
    return datetime.combine(today, datetime.now(SHANGHAI).timetz())


def move_forward(session: Session, days: int) -> None:
    """Move the demo's date forward; time never runs backwards. Raises ValueError below 1."""
    if days < 1:
        raise ValueError("the demo's date moves forward only")
    clock = session.scalars(select(DemoClock).with_for_update()).one_or_none()
    if clock is None:
        session.add(DemoClock(id=1, days_ahead=days))
    else:
        clock.days_ahead += days


def _days_ahead(session: Session) -> int:
    return session.scalar(select(DemoClock.days_ahead)) or 0
