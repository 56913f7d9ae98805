"""收款账户更正: what clerks propose and may withdraw, and reviewers sign; who proposed an account never signs for it."""

from __future__ import annotations

from collections.abc import Collection

from flask import g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Numeric, Select, func, literal, select
from sqlalchemy.orm import joinedload
from wtforms import Form, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.audit import record
from app.engine.cases.account_corrections import STATES, AccountCorrection
from app.engine.cases.accounts import number_of
from app.engine.cases.claims import Claim
from app.engine.casework.paid_claims import left_on_lists, touched
from app.engine.intake import correcting_accounts
from app.engine.intake.application_accounts import is_holder, present_accounts
from app.extensions import db
from app.kernel.messages import N_
from app.web.crud.options import options
from app.web.crud.views import READ, ModelView
from app.web.page import waiting
from app.web.page.addresses import page_url
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.stages.account_changes import differences
from app.web.wording.titles import user_title
from app.web.wording.translations import gettext

SHOWN = 50
KIND = AccountCorrection.__tablename__
SIGNED, REFUSED = N_("已签字，账户更正生效。"), N_("已驳回，账户不变。")


class SignatureForm(Form):
    outcome = RadioField(
        N_("处理结果"),
        [InputRequired(N_("请选择处理结果。"))],
        choices=options([("signed", N_("签字，账户更正生效")), ("refused", N_("驳回，账户不变"))]),
    )
    opinion = TextAreaField(N_("处理意见"), [Length(max=500)])

    def validate_opinion(self, field: TextAreaField) -> None:
        if self.outcome.data == "refused" and not (field.data or "").strip():
            raise ValidationError(N_("驳回时请填写处理意见。"))


def _counting(states: Collection[str]) -> Select:
    """Return corrections that somebody else proposed, by state; a correction as such costs nothing."""
    others = AccountCorrection.proposed_by != g.actor.user_id
    counted = select(literal(KIND), AccountCorrection.state, func.count(), literal(0, Numeric(12, 2)))
    return counted.where(AccountCorrection.state.in_(states), others).group_by(AccountCorrection.state)


class AccountCorrectionView(ModelView):
    datamodel = SQLAInterface(AccountCorrection)
    route_base = "/account_corrections"
    menu = (N_("业务经办"),)
    menu_title = N_("收款账户更正")
    menu_icon = "undo"
    include_route_methods = {"list", "show", "sign", "withdraw", "reveal"}
    show_template = "account_correction.html"
    granted = {
        CLERK: (*READ, "can_withdraw"),
        REVIEWER: (*READ, "can_sign", "can_reveal"),
        CASHIER: READ,
        AUDITOR: (*READ, "can_reveal"),
    }
    permission_titles = {"can_sign": N_("签字更正账户"), "can_withdraw": N_("撤回账户更正")}
    choices = {"state": STATES}
    loads = ["employer", "person", "account", "application", "office"]
    joined = [*loads, "paper"]
    label_columns = {
        "payee.name": N_("收款人"),
        "account": N_("更正为"),
        "application.number": N_("申请单号"),
        "reason": N_("更正原因"),
        "state": N_("状态"),
        "proposed_at": N_("提出时间"),
        "decided_at": N_("处理时间"),
        "opinion": N_("处理意见"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
    }
    list_columns = ["payee.name", "account", "reason", "state", "proposed_at", "decided_at", "office.name"]
    show_columns = list_columns
    counting = staticmethod(_counting)
    search_columns = ["state", "office", "proposed_at"]
    order_columns = ["proposed_at", "decided_at"]

    def tasks(self) -> list[Task]:
        """Return what waits for a signature of this login."""
        if not (states := self.waits()):
            return []
        address = url_for(f"{self.endpoint}.list", state="open")
        count, _ = waiting.of(self.counting, KIND, states)
        return [Task(gettext("收款账户更正待签字"), self.endpoint, address, count, None, gettext("件"))]

    def waits(self) -> tuple[str, ...]:
        """Return the states in which this login may sign."""
        return ("open",) if may("can_sign", self.class_permission_name) else ()

    def show_more(self, row: AccountCorrection) -> dict:
        claims, left = touched(row), left_on_lists(row)
        sums = claims.with_only_columns(func.count(Claim.id), func.coalesce(func.sum(Claim.amount), 0))
        loads = [joinedload(Claim.person), joinedload(Claim.application), joinedload(Claim.account)]
        return {
            "form": SignatureForm(),
            "extent": db.session.execute(sums).one(),
            "claims": db.session.scalars(claims.options(*loads).order_by(Claim.id).limit(SHOWN)).all(),
            "shown": SHOWN,
            "left": db.session.execute(left.order_by(Claim.id)).all(),
            "paying": [
                (account, differences(row.payee, account, row.account))
                for account in present_accounts(db.session, row)
                if account.id != row.account_id
            ],
            "other_holder": not is_holder(row.payee, row.account.holder),
            "names": _names(row),
            "own": row.proposed_by == g.actor.user_id,
        }

    @expose("/sign/<int:pk>", methods=["POST"])
    @has_access
    def sign(self, pk):
        self.item(str(pk))
        form = SignatureForm(request.form)

        def save():
            signs = form.outcome.data == "signed"
            correcting_accounts.decide(db.session, g.actor, pk, signs, form.opinion.data or "")
            return self.finish(page_url(self.endpoint, pk), gettext(SIGNED if signs else REFUSED))

        return self.form_page(form, save, self.show_template, lambda: self.shown(pk))

    @expose("/withdraw/<int:pk>", methods=["POST"])
    @has_access
    def withdraw(self, pk):
        """Withdraw the proposer's own, while nobody has signed or refused it."""
        row = self.item(str(pk))
        correcting_accounts.withdraw(db.session, g.actor, row.id)
        return self.finish(page_url(self.endpoint, pk), gettext("账户更正已撤回，账户不变。"))

    @expose("/reveal/<int:pk>", methods=["POST"])
    @has_access
    def reveal(self, pk):
        """Show the whole proposed number, to be compared with the papers, on a page that is not kept; audited."""
        row = self.item(str(pk))
        full = number_of(g.vault, row.account, row.payee)
        facts = {"application_id": row.application_id, "programme": row.application.programme}
        record(
            db.session,
            g.actor,
            "reveal",
            office_id=row.office_id,
            **facts,
            after={"shown": "account", "correction_id": row.id},
        )
        return self.reveal_page(row, row.account.holder, full, gettext("完整收款账号"))


def _names(row: AccountCorrection) -> dict[int, str]:
    """Return who proposed and who decided, by id."""
    ids = [id_ for id_ in (row.proposed_by, row.decided_by) if id_]
    return {user.id: user_title(user) for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
