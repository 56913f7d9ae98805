"""What an expression's values are."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Date, Numeric, Text
from sqlalchemy.types import TypeEngine

from app.kernel.messages import N_


class Kind(StrEnum):
    """The kinds of values; a month is held as its first day."""

    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"
    DATE = "date"
    MONTH = "month"

    @property
    def label(self) -> str:
        return TITLES[self]

    @property
    def sql(self) -> TypeEngine:
        """The column type that holds it."""
        return COLUMNS[self]


TITLES = {
    Kind.NUMBER: N_("数"),
    Kind.TEXT: N_("文字"),
    Kind.YES_NO: N_("是或否"),
    Kind.DATE: N_("日期"),
    Kind.MONTH: N_("月份"),
}
COLUMNS: dict[Kind, TypeEngine] = {
    Kind.NUMBER: Numeric(),
    Kind.TEXT: Text(),
    Kind.YES_NO: Boolean(),
    Kind.DATE: Date(),
    Kind.MONTH: Date(),
}
