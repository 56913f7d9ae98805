"""Routes of an application's page that concern its bank account."""

from __future__ import annotations

from flask import current_app, flash, g, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine import application_accounts
from app.engine.claims import Application
from app.extensions import db
from app.kernel.errors import DomainError
from app.web.account_forms import AccountForm
from app.web.templating import translate
from app.web.translations import gettext


class AccountRoutes:
    """Routes of `ApplicationView` that take an account."""

    @expose("/account/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def account(self, pk):
        application = self.item(str(pk))
        form = account_form(application, request.form)
        problem = None
        if form.validate():
            vault = current_app.extensions["vault"]
            try:
                application_accounts.save_account(db.session, g.actor, pk, vault, form.details, form.kept_id)
                db.session.commit()
                flash(gettext("银行信息已保存。"), "success")
                return redirect(self._url(pk, "bank"))
            except DomainError as error:
                db.session.rollback()
                problem, application = translate(error.message), self.item(str(pk))
        more = {**self.show_more(application), "account_form": form, "account_problem": problem}
        return self.render_template(self.show_template, view=self, row=application, **more), 422


def account_form(application: Application, typed=None) -> AccountForm:
    """The form, filled in from the application's account, or else from the payee's last one in the office."""
    offered = application.account or application_accounts.last_account(db.session, application)
    return AccountForm(typed, application, offered)
