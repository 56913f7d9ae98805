"""Routes of an application's page that concern its bank account, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from flask import abort, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.engine.cases import takings
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Claim
from app.engine.casework.paid_claims import touched
from app.engine.intake import application_accounts, correcting_accounts
from app.engine.intake.application_accounts import PayingAccount
from app.extensions import db
from app.kernel.messages import N_
from app.web.cases.account_forms import AccountForm, CorrectionForm
from app.web.stages.account_changes import account_notes, differences
from app.web.stages.bulk import ApplicationsView
from app.web.wording.translations import gettext

SAVED = N_("银行信息已保存。{bank}，尾号{last4}。")
PROPOSED = N_("账户更正已提出，审核人员签字后生效。")
TO_SIGN = N_("户名与收款人不同，已送审核人员签字；签字后账户生效，再提交。")
OTHER_HOLDER = N_("户名与收款人不同，付给证明材料所列的人。")
"""The reason that is stored for an account of somebody else on a draft."""
PREFIX = "corrected-"


class AccountRoutes(ApplicationsView):
    """Routes of `ApplicationView` that take an account."""

    @expose("/account/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def account(self, pk):
        application = self._paid_as_one(pk)
        form = account_form(application, request.form)

        def save():
            own = application_accounts.is_holder(application.payee, form.holder.data)
            if own or not application_accounts.takes_account(takings.states_of(db.session, pk)):
                saved = application_accounts.save_account(
                    db.session, g.actor, pk, g.vault, form.details, form.kept_id
                )
                return gettext(SAVED).format(bank=saved.bank_name, last4=saved.last4)
            _propose(pk, form, OTHER_HOLDER)
            return gettext(TO_SIGN)

        return self._taken(application, form, save, "account_")

    @expose("/propose_account/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def propose_account(self, pk):
        """Propose another account for what has been submitted; a reviewer signs."""
        application = self._paid_as_one(pk)
        form = correction_form(application, request.form)

        def propose():
            _propose(pk, form, form.reason.data)
            return gettext(PROPOSED)

        return self._taken(application, form, propose, "correction_")

    def _paid_as_one(self, pk: int) -> Application:
        """Return the application when it has an account of its own."""
        application = self.item(str(pk))
        return abort(404) if application.payee_kind == "each" else application

    def _taken(self, application: Application, form: AccountForm, save: Callable, what: str):
        """Save what a valid form says; else shows the page with the form and what is wrong with it."""
        pk = application.id
        return self.form_page(
            form,
            lambda: self.finish(self._url(pk, "bank"), save()),
            self.show_template,
            lambda: self.shown(pk),
            prefix=what,
        )


NO_ACCOUNT: Mapping[str, object] = {
    "accounts": (),
    "correction": None,
    "takes_account": False,
    "account_form": None,
    "account_differs": False,
    "remembered": None,
    "correction_form": None,
}
"""What a page shows where no account is the application's: each of its people has one."""


def account_facts(
    application: Application, editable: bool, states: Collection[str], paid: Sequence[PayingAccount]
) -> dict:
    """Return what the page shows: the accounts that are paid, a correction under way, and the forms that are possible."""
    if application.payee_kind == "each":
        lacking = application_accounts.without_account(db.session, application.id)
        return {**NO_ACCOUNT, "own_lacking": lacking}
    takes = editable and application_accounts.takes_account(states)
    correction = application.open_correction
    form = account_form(application) if takes else None
    own = touched(application).where(Claim.application_id == application.id)
    correctable = editable and correction is None and db.session.scalar(select(own.exists()))
    return {
        "accounts": [
            (one.account, one.people, account_notes(application.payee, one.account, one.earlier))
            for one in paid
        ],
        "correction": correction,
        "takes_account": takes,
        "account_form": form,
        "account_differs": any(_differs(application, one) for one in paid),
        "remembered": remembered(application, form),
        "correction_form": correction_form(application) if correctable else None,
    }


def _differs(application: Application, one: PayingAccount) -> bool:
    """Return whether the application's own account is another than the payee's before it."""
    if one.account is not application.account or one.earlier is None:
        return False
    return bool(differences(application.payee, one.earlier, one.account))


def remembered(application: Application, form: AccountForm | None) -> Account | None:
    """Return the payee's last account, which an application without one is submitted with if the clerk does nothing else."""
    offered = form and form.offered
    if application.account or application.open_correction or not offered:
        return None
    own = application_accounts.is_holder(application.payee, offered.holder)
    return offered if own and application_accounts.is_whole(offered) else None


def account_form(application: Application, typed: Mapping[str, str] | None = None) -> AccountForm:
    """Return the form, filled in from the application's account, or else from the payee's last one in the office."""
    offered = application.account or application_accounts.last_account(db.session, application)
    return AccountForm(typed, application.payee, offered)


def correction_form(application: Application, typed: Mapping[str, str] | None = None) -> CorrectionForm:
    """Return the form, filled in from the account that is paid to now."""
    offered = correcting_accounts.current_account(db.session, application)
    return CorrectionForm(typed, application.payee, offered, PREFIX)


def _propose(pk: int, form: AccountForm, reason: str) -> None:
    correcting_accounts.propose(
        db.session, g.actor, pk, g.vault, form.details, reason=reason, kept=form.kept_id
    )
