"""Dated values of policy parameters as they are kept: of the province or a region, in force once a second officer has signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.registers.models import row_id
from app.registers.organisation import Region, User

OPEN_TO = {"prefecture": 1, "county": 2}
"""To which level a parameter may be opened: to counties means to prefectures too."""


class PolicyValue(Model):
    """A value of one parameter from a day on, until its own end or the next later start; without a region the province's.

    One without author is the product's. Any other is in force once somebody else has signed it, and stays as it was signed
    (a trigger, migration 0046): a correction is another row that `replaces` it, which then goes. What was in force before
    there were signatures has a moment and no signer.
    """

    __tablename__ = "policy_values"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="policy_order"),
        CheckConstraint("signed_by <> created_by", name="policy_two_people"),
        CheckConstraint("signed_by IS NULL OR signed_at IS NOT NULL", name="policy_signed"),
    )

    id: Mapped[int] = row_id()
    programme: Mapped[str] = mapped_column(String(32))
    parameter: Mapped[str] = mapped_column(String(60))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    value: Mapped[str | None] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("policy_values.id", ondelete="SET NULL"))
    region: Mapped[Region | None] = relationship()
    author: Mapped[User | None] = relationship(viewonly=True, foreign_keys=[created_by])
    signer: Mapped[User | None] = relationship(viewonly=True, foreign_keys=[signed_by])

    @property
    def in_force(self) -> bool:
        """Whether it judges: nobody has to sign what the product itself gives."""
        return self.created_by is None or self.signed_at is not None

    def __repr__(self) -> str:
        return f"{self.programme}.{self.parameter} {self.region_code or ''}{' ' if self.region_code else ''}{self.starts_on}"


IN_FORCE = or_(PolicyValue.created_by.is_(None), PolicyValue.signed_at.is_not(None))
Index(
    "policy_one_value_a_day",
    PolicyValue.programme,
    PolicyValue.parameter,
    PolicyValue.region_code,
    PolicyValue.starts_on,
    unique=True,
    postgresql_where=IN_FORCE,
    postgresql_nulls_not_distinct=True,
)


def level_of(region: str | None) -> int:
    """Return how near to a case the values of a region are: the province's 0, a prefecture's 1, a county's 2."""
    if region is None:
        return 0
    return OPEN_TO["prefecture" if region.endswith("00") else "county"]


def chain(region: str) -> tuple[str, ...]:
    """Return a region and the prefecture that it lies in: whose values a case there may be judged by, beside the province's."""
    return (region, f"{region[:4]}00")


def stored(session: Session, programme: str, region: str | None = None) -> list[PolicyValue]:
    """Return the rows in force that may judge a programme's cases in a region; without one, the province's."""
    near = PolicyValue.region_code.in_(chain(region) if region else ())
    regions = or_(PolicyValue.region_code.is_(None), near)
    return list(
        session.scalars(select(PolicyValue).where(PolicyValue.programme == programme, IN_FORCE, regions))
    )


def stored_by_region(session: Session, programme: str) -> Mapping[str, list[PolicyValue]]:
    """Return the rows in force by the regions that have some of their own, each with those above it; "" is the province."""
    rows = session.scalars(select(PolicyValue).where(PolicyValue.programme == programme, IN_FORCE)).all()
    regions = {"", *(row.region_code or "" for row in rows)}
    return {
        region: [row for row in rows if row.region_code is None or row.region_code in chain(region)]
        for region in sorted(regions)
    }
