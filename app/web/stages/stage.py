"""A stage of work: the claims of one programme in some states, with the moves that start there."""

from __future__ import annotations

from typing import ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder.actions import ActionItem
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.orm import Query, undefer_group
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import Select
from werkzeug.exceptions import NotFound

from app.engine.access.roles import AUDITOR
from app.engine.audit import NAMED, AuditEntry
from app.engine.cases.claims import Attachment, Claim
from app.engine.casework import batch
from app.engine.casework.batch import Batch
from app.engine.intake.applications import KINDS
from app.engine.oversight import figures
from app.engine.policy import Frozen, stored
from app.engine.programme import Programme
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.ciphers import SEALED
from app.web.crud import listing
from app.web.crud.paging import key_of
from app.web.crud.sealing import parsed, sealed
from app.web.crud.views import READ, ModelView
from app.web.page import waiting
from app.web.page.findings import latest_findings
from app.web.page.steps import steps
from app.web.page.templating import may, state_title
from app.web.page.totals import state_counts
from app.web.page.translations import gettext
from app.web.page.waiting import Task
from app.web.stages.account_changes import notes_of_claim

MOST_IDS = 10_000

LABELS = {
    "id": N_("编号"),
    "application": N_("申请单号"),
    "application.number": N_("申请单号"),
    "payee_kind": N_("补贴享受对象"),
    "payee": N_("申请人"),
    "payee.name": N_("申请人"),
    "payee_person": N_("个人申请人"),
    "mine": N_("经办人"),
    "person": N_("人员"),
    "person.name": N_("姓名"),
    "person.masked_id": N_("公民身份号码"),
    "employer": N_("单位"),
    "employer.name": N_("单位"),
    "region": N_("参保地"),
    "region.name": N_("参保地"),
    "office": N_("经办机构"),
    "office.name": N_("经办机构"),
    "category": N_("人员类别"),
    "contract_start": N_("合同开始日期"),
    "contract_end": N_("合同终止日期"),
    "amount": N_("金额（元）"),
    "state": N_("状态"),
    "submitted_on": N_("提交日期"),
    "paid_on": N_("发放日期"),
    "voucher_no": N_("凭证号"),
    "notice.number": N_("公示编号"),
    "notice.starts_on": N_("公示开始"),
    "notice.ends_on": N_("公示结束"),
    "notice": N_("公示编号"),
    "payment_list": N_("发放清单"),
    "payment_list.number": N_("发放清单"),
    "account": N_("收款账户"),
    "warned": N_("有提示"),
    "post_check": N_("付后核查"),
    "remark": N_("备注"),
    "number": N_("申请单号"),
    "created_on": N_("受理日期"),
}


class BulkView(ModelView):
    """A list whose checked rows, or whole filter, can be moved. A subclass says which claims its rows stand for."""

    programme: ClassVar[Programme]
    states: ClassVar[tuple[str, ...]] = ()
    transitions: ClassVar[tuple[str, ...]] = ()
    readers: ClassVar[tuple[str, ...]] = (AUDITOR,)
    include_route_methods: ClassVar[set[str]] = {"list", "show", "action_post"}
    label_columns = LABELS

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in self.transitions:
            transition = self.programme.transitions[name]
            self.actions[name] = ActionItem(name, transition.title, "", "", True, False, None)
            self.base_permissions.append(name)

    @property
    def granted(self) -> dict[str, tuple[str, ...]]:
        """Who has the duty sees the stage and makes its moves; the view's readers see it."""
        granted = {role: list(READ) for role in self.readers}
        for name in self.transitions:
            granted.setdefault(self.programme.transitions[name].duty, list(READ)).append(name)
        return {role: tuple(permissions) for role, permissions in granted.items()}

    def allowed_transitions(self) -> list:
        """The moves of this view that the current login may make."""
        sm = self.appbuilder.sm
        return [
            self.programme.transitions[name]
            for name in self.transitions
            if sm.has_access(name, self.class_permission_name)
        ]

    def waits(self) -> tuple[str, ...]:
        """The states from which the login may make the first move of this list."""
        moves = self.allowed_transitions()
        sources = moves[0].sources if moves else ()
        return tuple(state for state in sources if not self.states or state in self.states)

    def claims_of(self, rows: Query, transition) -> Select:
        """The claims that a selection of rows stands for."""
        raise NotImplementedError

    def tasks(self) -> list[Task]:
        """What of this list waits for a move of the current login."""
        return []

    @expose("/action_post", methods=["POST"])
    def action_post(self):
        """Keeps the selection and leads to the dialog; permission is the move's own."""
        name = request.form.get("action", "")
        if name not in self.transitions:
            abort(404)
        if not self.appbuilder.sm.has_access(name, self.class_permission_name):
            abort(403)
        transition = self.programme.transitions[name]
        chosen = batch.prepare(
            db.session, g.actor, self.programme, transition, self.claims_of(self._selection(), transition)
        )
        chosen.view, chosen.back = self.endpoint, self._back()
        db.session.commit()
        return redirect(url_for("BatchView.confirm", batch_id=chosen.id))

    def _selection(self) -> Query:
        if request.form.get("all") == "1":
            return listing.filtered(self, parsed(request.form.get("query", "")))[0]
        ids = [
            int(pk) for pk in request.form.getlist("rowid") if pk.isascii() and pk.isdigit() and len(pk) < 19
        ]
        if not ids:
            raise Refused(N_("没有勾选任何记录。请先勾选要办理的行，再点击操作按钮。"))
        if len(ids) > MOST_IDS:
            raise Refused(N_("一次最多勾选{most}行。请改用“选择全部”办理整个筛选结果。"), most=MOST_IDS)
        return self.base_query().filter(self.datamodel.obj.id.in_(ids))

    def _back(self) -> str:
        query = sealed(parsed(request.form.get("query", "")))
        address = url_for(f"{self.endpoint}.list")
        filtered = f"{address}?{query}" if query else address
        return filtered if len(filtered) <= Batch.back.type.length else address


