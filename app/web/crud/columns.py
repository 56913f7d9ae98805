"""What a view's columns are called and what their cells say.

Flask-AppBuilder would guess English titles, and write them into those that views share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from app.engine.own_fields import own_value
from app.engine.sheets import Column, Kind
from app.kernel.free_text import without_numbers
from app.web.crud.options import CHOICES
from app.web.page.addresses import application_url, page_url
from app.web.wording.formats import NOTHING, short_number, show, state_mark, tag
from app.web.wording.titles import choice_title, value_title
from app.web.wording.translations import gettext

SHOWN = ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "export_columns")
"""What a view shows under the titles of its `label_columns`."""
NAMES = ("username", "actor_name")
"""What people are called: those of 0.5.0 may hold a phone."""
HINTS = ("warned", "post_check")
NUMBERS = ("application.number", "notice.number", "payment_list.number")
"""Of cases, beside which lists show much else."""
KINDS = {
    **dict.fromkeys(("amount", "rows_read", "rows_stored", "rows_refused"), "number"),
    **dict.fromkeys(("employer.name", "category", "office.name"), "clip"),
    "account": "clip clip--long",
    **dict.fromkeys(("note", "subject", "standing"), "wrap"),
    **dict.fromkeys(("document", "content", "decision", "address"), "text"),
}
"""How a list sets a column: at the right, cut to one line, in several lines, or as long text."""
PINNED = "pin pin--end"
"""The column by which a row is known stays in sight, whatever is scrolled."""


def titles_of(view: Any) -> dict[str, str]:
    """Return the view's own copy of its titles. Raises ValueError for a column that has none."""
    titles = dict(view.label_columns or {})
    columns = {column for kind in SHOWN for column in getattr(view, kind) or ()}
    if untitled := sorted(columns - titles.keys()):
        raise ValueError(f"{type(view).__name__}: label_columns lacks {', '.join(untitled)}")
    return titles


class Columns:
    """The part of a list's view that sets its rows; `own_columns` are what some are on the sheet of the view's programme."""

    endpoint: str
    key: Any
    list_columns: Any
    label_columns: Any
    formatters_columns: ClassVar[Any]
    include_route_methods: ClassVar[set[str]]
    choices: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    own_columns: ClassVar[Mapping[str, Column]] = {}
    names_whole: ClassVar[bool] = False

    def cell(self, row: Any, column: str) -> str:
        """Return what a list or a show page says for one column."""
        if column == "state":
            return state_mark(row.state, self._choices(column) or {})
        if own := self.own_columns.get(column):
            return value_title(own, own_value(row.own, own.field, own.kind))
        value = self.value(row, column)
        if column in HINTS:
            return tag("warn", self.label(column)) if value else NOTHING
        if column in NUMBERS and value:
            return short_number(str(value))
        if column == "contract_end" and value is None:
            return gettext("无固定期限")
        return show(value)

    def cells(self, row: Any, columns: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str | None, str]]:
        """Yield a row of the list: of each column its class, where it leads, and what it says."""
        leading = self.leading
        for column, kind in columns:
            address = None
            if column == "application.number" and row.application:
                address = application_url(row.application)
            elif column == leading:
                address = self.row_address(row)
            yield kind, address, self.cell(row, column)

    def row_address(self, row: Any) -> str | None:
        """Return where a row leads: to its own page, if it has one."""
        shown = "show" in self.include_route_methods
        return page_url(self.endpoint, getattr(row, self.key.key)) if shown else None

    @property
    def leading(self) -> str:
        """The column by which a row is known."""
        return "person.name" if "person.name" in self.list_columns else self.list_columns[0]

    def columns(self) -> Sequence[tuple[str, str]]:
        """Return the list's columns, each with the class by which it is set."""
        kinds = {**KINDS, self.leading: f"{KINDS.get(self.leading, '')} {PINNED}".strip()}
        return [(column, kinds.get(column, "")) for column in self.list_columns]

    def value(self, row: Any, column: str) -> object:
        """Return what one column holds: choices by their titles, numbers and dates as they are."""
        if own := self.own_columns.get(column):
            return _typed(own, row.own)
        value: Any = row
        for part in column.split("."):
            value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if column.rpartition(".")[2] in NAMES and isinstance(value, str) and not self.names_whole:
            return without_numbers(value)
        if column in self.formatters_columns:
            return self.formatters_columns[column](value)
        chosen = self._choices(column)
        return gettext(chosen[value]) if chosen and value in chosen else value

    def _choices(self, column: str) -> Mapping[str, str] | None:
        return self.choices.get(column) or CHOICES.get(column)

    def label(self, column: str) -> str:
        return gettext(self.label_columns[column])


def _typed(column: Column, own: Mapping[str, Any]) -> object:
    """Return a field that only one programme has: a number or a day as such, anything else as people read it."""
    value = own_value(own, column.field, column.kind)
    if column.choices:
        return value and choice_title(column, value)
    return value_title(column, value) if value and column.kind is Kind.MONTH else value
