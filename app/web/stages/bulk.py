"""Lists whose checked rows are moved: each move is an action of FAB that keeps the rows and leads to the dialog."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, cast

from flask import abort, g, redirect, request, url_for
from flask_appbuilder import Model
from flask_appbuilder.actions import action
from flask_appbuilder.baseviews import expose
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Query
from sqlalchemy.sql import Select

from app.engine.access.roles import AUDITOR
from app.engine.cases.claims import Claim
from app.engine.casework import batch
from app.engine.casework.batch import Batch
from app.engine.programme import Programme
from app.engine.workflow import moves
from app.engine.workflow.transition import Transition
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.kernel.text import whole_number
from app.web.crud import listing
from app.web.crud.private_queries import encrypt_query, parse_query
from app.web.crud.views import READ, ModelView
from app.web.page.waiting import Task
from app.web.stages.labels import LABELS
from app.web.wording.totals import state_counts

MOST_IDS = 10_000


def move(transition: Transition) -> Callable:
    """Return FAB's action for a bulk move; its permission is the move's name."""

    def run(self: BulkView, rows: Query):
        return self.begin(transition.name, rows)

    run.__name__ = transition.name
    return action(transition.name, transition.title, multiple=True, single=False)(run)


def keys_of(rows: Query, key: InstrumentedAttribute) -> Select:
    """Return the statement that selects the keys of a list's rows, in their order."""
    return cast(Select, rows.order_by(None).with_entities(key).order_by(key).statement)


class BulkView(ModelView):
    """A list whose checked rows, or whole filter, can be moved. A subclass says which claims its rows stand for.

    `moves` are the actions that it offers, in order, of those that it has and that its programme knows; `base_filters` say which states it shows.
    `numbered`: the column of the number by which the top bar's search finds a row, `number_title` what that number is of.
    `page_of`: the model whose rows of the programme have their page here, wherever they are named. `readers` see the list
    whatever they may do; `rights` are what roles may do on it beside its moves, which the `duty` of each transition gives.
    """

    programme: ClassVar[Programme]
    moves: tuple[str, ...] = ()
    page_of: ClassVar[type[Model] | None] = None
    numbered: ClassVar[str] = ""
    number_title: ClassVar[str] = ""
    readers: ClassVar[tuple[str, ...]] = (AUDITOR,)
    rights: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    include_route_methods: ClassVar[set[str]] = {"list", "show", "action_post"}
    label_columns = LABELS

    actions: dict[str, Any]

    def __init__(self, **kwargs):
        self.moves = tuple(name for name in self.moves if name in self.programme.transitions)
        super().__init__(**kwargs)
        for name in self.actions.keys() - set(self.moves):
            self.base_permissions.remove(name)
        self.actions = {name: self.actions[name] for name in self.moves}

    @property
    def states(self) -> tuple[str, ...]:
        """The states that the list shows; none for a list of all."""
        return next((tuple(value) for column, _, value in self.base_filters or () if column == "state"), ())

    @property
    def granted(self) -> dict[str, tuple[str, ...]]:
        """Who has the duty sees the stage and makes its moves; the view's readers see it."""
        granted = {role: [*READ, *self.rights.get(role, ())] for role in (*self.readers, *self.rights)}
        for name in self.moves:
            granted.setdefault(self.programme.transitions[name].duty, list(READ)).append(name)
        return {role: tuple(permissions) for role, permissions in granted.items()}

    def allowed_moves(self) -> list:
        """Return the moves of this view that the current login may make."""
        sm = self.appbuilder.sm
        return [
            self.programme.transitions[name]
            for name in self.moves
            if sm.has_access(name, self.class_permission_name)
        ]

    def moves_from(self, states: Collection[str] | None) -> list:
        """Return those of them that start from one of the states that rows are in; all where that isn't known."""
        return [
            move for move in self.allowed_moves() if not states or not set(states).isdisjoint(move.sources)
        ]

    def waits(self) -> tuple[str, ...]:
        """Return the states from which the login may make the first move of this list."""
        moves = self.allowed_moves()
        sources = moves[0].sources if moves else ()
        return tuple(state for state in sources if not self.states or state in self.states)

    def claims_of(self, rows: Query, transition) -> Select:
        """Return the claims that a selection of rows stands for."""
        raise NotImplementedError

    def tasks(self) -> list[Task]:
        """Return what of this list waits for a move of the current login."""
        return []

    @expose("/action_post", methods=["POST"])
    def action_post(self):
        """Run an action on the checked rows, or on the whole filter; the permission is the action's own."""
        item = self.actions.get(request.form.get("action", "")) or abort(404)
        if not self.appbuilder.sm.has_access(item.name, self.class_permission_name):
            abort(403)
        return item.func(self._selection())

    def begin(self, name: str, rows: Query):
        """Keep the selection of a move and lead to its dialog, which asks for the rest and counts."""
        return self.open_dialog(name, self.claims_of(rows, self.programme.transitions[name]), self._back())

    def open_dialog(self, name: str, wanted: Select, back: str):
        """Keep what a move is to move (a SELECT of ids), with an opinion that is already typed, and lead to its dialog.

        `back` is where its result leads.
        """
        transition = self.programme.transitions[name]
        chosen = batch.prepare(db.session, g.actor, self.programme, transition, wanted, g.today)
        chosen.view, chosen.back = self.endpoint, back
        if opinion := request.form.get("opinion", "").strip():
            chosen.params = {"opinion": without_numbers(opinion)}
        db.session.commit()
        return redirect(url_for("BatchView.confirm", batch_id=chosen.id))

    def _selection(self) -> Query:
        if request.form.get("all") == "1":
            return listing.filtered(self, parse_query(request.form.get("query", "")))[0]
        ids = [pk for text in request.form.getlist("rowid") if (pk := whole_number(text)) is not None]
        if not ids:
            raise Refused(N_("没有勾选任何记录。请先勾选要办理的行，再点击操作按钮。"))
        if len(ids) > MOST_IDS:
            raise Refused(N_("一次最多勾选{most}行。请改用“选择全部”办理整个筛选结果。"), most=MOST_IDS)
        return self.base_query().filter(self.datamodel.obj.id.in_(ids))

    def _back(self) -> str:
        query = encrypt_query(parse_query(request.form.get("query", "")))
        address = url_for(f"{self.endpoint}.list")
        filtered = f"{address}?{query}" if query else address
        return filtered if len(filtered) <= Batch.back.type.length else address


