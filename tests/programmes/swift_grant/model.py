"""An employer's application for people whom it took on."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from app.engine.cases.claims import Application, Claim


class SwiftApplication(Application):
    __mapper_args__ = {"polymorphic_identity": "swift_grant"}


class SwiftClaim(Claim):
    __mapper_args__ = {"polymorphic_identity": "swift_grant"}

    contract_start: Mapped[date | None] = mapped_column(use_existing_column=True)
