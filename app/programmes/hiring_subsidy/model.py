"""The columns that a hiring subsidy has beyond the shared ones: the labour contract."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.engine.claims import Application, Claim


class HiringApplication(Application):
    """An employer's application for the people it has hired."""

    __mapper_args__ = {"polymorphic_identity": "hiring_subsidy"}


class HiringClaim(Claim):
    """One hired person and the contract that the subsidy rests on."""

    __mapper_args__ = {"polymorphic_identity": "hiring_subsidy"}

    category: Mapped[str | None] = mapped_column(String(20), use_existing_column=True)
    contract_start: Mapped[date | None] = mapped_column(use_existing_column=True)
    contract_end: Mapped[date | None] = mapped_column(use_existing_column=True)
