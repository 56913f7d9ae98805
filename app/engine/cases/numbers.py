"""Running numbers of applications, notices and lists: one row a series, raised within the transaction."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import BigInteger, String
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column


class Counter(Model):
    """Running numbers, one row a series, raised in the caller's transaction so that none is lost or doubled."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


def following(session: Session, series: str) -> int:
    """Return the next number of a series; waits for a transaction that raises the same one."""
    raised = (
        insert(Counter)
        .values(series=series, value=1)
        .on_conflict_do_update(index_elements=[Counter.series], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    return session.scalars(raised).one()


def application_number(session: Session, prefix: str, office_code: str, day: date) -> str:
    """Return a number as XN-510104-20261123-0007: programme, office, day, running number of that day."""
    stem = f"{prefix}-{office_code}-{day:%Y%m%d}"
    return f"{stem}-{following(session, stem):04d}"


def notice_number(session: Session, prefix: str, office_code: str, day: date) -> str:
    """Return a number as XN-GS-510104-2026-012: an office's running number in a year."""
    stem = f"{prefix}-GS-{office_code}-{day:%Y}"
    return f"{stem}-{following(session, stem):03d}"


def list_number(session: Session, prefix: str, office_code: str, day: date) -> str:
    """Return a number as XN-FF-510104-2026-012: an office's running payment list in a year."""
    stem = f"{prefix}-FF-{office_code}-{day:%Y}"
    return f"{stem}-{following(session, stem):03d}"