class ClaimMoves:
    """The bulk moves of claims, in the order of their way."""

    submit = move(moves.SUBMIT)
    withdraw = move(moves.WITHDRAW)
    approve = move(moves.APPROVE)
    approve_second = move(moves.APPROVE_SECOND)
    reject = move(moves.REJECT)
    return_ = move(moves.RETURN)
    publicize = move(moves.PUBLICIZE)
    pass_publicity = move(moves.PASS_PUBLICITY)
    fail_publicity = move(moves.FAIL_PUBLICITY)
    revoke = move(moves.REVOKE)
    list_ = move(moves.LIST)
    dissolve = move(moves.DISSOLVE)
    disburse = move(moves.DISBURSE)


class GroupView(ClaimMoves, BulkView):
    """Rows that each stand for many claims, tied to them by the claim's column `member`; a move is given on whole groups."""

    member: ClassVar[str]

    def claims_of(self, rows: Query, transition) -> Select:
        ids = rows.order_by(None).with_entities(self.key).subquery()
        return (
            select(Claim.id)
            .where(getattr(Claim, self.member).in_(select(ids)), Claim.state.in_(transition.sources))
            .order_by(Claim.id)
        )

    def ways(self, claims: Sequence[Claim]) -> list[Transition]:
        """Return what this login may do with a group as its claims stand, the way on last."""
        states = {claim.state for claim in claims}
        moves = [one for one in self.allowed_moves() if states & set(one.sources)]
        return sorted(moves, key=lambda one: not one.danger)

    def list_more(self, rows: Sequence) -> dict:
        return {"counts": state_counts(getattr(Claim, self.member), [row.id for row in rows])}


class ApplicationsView(GroupView):
    """Whole applications: counts by state, total of the live claims, what is paid."""

    member = "application_id"
    numbered, number_title = "number", N_("申请单")
    loads = ["employer", "payee_person", "office", "region"]
    joined = [*loads, "account"]
    search_columns = ["number", "employer", "office", "created_on"]

    def base_query(self) -> Query:
        """Return the programme's applications: those of all definitions are of one class."""
        model = self.datamodel.obj
        return super().base_query().filter(model.programme == self.programme.code)
