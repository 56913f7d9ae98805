"""Publicity in one place: what waits for it, what runs, what has ended, and the notices, as tabs above three lists."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g, url_for
from sqlalchemy import ScalarSelect, Select, func, literal, select

from app.engine.cases.claims import Claim, Notice
from app.engine.programme import Programme
from app.extensions import fab
from app.kernel.messages import N_
from app.web.page.tabs import COUNTED, Filtered, Tab, count_of
from app.web.page.templating import may
from app.web.wording.translations import gettext

WAITING, RUNNING, ENDED, ROLL = "approved", "publicizing", "ended", "notices"
TITLES = {WAITING: N_("待公示"), RUNNING: N_("公示中"), ENDED: N_("期满"), ROLL: N_("名册")}


class Publicity:
    """Mixed into the lists of a programme's publicity; `publicity_tab` is the tab that a list is, none for the one of several."""

    programme: ClassVar[Programme]
    endpoint: str
    publicity_tab: ClassVar[str] = ""

    def tab_counts(self) -> ScalarSelect:
        """Return a column of tab → number of rows as JSON, each to one more than is counted."""
        own = select(Claim.id).where(Claim.programme == self.programme.code)
        running = own.where(Claim.state == RUNNING)
        rows = {
            WAITING: own.where(Claim.state == WAITING),
            RUNNING: running,
            ENDED: running.where(Claim.notice.has(Notice.ends_on < g.today)),
            ROLL: select(Notice.id).where(Notice.programme == self.programme.code),
        }
        pairs = (part for tab, wanted in rows.items() for part in (literal(tab), _count(wanted)))
        return select(func.json_build_object(*pairs)).scalar_subquery()

    def tabs(self, page: Filtered) -> list[Tab]:
        """Return the tabs whose lists this login may open; red is what has ended and waits for its outcome."""
        chosen = self.publicity_tab or page.typed.get("state")
        tabs = []
        for tab, title in TITLES.items():
            leads = self._list_of(tab)
            if leads is None or not may("can_list", leads.class_permission_name):
                continue
            rows = page.by_state.get(tab, 0)
            now = tab == ENDED and rows > 0 and bool(leads.waits())
            tabs.append(
                Tab(
                    gettext(title),
                    self._address(leads, tab, page),
                    count_of(rows) if rows else "",
                    tab == chosen,
                    now,
                )
            )
        if not self.publicity_tab:
            tabs.append(Tab(gettext("全部"), page.without("state"), "", chosen is None))
        return tabs if len(tabs) > 1 else []

    def menu_head(self) -> Any:
        """Return the list that the menu shows for all of them, None for that one itself."""
        return self._list_of(WAITING) if self.publicity_tab else None

    def _list_of(self, tab: str) -> Any:
        """Return the programme's list that has a tab, or is it."""
        of = tab if tab in (ENDED, ROLL) else ""
        lists = (view for view in fab().baseviews if isinstance(view, Publicity))
        return next((v for v in lists if v.programme is self.programme and v.publicity_tab == of), None)

    def _address(self, leads: Any, tab: str, page: Filtered) -> str:
        if tab in (ENDED, ROLL):
            return url_for(f"{leads.endpoint}.list")
        return page.first(state=tab) if leads is self else url_for(f"{leads.endpoint}.list", state=tab)


def _count(rows: Select) -> ScalarSelect:
    return select(func.count()).select_from(rows.limit(COUNTED + 1).subquery()).scalar_subquery()
