"""One page of a list: what the URL asks for, held to what the view allows, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, g, request
from sqlalchemy import ARRAY, Select, any_, bindparam, func, literal, select
from sqlalchemy.orm import Load, Query, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.datastructures import MultiDict

from app.engine.desk import searches
from app.engine.desk.searches import Search
from app.engine.scope import CASE_COLUMN
from app.engine.sessions import shares
from app.extensions import PLANNED_EACH_TIME, db
from app.kernel.text import whole_number
from app.registers.ciphers import text_of
from app.web.crud import paging, search
from app.web.crud.paging import Ordering, Page, Place, key_of, page
from app.web.page.tabs import COUNTED

SIZES = (25, 50, 100)
POSITION = ("after", "before", "end", "at")
SORTED_BY_SOUND = "name"


@dataclass(frozen=True)
class Listing:
    """`count` and `total` (CNY) are exact up to 10,000 rows; `more` says that there are more than that.

    `states` are those of all the rows; None where rows have none, or there are more than are counted. `by_state` counts what
    the list's tabs lead to, whatever is searched for.
    """

    window: Page
    count: int
    more: bool
    total: Decimal | None
    states: tuple[str, ...] | None
    by_state: dict[str, int]
    start: int | None
    size: int
    order: tuple[str, str]
    typed: dict[str, str]
    fields: list[search.SearchField]
    key: str

    @property
    def rows(self) -> list:
        return self.window.rows

    def url(self, **changes: object) -> str:
        """Return the address of this list with something changed; every repeated key is kept."""
        args = MultiDict(request.args)
        for name, value in changes.items():
            args.poplist(name)
            if value is not None:
                args[name] = str(value)
        query = urlencode(list(args.items(multi=True)))
        return f"{request.path}?{query}" if query else request.path

    def first(self, **changes: object) -> str:
        """Return the first page, of a list with something changed."""
        return self.url(**{**dict.fromkeys(POSITION), **changes})

    @property
    def previous(self) -> str:
        at = None if self.start is None else max(0, self.start - self.size)
        return self.first(before=getattr(self.rows[0], self.key), at=at)

    @property
    def next(self) -> str:
        at = None if self.start is None else self.start + len(self.rows)
        return self.first(after=getattr(self.rows[-1], self.key), at=at)

    @property
    def last(self) -> str:
        return self.first(end=1)

    @property
    def bare(self) -> str:
        """Return the list as it is, under the tab that is shown."""
        parting = [field.name for field in self.fields if field.kind == "tabs" or field.name == "state"]
        query = urlencode({name: self.typed[name] for name in parting if name in self.typed})
        return f"{request.path}?{query}" if query else request.path

    def without(self, name: str) -> str:
        """Return the list with one filter less; a field of a kept search is taken out by name."""
        if name in request.args or name not in self.typed:
            return self.first(**{name: None})
        dropped = [*request.args.getlist("without"), name]
        args = MultiDict((k, v) for k, v in request.args.items(multi=True) if k not in (*POSITION, "without"))
        return f"{request.path}?{urlencode([*args.items(multi=True), *(('without', n) for n in dropped)])}"


def expanded(view: str, args: MultiDict) -> MultiDict:
    """Return the arguments of a list's address with those of the kept search that it names; what the address says wins."""
    if "search" not in args:
        return args
    kept = searches.find_search(db.session, g.actor.user_id, view, args["search"][:36]) or abort(404)
    typed = MultiDict(parse_qsl(text_of(g.vault, kept, Search.query_cipher)))
    for name in (*args.getlist("without"), *args):
        typed.poplist(name)
    return MultiDict([*typed.items(multi=True), *args.items(multi=True)])


def filtered(view, args: MultiDict) -> tuple[Query, dict[str, str], list[search.SearchField]]:
    """Return the view's rows that match the URL: its base filters, then the search card; scope comes from the session."""
    query = view.base_query()
    fields = search.fields_of(
        view.datamodel.obj, view.search_columns, view.label_columns, view.choices, view.own_columns
    )
    fields += view.more_fields()
    clauses, typed = search.clauses(fields, expanded(view.endpoint, args))
    return query.filter(*clauses), typed, fields


def read(view, args: MultiDict) -> Listing:
    """Read one page; numbers and columns that make no sense fall back to the view's own. Raises Refused for too many searches."""
    query, typed, fields = _searched(view, args)
    query = query.execution_options(**PLANNED_EACH_TIME)
    size = _number(args.get("size"), view.page_size, SIZES)
    count, total, states, by_state = _counting(view, query)
    order = order_of(view, args)
    place = Place(
        key_of(view.key.type, args.get("after", "")),
        key_of(view.key.type, args.get("before", "")),
        bool(args.get("end")),
    )
    window_of = ordering(view, order), place, size
    if _shows_cases(view):
        window = _whole(view, page(query.with_entities(view.key), *window_of))
    else:
        window = page(query.options(*loads(view)), *window_of)
    start = _start(window, place, min(count, COUNTED), count > COUNTED, _number(args.get("at"), 0))
    return Listing(
        window,
        min(count, COUNTED),
        count > COUNTED,
        total,
        states,
        by_state,
        start,
        size,
        order,
        typed,
        fields,
        view.key.key,
    )


