"""The query of one's cases: every state, correction of drafts and returned claims, the full id by permission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask import abort, flash, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.audit import AuditEntry, record
from app.engine.cases.accounts import number_of
from app.engine.cases.claims import Claim
from app.engine.cases.desks import office_of_claim
from app.engine.intake import applications
from app.engine.intake.check import ELSEWHERE
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.ciphers import text_of
from app.registers.models import Person
from app.web.cases import own_accounts
from app.web.cases.account_forms import CorrectionForm
from app.web.crud.conflicts import Edit
from app.web.crud.posting import version_of
from app.web.longwork.sheet_forms import RowForm, row_form
from app.web.page.addresses import page_url
from app.web.stages.stage import StageView
from app.web.wording.formats import NOTHING
from app.web.wording.titles import fact_title, field_title, written
from app.web.wording.translations import gettext

WHOLE = {"citizen_id": N_("完整公民身份号码"), "phone": N_("完整联系电话"), "account": N_("完整收款账号")}
"""What `reveal` shows in full."""


class ClaimQueryView(StageView):
    """All states; `edit` and `reveal` are permissions of their own. `account` is for programmes that pay each person."""

    menu_short = N_("查询")
    menu_icon = "search"
    include_route_methods: ClassVar[set[str]] = {
        "list",
        "show",
        "beside",
        "action_post",
        "edit",
        "reveal",
    }
    moves = ("submit", "withdraw")
    page_of = Claim
    readers = (CLERK, REVIEWER, CASHIER, AUDITOR)
    rights = {CLERK: ("can_edit",), REVIEWER: ("can_reveal",), AUDITOR: ("can_reveal",)}

    @property
    def reception(self) -> Sequence[str]:
        return self.granted[CLERK] if self.programme.flow.intake_below else ()

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        claim = self.item(pk)
        if office_of_claim(claim) != g.actor.office_id:
            raise Refused(ELSEWHERE)
        changes = (AuditEntry.event == "edit") & (AuditEntry.claim_id == claim.id)
        edit = Edit(lambda typed: self._row_form(claim, typed), changes, self._told())
        form = edit.make(request.form)
        return self.form_page(
            form,
            lambda: self._save(claim, form.row.values),
            "claim_edit.html",
            lambda: {"row": self.item(pk), "opinion": _opinion(claim), "submits": self._submits(claim)},
            edit=edit,
        )

    def _row_form(self, claim: Claim, typed: Mapping[str, str] | None = None) -> RowForm:
        """Return the row's form; what names the person stands as it is, whatever is posted."""
        current = self._held(claim)
        form = row_form(self.programme.sheet, typed, current)
        form.fixed = self.programme.fixed
        for name in self.programme.fixed:
            form[name].data, form[name].render_kw = current[name], {"readonly": True}
        if self.programme.pays_each:
            own_accounts.adapt(form, claim)
        if claim.phone_cipher and "phone" in form:
            form["phone"].description = N_("已登记，不显示；不改则留空")
        return form

    def _told(self) -> list[str]:
        """Return the fields that may be changed here and are shown: a telephone number never is."""
        account = own_accounts.SHOWN if self.programme.pays_each else ()
        own = {*self.programme.kept, "remark", *account} - {*self.programme.fixed}
        return [column.field for column in self.programme.sheet.columns if column.field in own]

    def _save(self, claim: Claim, typed: dict):
        values = {name: typed[name] for name in self._told() if name not in own_accounts.SHOWN}
        if typed.get("phone"):
            values["phone"] = typed["phone"]
        before = {name: self.programme.value(claim, name) for name in values if name != "phone"}
        pk, name = claim.id, claim.name
        applications.edit_claim(
            db.session, g.actor, self.programme, pk, version_of(request.form), values, g.vault, g.today
        )
        changed = [
            self._change(field, old, values[field]) for field, old in before.items() if old != values[field]
        ]
        if values.get("phone"):
            changed.append(gettext("联系电话"))
        if self.programme.pays_each and (account := own_accounts.save(self.item(str(pk)), typed)):
            changed.append(gettext("收款账户 尾号{last4}").format(last4=account.last4))
        saved = gettext("{name}没有改动。").format(name=name)
        if changed:
            saved = gettext("已保存{name}的修改：{changes}。").format(name=name, changes="；".join(changed))
        if request.form.get("then") == "submit" and self._submits(claim):
            flash(saved, "success")
            return self.begin("submit", self.base_query().filter(self.key == pk))
        return self.finish(page_url(self.endpoint, pk), saved)

    def _change(self, field: str, before: object, after: object) -> str:
        code = self.programme.code
        nothing = gettext("无固定期限") if field == self.programme.judged.get("ends_on") else NOTHING
        old, new = (nothing if v is None else fact_title(field, str(v), code) for v in (before, after))
        return f"{field_title(field, code)} {old} → {new}"

    def _submits(self, claim: Claim) -> bool:
        """Return whether this login may send in a returned claim from here."""
        return claim.state == "returned" and any(move.name == "submit" for move in self.allowed_moves())

    def _held(self, claim: Claim) -> dict[str, str]:
        current = {"name": claim.name, "citizen_id": claim.person.masked_id, "remark": claim.remark or ""}
        current["phone"] = ""
        if self.programme.pays_each:
            current |= own_accounts.cells(claim)
        for column in self.programme.sheet.columns:
            if column.field not in current:
                value = self.programme.value(claim, column.field)
                current[column.field] = "" if value is None else written(column, value)
        return current

    @expose("/account/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def account(self, pk):
        """Propose another account for a person who is paid itself; a reviewer signs."""
        claim = self.item(str(pk))
        if not own_accounts.correctable(claim):
            abort(404)
        form = CorrectionForm(request.form, claim.person, claim.account)
        return self.form_page(
            form,
            lambda: self.finish(page_url(self.endpoint, pk), own_accounts.propose(claim, form)),
            "claim_account.html",
            lambda: {"row": claim},
        )

    @expose("/reveal/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("reveal")
    def reveal(self, pk):
        """Show what is masked elsewhere, once, on a page that is not kept; audited."""
        claim, what = self.item(str(pk)), request.form.get("what", "citizen_id")
        title = WHOLE.get(what) or abort(404)
        full = _whole(claim, what) or abort(404)
        record(
            db.session,
            g.actor,
            "reveal",
            claim_id=claim.id,
            application_id=claim.application_id,
            programme=claim.programme,
            office_id=claim.office_id,
            after={"shown": what},
        )
        return self.reveal_page(claim, claim.person.name, full, gettext(title))


def _opinion(claim: Claim) -> AuditEntry | None:
    """Return why a returned claim was returned."""
    if claim.state != "returned":
        return None
    returned = select(AuditEntry).where(AuditEntry.claim_id == claim.id, AuditEntry.event == "return")
    return db.session.scalars(returned.order_by(AuditEntry.id.desc()).limit(1)).one_or_none()


def _whole(claim: Claim, what: str) -> str | None:
    if what == "citizen_id":
        return text_of(g.vault, claim.person, Person.id_cipher)
    if what == "phone":
        return text_of(g.vault, claim, Claim.phone_cipher)
    account = claim.paying_account
    return account and number_of(g.vault, account, claim.payee)
