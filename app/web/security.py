"""Login and permissions: FAB's security manager without the screens that let people climb (`fab.md` 7–12)."""

from __future__ import annotations

from datetime import date
from hmac import compare_digest

from flask import current_app, g, has_request_context, redirect, request, session, url_for
from flask_appbuilder.base import AppBuilder as FabAppBuilder
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.engine import clock, logins
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web import grants
from app.web.accounts import full_name, must_change, seal
from app.web.demo.users import PASSWORD, USERS
from app.web.hardening import own_path
from app.web.roles import SYSTEM
from app.web.templating import translate

UNTIL_CHANGED = ("PasswordView.change", "AuthView.logout", "DeskView.language", "static", "appbuilder.static")


class LoginForm(Form):
    username = StringField(N_("用户名"), [InputRequired(N_("请填写用户名。")), Length(max=128)])
    password = PasswordField(N_("密码"), [InputRequired(N_("请填写密码。")), Length(max=256)])


class AuthView(BaseView):
    """Login by form, logout by POST; both are audited."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self):
        if current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_index)
        form, error = LoginForm(request.form), None
        if request.method == "POST" and form.validate():
            user, error = self._try(form.username.data, form.password.data)
            if user is not None:
                return self._enter(user)
            record(db.session, anonymous(), "login_failed", subject=form.username.data)
            db.session.commit()
        known = {"demo_users": USERS, "demo_password": PASSWORD} if demo() else {}
        return self.render_template("login.html", form=form, error=error, **known), 401 if error else 200

    def _try(self, username: str, password: str) -> tuple[User | None, str]:
        """The login, or why there is none."""
        try:
            logins.reserve(db.engine, username, _address())
        except Refused as refused:
            return None, translate(refused.message)
        user = self.appbuilder.sm.auth_user_db(username, password)
        if user is None:
            return None, gettext(
                "用户名或密码不正确，或账号已停用。请核对后重试；忘记密码请联系本区县管理员。"
            )
        logins.succeed(db.engine, username, _address())
        return user, ""

    @expose("/logout/", methods=["POST"])
    def logout(self):
        if current_user.is_authenticated:
            logins.end(db.session, g.actor.user_id, token=session.get("token", ""))
            record(db.session, g.actor, "logout")
            db.session.commit()
        logout_user()
        session.clear()
        return redirect(url_for("AuthView.login"))

    def _enter(self, user: User):
        locale = session.get("locale")
        session.clear()
        session.permanent = True
        if locale:
            session["locale"] = locale
        session["seal"] = seal(user, current_app.secret_key)
        session["token"] = logins.begin(db.session, user.id, _address(), request.user_agent.string)
        login_user(user, remember=False)
        record(db.session, actor_of(user), "login")
        db.session.commit()
        return redirect(own_path(request.args.get("next", "")) or self.appbuilder.get_url_for_index)


class SecurityManager(FabSecurityManager):
    """One query a request for all permissions; only our own login view; user screens come from `app.web.users`."""

    authdbview = AuthView

    def register_views(self) -> None:
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)

    def load_user(self, pk: int) -> User | None:
        """The active login of a session that is open, unless the password has changed since it began."""
        user = super().load_user(pk)
        sealed = user and compare_digest(session.get("seal", ""), seal(user, current_app.secret_key))
        return user if sealed and logins.alive(db.session, user.id, session.get("token", "")) else None

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self.permissions_of_request()

    def permissions_of_request(self) -> frozenset[tuple[str, str]]:
        """(permission, view) of the current login; read once a request."""
        if "permissions" not in g:
            known = current_user.is_authenticated
            g.permissions = self.permissions_of(int(current_user.get_id())) if known else frozenset()
        return g.permissions

    def permissions_of(self, user_id: int) -> frozenset[tuple[str, str]]:
        """(permission, view) of a login, in one query."""
        held = grants.with_ends(select(Permission.name, ViewMenu.name).select_from(assoc_user_role))
        found = db.session.execute(
            held.join(
                assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_user_role.c.role_id
            )
            .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(assoc_user_role.c.user_id == user_id, grants.in_force(_today()))
        )
        return frozenset(tuple(row) for row in found)


class AppBuilder(FabAppBuilder):
    """Without FAB's page-history, language-by-GET and API views; ours are registered in `app.web`."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()


def anonymous() -> Actor:
    """Nobody yet: for what happens before a login."""
    return Actor(None, "—", None, "", "", _address(), Scope())


def actor_of(user: User) -> Actor:
    """The actor behind a login; a login without an office sees nothing."""
    staff = db.session.get(Staff, user.id)
    roles = grants.roles_in_force(db.session, user.id, _today())
    name = full_name(user)
    if staff is None:
        return Actor(user.id, name, None, "", "", _address(), Scope(), roles)
    scope = Scope() if SYSTEM in roles else Scope.of_office(db.session, staff.office)
    return Actor(
        user.id, name, staff.office_id, staff.office.code, staff.office.name, _address(), scope, roles
    )


def begin_request() -> None:
    """Every request starts with its actor; the session's scope is the actor's and nothing wider."""
    g.staff = db.session.get(Staff, current_user.id) if current_user.is_authenticated else None
    g.actor = actor_of(current_user) if current_user.is_authenticated else anonymous()
    db.session.info["scope"] = g.actor.scope


def demand_own_password():
    """Who was given a password, or has had one for too long, chooses an own one before anything else."""
    if g.actor.user_id is None or request.endpoint in UNTIL_CHANGED:
        return None
    if g.staff is None or not must_change(g.staff):
        return None
    return redirect(url_for("PasswordView.change"))


def _today() -> date:
    return clock.today(current_app.config, db.session)


def _address() -> str:
    return (request.remote_addr or "—") if has_request_context() else "worker"


def demo() -> bool:
    """Whether this is the demo, with its known passwords and movable date."""
    return current_app.config["DEMO"]