def neighbour(view, args: MultiDict, key: object, *, backwards: bool) -> Any:
    """Return the key of the row that follows another in a list, or stands before it; None at its end. Raises Refused for too many searches."""
    query, _, _ = _searched(view, args)
    order = ordering(view, order_of(view, args))
    return paging.neighbour(query.with_entities(view.key), order, key, backwards=backwards)


def _searched(view, args: MultiDict) -> tuple[Query, dict[str, str], list[search.SearchField]]:
    """Return what `filtered` does; a search by words or numbers is counted."""
    query, typed, fields = filtered(view, args)
    if any(field.kind == "text" for field in fields if field.name in typed):
        shares.take_search(db.engine, g.actor)
    return query, typed, fields


def ordering(view, order: tuple[str, str]) -> Ordering:
    column = getattr(view.datamodel.obj, view.sorts_by.get(order[0], order[0]))
    by_sound = column.key == SORTED_BY_SOUND
    return Ordering(view.key, func.pinyin(column) if by_sound else column, order[1] == "desc")


def loads(view) -> list[ORMOption]:
    """Return related rows of all rows that are read together, in one statement each, never one a row; and what is reckoned."""
    related = [reduce(Load.selectinload, beyond, selectinload(first)) for first, *beyond in _relations(view)]
    return [*related, *view.reckoned()]


def _whole(view, window: Page) -> Page:
    """Return a page of cases, of their keys: these stand in indexes, so that PostgreSQL needn't read all rows to sort them.

    The rows come with all that they name, in a statement whose plan PostgreSQL keeps: joined to the page's own it would
    plan again each time.
    """
    keys = [key for (key,) in window.rows]
    if not keys:
        return window
    rows = db.session.scalars(_by_keys(view), {"keys": keys}).unique()
    by_key = {getattr(row, view.key.key): row for row in rows}
    return replace(window, rows=[by_key[key] for key in keys if key in by_key])


@lru_cache(maxsize=256)
def _by_keys(view) -> Select:
    """Build it once for each view, which stays as it is."""
    some = select(view.datamodel.obj).where(view.key == any_(bindparam("keys", type_=ARRAY(view.key.type))))
    named = (reduce(Load.joinedload, beyond, joinedload(first)) for first, *beyond in _relations(view))
    return some.options(*named, *view.reckoned())


def _shows_cases(view) -> bool:
    """Return whether rows are cases: what a case names is seen with it, wherever it lies; a register's must lie in scope too."""
    return getattr(view.datamodel.obj, "__scope__", None) == CASE_COLUMN


def _relations(view) -> list[tuple]:
    """Return the ways from a row to the related rows that its columns name."""
    ways = (_way(view.datamodel.obj, name.split(".")) for name in (*view.list_columns, *view.loads))
    return [way for way in dict.fromkeys(ways) if way]


def _way(model: type[Any], names: list[str]) -> tuple:
    relation = model.__mapper__.relationships.get(names[0]) if names else None
    if relation is None:
        return ()
    return (relation.class_attribute, *_way(relation.mapper.class_, names[1:]))


def order_of(view, args: MultiDict) -> tuple[str, str]:
    column, direction = args.get("order", ""), args.get("direction", "")
    if column in view.order_columns and direction in ("asc", "desc"):
        return column, direction
    return view.base_order


def _counting(view, query: Query) -> tuple[int, Decimal | None, tuple[str, ...] | None, dict[str, int]]:
    """Return how many, to one more than is counted; their sum and states where rows have them and all are counted; what tabs count."""
    named = {name: getattr(view.datamodel.obj, name, None) for name in ("amount", "state")}
    present = {name: column for name, column in named.items() if column is not None}
    some = query.order_by(None).limit(COUNTED + 1).with_entities(view.key, *present.values()).subquery()
    total = func.coalesce(func.sum(some.c.amount), 0) if "amount" in present else literal(None)
    states = func.array_agg(some.c.state.distinct()) if "state" in present else literal(None)
    by_state = view.tab_counts()
    counts = select(func.count(), total, states, literal(None) if by_state is None else by_state).select_from(
        some
    )
    count, total, states, by_state = db.session.execute(counts, execution_options=PLANNED_EACH_TIME).one()
    if count > COUNTED:
        return count, None, None, by_state or {}
    return count, total, None if states is None else tuple(states), by_state or {}


def _start(window: Page, place: Place, count: int, more: bool, at: int) -> int | None:
    """Return how many rows stand before this page, where that is known."""
    if not window.before:
        return 0
    if place.end:
        return None if more else count - len(window.rows)
    return at if 0 < at < COUNTED * 100 else None


def _number(text: str | None, default: int, allowed: tuple[int, ...] | None = None) -> int:
    value = whole_number(text, 9)
    return default if value is None or (allowed is not None and value not in allowed) else value