class StageView(BulkView):
    """Claims in the view's `states`; a show page with the person's evidence and the claim's history."""

    show_template = "claim.html"
    loads = ("account",)
    joined = ("person", "employer", "application", "region", "account", "notice")
    sorts_by = {"person.name": "name"}
    label_columns = LABELS
    counting = staticmethod(figures.counting)
    search_columns = ("state", "person", "employer", "application", "office", "submitted_on")

    def base_query(self) -> Query:
        # said outright: a query of other entities (ids, sums) loses the subclass's own criterion;
        # of the subclass, for a column of Claim would bring the scope once more
        model = self.datamodel.obj
        query = super().base_query().filter(model.programme == self.programme.code)
        return query.filter(model.state.in_(self.states)) if self.states else query

    def read_with(self) -> list[ORMOption]:
        return [*super().read_with(), undefer_group(SEALED)]

    def claims_of(self, rows: Query, transition) -> Select:
        return rows.order_by(None).with_entities(Claim.id).statement.order_by(Claim.id)

    def tasks(self) -> list[Task]:
        """A stage is one task; a list of all states has one for each state that its first move starts from."""
        states = self.waits()
        if self.states and states:
            return [self._task(gettext(self.menu_title), states)]
        programme = gettext(self.programme.title)
        return [self._task(f"{programme} · {state_title(state)}", (state,)) for state in states]

    def _task(self, title: str, states: tuple[str, ...]) -> Task:
        only = f"?state={states[0]}" if states != self.states else ""
        return Task(
            title,
            url_for(f"{self.endpoint}.list") + only,
            *waiting.of(self.counting, self.programme.code, states),
        )

    @expose("/show/<pk>")
    @has_access
    def show(self, pk):
        try:
            return super().show(pk)
        except NotFound:
            if moved := self._moved_on(pk):
                return moved
            raise

    def _moved_on(self, pk: str):
        """The way to a case that a colleague has dealt with since the list was read; None when there is none to see."""
        number, query = key_of(self.key.type, pk), self._query()
        if not self.states or query is None or number is None:
            return None
        case = query.base_query().filter(Claim.id == number).one_or_none()
        if case is None:
            return None
        text = gettext("此件不在“{stage}”中，现在是“{state}”。下面是它现在的情况。")
        if request.method == "GET":
            flash(text.format(stage=gettext(self.menu_title), state=state_title(case.state)), "warning")
        return redirect(url_for(f"{query.endpoint}.show", pk=number))

    def _query(self) -> StageView | None:
        """The programme's list of all states, if the login may open it."""
        return next(
            (
                view
                for view in self.appbuilder.baseviews
                if isinstance(view, StageView)
                and view.programme is self.programme
                and not view.states
                and may("can_show", view.class_permission_name)
            ),
            None,
        )

    def show_more(self, row: Claim) -> dict:
        history = db.session.scalars(
            select(AuditEntry).where(AuditEntry.claim_id == row.id).options(NAMED).order_by(AuditEntry.id)
        ).all()
        papers = select(Attachment).where(Attachment.application_id == row.application_id)
        return {
            "papers": db.session.scalars(papers.order_by(Attachment.id)).all(),
            "paper_kinds": KINDS,
            "findings": latest_findings(self.programme, row.id),
            "frozen": self._frozen(row),
            "history": history,
            "steps": steps(row.state, history),
            "programme": self.programme,
            "account_notes": notes_of_claim(row),
        }

    def _frozen(self, claim: Claim) -> list[Frozen]:
        """The policy that the claim was submitted under, value by value."""
        day = getattr(claim, self.programme.judged["starts_on"])
        if not claim.policy or day is None:
            return []
        return self.programme.policy.frozen(stored(db.session, self.programme.code), day, claim.policy)


class GroupView(BulkView):
    """Rows that each stand for many claims, tied to them by the claim's column `member`; a move is given on whole groups."""

    member: ClassVar[str]

    def claims_of(self, rows: Query, transition) -> Select:
        ids = rows.order_by(None).with_entities(self.key).subquery()
        return (
            select(Claim.id)
            .where(getattr(Claim, self.member).in_(select(ids)), Claim.state.in_(transition.sources))
            .order_by(Claim.id)
        )

    def list_more(self, rows: list) -> dict:
        return {"counts": state_counts(getattr(Claim, self.member), [row.id for row in rows])}


class ApplicationsView(GroupView):
    """Whole applications: counts by state, total of the live claims, what is paid."""

    member = "application_id"
    loads = ("employer", "payee_person", "office", "region")
    joined = (*loads, "account")
    search_columns = ("number", "employer", "office", "created_on")
