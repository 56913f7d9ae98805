"""What of a programme one claim is of: the whole, one of its tranches (期次), or one month (所属期); and who stands there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

ONCE, TRANCHES, MONTHS, ANY = "once", "tranches", "months", "any"
KINDS = (ONCE, TRANCHES, MONTHS, ANY)
FIELDS = {TRANCHES: "tranche", MONTHS: "month"}
"""By kind: the field that says of what a claim is; the field of months holds first days."""
WHOLE, UNREAD = 1, 0
"""Numbers of what isn't parted, and of a part that a row doesn't name."""
YEAR, MOST_TRANCHES = 12, 9
"""A month's number is year × 12 + month - 1; below the second month of year 1 there are tranches."""


@dataclass(frozen=True)
class Period:
    """How a programme is parted: `once`, by `tranches` ((code, title) in their order), by `months`; `any`: nothing is held back."""

    kind: str = ONCE
    tranches: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        """The field that says of what a claim is; empty where nothing is parted."""
        return FIELDS.get(self.kind, "")

    @property
    def is_held(self) -> bool:
        """Whether a person has one live claim for each part at most."""
        return self.kind != ANY

    def number(self, values: Mapping[str, Any]) -> int:
        """Return the number of what a row is of, by the values of its fields."""
        named = values.get(self.field)
        if self.kind == MONTHS:
            return named.year * YEAR + named.month - 1 if isinstance(named, date) else UNREAD
        if self.kind == TRANCHES:
            return next((n for n, (code, _) in enumerate(self.tranches, 1) if code == named), UNREAD)
        return WHOLE

    def title(self, number: int) -> str:
        """Return what a number stands for: a month as 2026-03, a tranche by its title; empty where nothing is parted."""
        if self.kind == MONTHS:
            return f"{number // YEAR:04}-{number % YEAR + 1:02}"
        return dict(enumerate((title for _, title in self.tranches), 1)).get(number, "")

    @property
    def titles(self) -> Mapping[str, str]:
        """The values that `title_sql` binds."""
        return {"tranches": json.dumps([title for _, title in self.tranches])} if self.tranches else {}

    def title_sql(self, number: str) -> str:
        """Express the same over SQL of a number and the values of `titles`; NULL where nothing is parted."""
        if self.kind == MONTHS:
            return f"to_char(make_date(greatest({number}, {YEAR}) / {YEAR}, {number} % {YEAR} + 1, 1), 'YYYY-MM')"
        return f"(CAST(:tranches AS jsonb)->>({number} - 1))" if self.tranches else "CAST(NULL AS text)"


class Slot(Model):
    """A person's place in a part of a programme; the key makes a second live claim impossible, also in a race."""

    __tablename__ = "slots"

    programme: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    slot_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), unique=True)


class LimitTurn(Model):
    """A person whose claims are being counted: who submits others of them waits until this is done."""

    __tablename__ = "limit_turns"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
