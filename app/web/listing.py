"""One page of a list: what the URL asks for, held to what the view allows, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Query, selectinload
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.web import search

SIZES = (25, 50, 100)
COUNTED = 10_000
DEEPEST = 400


@dataclass(frozen=True)
class Listing:
    """`count` is exact up to 10,000; `more` says that there are more than that."""

    rows: list
    count: int
    more: bool
    page: int
    size: int
    order: tuple[str, str]
    typed: dict[str, str]
    fields: list[search.SearchField]

    @property
    def pages(self) -> int:
        return max(1, min(DEEPEST, -(-self.count // self.size)))

    def url(self, **changes: object) -> str:
        """The address of this list with something changed; every repeated key is kept."""
        args = MultiDict(request.args)
        for name, value in changes.items():
            args.poplist(name)
            if value is not None:
                args[name] = str(value)
        query = "&".join(_pair(k, v) for k, v in args.items(multi=True))
        return f"{request.path}?{query}" if query else request.path


def filtered(view, args: MultiDict) -> tuple[Query, dict[str, str], list[search.SearchField]]:
    """The view's rows that match the URL: its base filters, then the search card; scope comes from the session."""
    query = view.base_query()
    fields = search.fields_of(view.datamodel.obj, view.search_columns, view.label_columns, view.choices)
    found, typed = search.clauses(fields, args)
    return query.filter(*found), typed, fields


def read(view, args: MultiDict) -> Listing:
    """One page; numbers and columns that make no sense fall back to the view's own."""
    query, typed, fields = filtered(view, args)
    size = _number(args.get("size"), view.page_size, SIZES)
    some = query.order_by(None).limit(COUNTED + 1).with_entities(view.key).subquery()
    count = db.session.scalar(select(func.count()).select_from(some))
    page = min(_number(args.get("page"), 1), DEEPEST, max(1, -(-count // size)))
    order = _order(view, args)
    column = getattr(view.datamodel.obj, order[0])
    ordering = [column.asc(), view.key.asc()] if order[1] == "asc" else [column.desc(), view.key.desc()]
    rows = query.options(*_loads(view)).order_by(*ordering).limit(size).offset((page - 1) * size).all()
    return Listing(rows, min(count, COUNTED), count > COUNTED, page, size, order, typed, fields)


def _loads(view):
    """Related rows of a whole page in one statement each, never one a row."""
    relations = view.datamodel.obj.__mapper__.relationships
    roots = dict.fromkeys(name.split(".")[0] for name in (*view.list_columns, *view.loads))
    return [selectinload(getattr(view.datamodel.obj, root)) for root in roots if root in relations]


def _order(view, args: MultiDict) -> tuple[str, str]:
    column, direction = args.get("order", ""), args.get("direction", "")
    if (
        column in view.order_columns
        and column in view.datamodel.obj.__mapper__.columns
        and direction in ("asc", "desc")
    ):
        return column, direction
    return view.base_order


def _number(text: str | None, default: int, allowed: tuple[int, ...] | None = None) -> int:
    value = int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
    if allowed is not None:
        return value if value in allowed else default
    return max(1, value)


def _pair(key: str, value: str) -> str:
    return f"{quote_plus(key)}={quote_plus(value)}"
