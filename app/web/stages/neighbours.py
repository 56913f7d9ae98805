"""From one case to the next in the order of the list that it was opened from: the list's query goes along in the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine.cases.claims import Claim
from app.extensions import fab
from app.kernel.messages import N_
from app.web.crud import listing
from app.web.crud.paging import key_of
from app.web.crud.private_queries import encrypt_query, parse_query
from app.web.page.addresses import page_url
from app.web.stages.bulk import BulkView
from app.web.wording.translations import gettext

LONGEST = 2000
"""Characters of a query that an address still holds; with a longer one a case belongs to the bare list."""
OVER = {"next": N_("后面没有了，已回到列表。"), "previous": N_("前面没有了，已回到列表。")}


@dataclass(frozen=True)
class Listed:
    """A case as one of a list: the list's query and address, and where the cases beside it are."""

    query: str
    back: str
    previous: str
    next: str


class Neighbours(BulkView):
    """A list whose rows lead on to one another. A case that left it is shown on another list's page, which says `of` which it was."""

    def row_address(self, row: Claim) -> str | None:
        """Return the row's page, which knows the list that it was opened from."""
        address = super().row_address(row)
        return address and self._within(address, request.query_string.decode())

    def listed(self, row: Claim) -> Listed | None:
        """Return what the page of a row knows of its list; None for one that was opened from elsewhere."""
        query, named = request.args.get("list"), fab().views.get(request.args.get("of", ""))
        if query is None:
            return None
        within = named if isinstance(named, Neighbours) and named.programme is self.programme else self
        beside = f"{within.endpoint}.beside"
        after, before = (url_for(beside, pk=row.id, step=step, list=query) for step in OVER)
        return Listed(query, within._back_to(query), before, after)

    @expose("/beside/<pk>")
    @has_access
    @permission_name("show")
    def beside(self, pk):
        """Lead to the case that follows, or stands before, in the list; at its end to the list. A case that left it keeps its place."""
        step, query = request.args.get("step", "next"), request.args.get("list", "")[:LONGEST]
        key = key_of(self.key.type, pk)
        case = self.tab_rows().filter(self.key == key).with_entities(self.key).one_or_none()
        if case is None or step not in OVER:
            abort(404)
        other = listing.neighbour(self, parse_query(query), key, backwards=step == "previous")
        if other is None:
            flash(gettext(OVER[step]), "info")
            return redirect(self._back_to(query))
        return redirect(self._within(page_url(self.endpoint, other), query))

    @staticmethod
    def _within(address: str, query: str) -> str:
        return f"{address}?{urlencode({'list': query if len(query) <= LONGEST else ''})}"

    def _back_to(self, query: str) -> str:
        address, kept = url_for(f"{self.endpoint}.list"), encrypt_query(parse_query(query))
        return f"{address}?{kept}" if kept else address
