"""Login by form, logout by POST; both are audited."""

from __future__ import annotations

from flask import g, redirect, render_template, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, logout_user
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.engine.access import demands
from app.engine.audit import record
from app.engine.sessions import logins, tries
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.web.login import cas_client, devices, entering
from app.web.login.actors import actor_of, anonymous, client_address
from app.web.site.bodies import HALF
from app.web.site.hardening import own_path
from app.web.wording.formats import translate
from app.web.wording.translations import gettext


class LoginForm(Form):
    username = StringField(
        N_("用户名"),
        [InputRequired(N_("请填写用户名。")), Length(max=128)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        N_("密码"),
        [InputRequired(N_("请填写密码。")), Length(max=256)],
        render_kw={"autocomplete": "current-password"},
    )


class AuthView(BaseView):
    """Login by form, logout by POST; both are audited."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self):
        if current_user.is_authenticated:
            return redirect(own_path(request.args.get("next", "")) or self.appbuilder.get_url_for_index)
        form, error = LoginForm(request.form), None
        if request.method == "POST" and form.validate():
            user, error = self._try(form.username.data, form.password.data)
            if user is not None:
                return entering.enter(user, actor_of(user), request.args.get("next", ""))
        return login_page(error, form)

    def _try(self, username: str, password: str) -> tuple[User | None, str]:
        """Return the login, or why there is none."""
        this = devices.attempt(username, client_address())
        try:
            tries.reserve(db.engine, this)
        except Refused as refused:
            entering.note_failure(anonymous(), "login_locked", username)
            return None, translate(refused.message)
        user = self.appbuilder.sm.auth_user_db(username, password)
        if user is None:
            entering.note_failure(anonymous(), "login_failed", username)
            return None, gettext(
                "用户名或密码不正确，或账号已停用。请核对后重试；忘记密码请联系本区县管理员。"
            )
        halfway = demands.wanted(db.session, user.id)
        (tries.give_back if halfway else tries.succeed)(db.engine, this)
        return user, ""

    @expose("/logout/", methods=["POST"])
    def logout(self):
        """End the session; of one that CAS opened the CAS server is told too, which ends those of other systems."""
        by_cas = session.get("cas") or session.get(HALF, {}).get("cas")
        if current_user.is_authenticated:
            logins.end(db.session, g.actor.user_id, token=session.get("token", ""))
            record(db.session, g.actor, "logout", subject=current_user.username)
            db.session.commit()
        elif half := entering.waiting():
            logins.end(db.session, half[0].id, token=half[1]["token"])
            db.session.commit()
        logout_user()
        session.clear()
        at_cas = by_cas and cas_client.configured()
        return redirect(cas_client.logout_address() if at_cas else url_for("AuthView.login"))


def login_page(error: str | None, form: LoginForm | None = None):
    """Return the form, and why nobody has been let in."""
    facts = {"form": form or LoginForm(), "error": error, "by_cas": cas_client.configured()}
    return render_template("login.html", **facts), 401 if error else 200
