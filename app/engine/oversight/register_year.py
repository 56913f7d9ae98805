"""What the registers say of one person in a span of days, for a picture beside the claims; in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.engine.statements import gather
from app.registers.models import Contribution, Employer, Transfer, Unemployment


class Month(NamedTuple):
    """A month of social insurance: whether it was paid, and by whom."""

    month: date
    paid: bool
    employer: str


class Spell(NamedTuple):
    first: date
    last: date | None


@dataclass(frozen=True)
class RegisterYear:
    months: Sequence[Month]
    unemployment: Sequence[Spell]
    transfers: Sequence[Spell]


def register_year(session: Session, person_id: int, first: date, last: date) -> RegisterYear:
    """Return what lies within scope; the registers keep no earlier days, so it is what they say now."""
    row, out, left = Contribution, Unemployment, Transfer
    months, spells, transfers = gather(
        session,
        select(row.month, row.paid, Employer.name)
        .join(Employer, Employer.id == row.employer_id)
        .where(row.person_id == person_id, row.month.between(first, last))
        .order_by(row.month),
        select(out.registered_on, out.cancelled_on)
        .where(out.person_id == person_id, out.registered_on <= last)
        .where(or_(out.cancelled_on.is_(None), out.cancelled_on >= first))
        .order_by(out.registered_on),
        select(left.left_on, left.returned_on)
        .where(left.person_id == person_id, left.left_on <= last)
        .where(or_(left.returned_on.is_(None), left.returned_on >= first))
        .order_by(left.left_on),
    )
    return RegisterYear(
        [Month(*one) for one in months], [Spell(*one) for one in spells], [Spell(*one) for one in transfers]
    )
