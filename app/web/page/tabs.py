"""The tabs above a list: in which states its rows are, how many, and where each leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

from flask import url_for
from sqlalchemy import ScalarSelect, Select, String, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Query

from app.web.wording.translations import gettext

COUNTED = 10_000
"""As far as rows are counted: what lies beyond costs nothing."""


@dataclass(frozen=True)
class Tab:
    """One state of a list's rows, or all of them, which have no count; `now`: its rows wait for the login that asks."""

    title: str
    address: str
    count: str
    selected: bool
    now: bool = False


class Filtered(Protocol):
    """A page of a list, as far as tabs are concerned."""

    @property
    def typed(self) -> dict[str, str]:
        """Return what is searched for."""

    @property
    def by_state(self) -> dict[str, int]:
        """Return how many rows are in each state."""

    def first(self, **changes: object) -> str:
        """Return the list's address with something changed."""

    def without(self, name: str) -> str:
        """Return it with one filter less."""


class Tabbed:
    """A list with a tab for each state; a view says by which states, of which rows, and where each leads.

    `tab_field`: the column by which its rows are parted, where that is another.
    """

    endpoint: str
    datamodel: Any
    key: Any
    search_columns: Sequence[str]
    tab_field: ClassVar[str] = "state"

    def base_query(self) -> Query:
        """Return the rows of the list."""
        raise NotImplementedError

    def _choices(self, column: str) -> Mapping[str, str] | None:
        raise NotImplementedError

    def tab_states(self) -> Mapping[str, str]:
        """Return state → title; none for a list that isn't searched by state."""
        return (self._choices("state") or {}) if "state" in self.search_columns else {}

    def tab_rows(self) -> Query:
        """Return the rows that the tabs count."""
        return self.base_query()

    def tab_list(self, state: str | None) -> Tabbed | None:
        """Return the list in which the rows of a state are, or all; None where the login may see none."""
        return self

    def tab_of_all(self) -> str | None:
        """Return the state whose tab stands for the list as it is; None where that is the tab of all rows."""
        return None

    def waits(self) -> tuple[str, ...]:
        """Return the states whose rows wait for the login."""
        return ()

    def tabs(self, page: Filtered) -> list[Tab]:
        """Return a tab for each state that has rows or is the chosen one, and one for all rows; filters are kept within a list."""
        chosen, waits, tabs = page.typed.get(self.tab_field) or self.tab_of_all(), self.waits(), []
        for state, title in self.tab_states().items():
            rows = page.by_state.get(state, 0)
            if (rows or state == chosen) and (leads := self.tab_list(state)):
                address, now = self._tab_address(leads, state, page), rows > 0 and state in waits
                tabs.append(Tab(gettext(title), address, count_of(rows), state == chosen, now))
        if tabs and (leads := self.tab_list(None)):
            tabs.append(Tab(gettext("全部"), self._tab_address(leads, None, page), "", chosen is None))
        return tabs

    def _tab_address(self, leads: Tabbed, state: str | None, page: Filtered) -> str:
        state = None if state == leads.tab_of_all() else state
        if leads is self:
            return page.first(**{self.tab_field: state}) if state else page.without(self.tab_field)
        address = url_for(f"{leads.endpoint}.list")
        return f"{address}?{self.tab_field}={state}" if state else address

    def tab_counts(self) -> ScalarSelect | None:
        """Return a column of state → number of rows as JSON, each to one more than is counted."""
        states = self.tab_states()
        if not states:
            return None
        state = getattr(self.datamodel.obj, self.tab_field)
        # unlike VALUES, an array leaves the statement the same, whatever its states: it is written out once
        each = (
            func.unnest(literal(list(states), ARRAY(String)))
            .table_valued("state", name="each")
            .render_derived()
        )
        rows = self.tab_rows().filter(state == each.c.state).with_entities(self.key).limit(COUNTED + 1)
        some = cast(Select, rows.statement).correlate(each).lateral("some")
        counted = select(each.c.state, func.count().label("rows")).select_from(each.join(some, true()))
        table = counted.group_by(each.c.state).subquery()
        return select(func.json_object_agg(*table.c)).scalar_subquery()


def count_of(rows: int) -> str:
    """Return a number of rows as people read it; of more than are counted, that there are more."""
    return f"{min(rows, COUNTED):,}" + ("+" if rows > COUNTED else "")
