"""Payment lists: what a cashier takes to the bank, numbered; a claim stands on one list at most."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.registers.models import row_id
from app.registers.organisation import Office


class PaymentList(Model):
    """One office's list of one programme's publicized claims, numbered office-year-running number.

    Once its file has been handed out, `exported_at` and the digest of the last file tell so.
    """

    __tablename__ = "payment_lists"
    __scope__ = "office_id"

    id: Mapped[int] = row_id()
    number: Mapped[str] = mapped_column(String(40), unique=True)
    programme: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    made_on: Mapped[date]
    dissolved_on: Mapped[date | None]
    exported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    exported_sha256: Mapped[str | None] = mapped_column(String(64))
    office: Mapped[Office] = relationship()

    def __repr__(self) -> str:
        return self.number
