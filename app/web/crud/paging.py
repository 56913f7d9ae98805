"""Keyset paging: a page starts where another ended, so the last page of a million rows costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, SQLColumnExpression, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Query
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from app.extensions import db
from app.kernel.dates import parse_date
from app.kernel.text import whole_number


@dataclass(frozen=True)
class Place:
    """Where a page lies: after a row, before one, at the end, or (none of these) at the beginning."""

    after: object = None
    before: object = None
    end: bool = False


@dataclass(frozen=True)
class Ordering:
    """By one column, then by the key; rows without a value come last either way."""

    key: InstrumentedAttribute
    column: SQLColumnExpression
    descending: bool

    def clauses(self, *, backwards: bool) -> tuple[ColumnElement, ...]:
        down = self.descending != backwards
        key = self.key.desc() if down else self.key.asc()
        if self.column is self.key:
            return (key,)
        column = self.column.desc() if down else self.column.asc()
        return (self.column.is_(None).desc() if backwards else self.column.is_(None)), column, key

    def beyond(self, row: tuple, *, backwards: bool) -> ColumnElement[bool]:
        """Return the rows that follow `row` (its column's value, its key) in the direction of reading."""
        value, key = row
        down = self.descending != backwards
        further_key = self.key < key if down else self.key > key
        if self.column is self.key:
            return further_key
        if value is None:
            alike = and_(self.column.is_(None), further_key)
            return or_(alike, self.column.is_not(None)) if backwards else alike
        further = self.column < value if down else self.column > value
        without = false() if backwards else self.column.is_(None)
        return or_(further, and_(self.column == value, further_key), without)


@dataclass(frozen=True)
class Page:
    """Rows, and whether others stand before and after them."""

    rows: list
    before: bool
    after: bool


def page(query: Query, ordering: Ordering, place: Place, size: int) -> Page:
    """Return one page of what the query asks for, rows or keys; a row that is gone, or nobody's, leads to the beginning."""
    anchor = place.after if place.after is not None else place.before
    row = None if anchor is None else _row(ordering, anchor)
    backwards = row is not None and place.after is None or place.end
    chosen = query.filter(ordering.beyond(row, backwards=backwards)) if row is not None else query
    rows = chosen.order_by(*ordering.clauses(backwards=backwards)).limit(size + 1).all()
    if not rows and row is not None:
        return page(query, ordering, Place(), size)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        return Page(rows[::-1], before=more, after=not place.end)
    return Page(rows, before=row is not None, after=more)


def neighbour(query: Query, ordering: Ordering, key: object, *, backwards: bool) -> Any:
    """Return what the query asks for of the row that follows another, or stands before it; None where there is none."""
    row = _row(ordering, key)
    if row is None:
        return None
    beyond = query.filter(ordering.beyond(row, backwards=backwards))
    return beyond.order_by(*ordering.clauses(backwards=backwards)).limit(1).scalar()


def key_of(column: TypeEngine, text: str) -> Any:
    """Return a key as its column holds it; None for what can be no key."""
    if isinstance(column, Date):
        return parse_date(text)
    if isinstance(column, Integer):
        digits = 18 if isinstance(column, BigInteger) else 9
        return whole_number(text, digits)
    return text or None


def _row(ordering: Ordering, key: object) -> tuple | None:
    wanted = select(ordering.column, ordering.key).where(ordering.key == key)
    row = db.session.execute(wanted).one_or_none()
    return None if row is None else tuple(row)
