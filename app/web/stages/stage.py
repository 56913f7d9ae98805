"""A stage of work: the claims of one programme in some states, with the moves that start there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query, undefer_group, with_expression
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import Select
from werkzeug.exceptions import NotFound

from app.engine.audit import NAMED, AuditEntry
from app.engine.cases.claims import Claim
from app.engine.cases.desks import office_of_claim
from app.engine.cases.states import EDITABLE, UNPAID
from app.engine.intake.correcting_accounts import open_correction
from app.engine.oversight import figures
from app.engine.oversight.limits import since
from app.engine.policy import Frozen
from app.engine.policy_values import stored
from app.extensions import db
from app.programmes.installed import programme_for
from app.registers.ciphers import ENCRYPTED
from app.web.crud.paging import key_of
from app.web.page import waiting
from app.web.page.clocks import time_mark
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.stages.account_changes import notes_of_claim
from app.web.stages.bulk import ClaimMoves, keys_of
from app.web.stages.case_page import around, hindrance, moves_of, note_of, own_facts
from app.web.stages.evidence import evidence_of
from app.web.stages.journey import journey
from app.web.stages.labels import LABELS
from app.web.stages.neighbours import Neighbours
from app.web.wording.titles import state_title
from app.web.wording.translations import gettext


class StageView(ClaimMoves, Neighbours):
    """Claims in some states; a show page with the person's evidence and the claim's history.

    `clock_column`: the column beside which a list says that a case's time limit is near or past.
    """

    show_template = "claim.html"
    include_route_methods: ClassVar[set[str]] = {"list", "show", "beside", "action_post"}
    loads = ["account"]
    joined = ["person", "employer", "application", "region", "account", "notice", "payment_list"]
    sorts_by = {"person.name": "name"}
    label_columns = LABELS
    counting = staticmethod(figures.counting)
    waits_as = ""
    clock_column: ClassVar[str] = ""
    drawer = True
    search_columns = ["state", "person", "employer", "application", "office", "submitted_on"]

    def cell(self, row: Claim, column: str) -> str:
        value = super().cell(row, column)
        mark = time_mark(row) if column == self.clock_column else None
        return Markup("{} {}").format(value, mark) if mark else value

    def base_query(self) -> Query:
        # said outright: a query of other entities (ids, sums) loses the subclass's own criterion;
        # of the subclass, for a column of Claim would bring the scope once more
        model = self.datamodel.obj
        return super().base_query().filter(model.programme == self.programme.code)

    def tab_states(self) -> Mapping[str, str]:
        return self.programme.flow.titles

    def _choices(self, column: str) -> Mapping[str, str] | None:
        return self.programme.flow.titles if column == "state" else super()._choices(column)

    def tab_rows(self) -> Query:
        """Return the programme's cases, of whatever stage."""
        return db.session.query(self.datamodel.obj).filter(
            self.datamodel.obj.programme == self.programme.code
        )

    def tab_list(self, state: str | None) -> StageView | None:
        """Return this list, else the stage where the login works on such cases, else the list of all."""
        if not self.states or state in self.states or (state is None and len(self.states) > 1):
            return self
        return self._stage_of(state) or self._query()

    def tab_of_all(self) -> str | None:
        return self.states[0] if len(self.states) == 1 else None

    def read_with(self) -> list[ORMOption]:
        return [*super().read_with(), undefer_group(ENCRYPTED), *self.reckoned()]

    def reckoned(self) -> list[ORMOption]:
        return [with_expression(self.datamodel.obj.waiting_since, since(self.datamodel.obj))]

    def claims_of(self, rows: Query, transition) -> Select:
        return keys_of(rows, Claim.id)

    def tasks(self) -> list[Task]:
        """Return one task for a stage; a list of all states has one for each state that its first move starts from."""
        states = self.waits()
        if self.states and states:
            return [self._task(gettext(self.menu_title), states)]
        titled = gettext("{programme}，{state}")
        programme = gettext(self.programme.title)
        return [
            self._task(
                titled.format(programme=programme, state=state_title(state, self.programme.code)), (state,)
            )
            for state in states
        ]

    def _task(self, title: str, states: tuple[str, ...]) -> Task:
        only = f"?state={states[0]}" if states != self.states else ""
        return Task(
            title,
            self.endpoint,
            url_for(f"{self.endpoint}.list") + only,
            *waiting.of(self.counting, self.programme.code, states),
            programme=self.programme.code,
            state=states[0],
            stage=gettext(self.waits_as) if self.waits_as else state_title(states[0], self.programme.code),
        )

    @expose("/show/<pk>")
    @has_access
    def show(self, pk):
        """Show a case on a page, or in short beside the list that asks for a fragment."""
        try:
            if "X-Fragment" in request.headers:
                return self.render_template("parts/claim_drawer.html", view=self, **self.shown(pk))
            return super().show(pk)
        except NotFound:
            if moved := self._moved_on(pk):
                return moved
            raise

    def _moved_on(self, pk: str):
        """Return the way to a case that a colleague has dealt with since the list was read; None when there is none to see."""
        number, query = key_of(self.key.type, pk), self._query()
        if not self.states or query is None or number is None:
            return None
        case = query.base_query().filter(Claim.id == number).one_or_none()
        if case is None:
            return None
        text = gettext("此件不在“{stage}”中，现在是“{state}”。下面是它现在的情况。")
        if request.method == "GET":
            flash(
                text.format(stage=gettext(self.menu_title), state=state_title(case.state, case.programme)),
                "warning",
            )
        kept = request.args.get("list")
        of = None if kept is None else self.endpoint
        return redirect(url_for(f"{query.endpoint}.show", pk=number, list=kept, of=of))

    def _stage_of(self, state: str | None) -> StageView | None:
        """Return the programme's list on which cases of a state wait for the login."""
        stages = (view for view in self.appbuilder.countings[figures.counting] if isinstance(view, StageView))
        own = (view for view in stages if view.programme is self.programme and view.states)
        return next((view for view in own if state in view.waits()), None)

    def _query(self) -> StageView | None:
        """Return the programme's list of all states, if the login may open it."""
        view = self.appbuilder.pages.get((self.programme.code, Claim))
        return view if view and may("can_show", view.class_permission_name) else None

    def show_more(self, row: Claim) -> dict:
        history = db.session.scalars(
            select(AuditEntry).where(AuditEntry.claim_id == row.id).options(NAMED).order_by(AuditEntry.id)
        ).all()
        programme = programme_for(row)
        evidence, beside = evidence_of(programme, row), around(row)
        ways = moves_of(self, row, history)
        return {
            "listed": self.listed(row),
            "papers": beside.papers,
            "others": beside.others,
            "evidence": evidence,
            "frozen": self._frozen(row),
            "history": history,
            "stops": journey(programme, row, history, beside.limits),
            "hindrance": hindrance(row, history, evidence, beside),
            "ways": ways,
            "opinion": next((way.form().opinion for _, way in ways if hasattr(way.form, "opinion")), None),
            "note": note_of(row, history),
            "edits": self._edits(row),
            "own_facts": own_facts(programme, row),
            "programme": programme,
            "account_notes": notes_of_claim(row),
            "account_correction": open_correction(db.session, row) if row.paid_itself else None,
        }

    def account_address(self, claim: Claim) -> str | None:
        """Return where another account is proposed for a person who is paid itself; None for a login that may not."""
        query = self._query()
        if not claim.paid_itself or claim.state not in UNPAID or office_of_claim(claim) != g.actor.office_id:
            return None
        if query is None or not may("can_edit", query.class_permission_name):
            return None
        return url_for(f"{query.endpoint}.account", pk=claim.id)

    def _edits(self, claim: Claim) -> bool:
        """Return whether this login may correct the claim here."""
        editable = claim.state in EDITABLE and office_of_claim(claim) == g.actor.office_id
        offered = "edit" in self.include_route_methods
        return editable and offered and may("can_edit", self.class_permission_name)

    def _frozen(self, claim: Claim) -> list[Frozen]:
        """Return the policy that the claim was submitted under, value by value."""
        programme = programme_for(claim)
        day = programme.policy_day(claim)
        if not claim.policy or day is None:
            return []
        rows = stored(db.session, programme.code, claim.office.region_code)
        return programme.policy.frozen(rows, day, claim.policy)
