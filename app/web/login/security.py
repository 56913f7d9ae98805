"""Login and permissions: FAB's security manager without the screens that let people climb (`fab.md` 7–12)."""

from __future__ import annotations

from hmac import compare_digest

from flask import current_app, g, has_request_context, redirect, render_template, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, logout_user
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.engine.access import demands, grants
from app.engine.access.accounts import full_name, must_change, password_digest
from app.engine.access.roles import SYSTEM
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.scope import Scope
from app.engine.sessions import logins, tries
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.server import replica
from app.web.login import cas_client, devices, entering
from app.web.page.templating import translate
from app.web.page.translations import gettext
from app.web.site import returning
from app.web.site.bodies import HALF
from app.web.site.hardening import own_path

WATCHING = ("SessionView.left",)
"""What a page asks by itself, which is no sign that anybody sits before it."""
UNTIL_CHANGED = (
    "PasswordView.change",
    "AuthView.logout",
    "DeskView.language",
    "SessionView.left",
    "SessionView.go_on",
    "static",
    "appbuilder.static",
)


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
            return redirect(own_path(request.args.get("next", "")) or self.appbuilder.get_url_for_index)
        form, error = LoginForm(request.form), None
        if request.method == "POST" and form.validate():
            user, error = self._try(form.username.data, form.password.data)
            if user is not None:
                return entering.enter(user, actor_of(user), request.args.get("next", ""))
        return login_page(error, form)

    def _try(self, username: str, password: str) -> tuple[User | None, str]:
        """The login, or why there is none."""
        this = devices.attempt(username, _address())
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
        """Of a session that CAS opened the CAS server is told too, which ends those of other systems."""
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
        told = by_cas and cas_client.configured()
        return redirect(cas_client.logout_address() if told else url_for("AuthView.login"))


class SecurityManager(FabSecurityManager):
    """One query a request for all permissions; only our own login view; user screens come from `app.web.staff.users`."""

    authdbview = AuthView

    def register_views(self) -> None:
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)

    def load_user(self, pk: int) -> User | None:
        """The active login of a session that is open, unless the password has changed since it began."""
        touch = request.endpoint not in WATCHING
        token = session.get("token", "")
        found = logins.bearer(db.session, int(pk), token, demands.met(), touch=touch)
        if found is None:
            return None
        user, g.staff, g.bearer = found.user, found.staff, found
        unchanged = compare_digest(session.get("seal", ""), password_digest(user, current_app.secret_key))
        return user if unchanged and user.is_active else None

    def find_user(self, username: str | None = None, email: str | None = None) -> User | None:
        """By username only: nobody has a real address here, and a second name would be a second set of tries."""
        return super().find_user(username=username) if username else None

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
        return grants.held_in_force(db.session, user_id, g.today)[1]


def anonymous() -> Actor:
    """Nobody yet: for what happens before a login."""
    return Actor(None, "—", None, "", "", _address(), Scope())


def actor_of(user: User) -> Actor:
    """The actor behind a login."""
    return _with_permissions(user)[0]


def _with_permissions(user: User) -> tuple[Actor, frozenset[tuple[str, str]]]:
    """The actor behind a login and what that login may; without an office nothing is seen."""
    name, today, staff = full_name(user), g.today, db.session.get(Staff, user.id)
    if staff is None:
        roles, permissions = grants.held_in_force(db.session, user.id, today)
        return Actor(user.id, name, None, "", "", _address(), Scope(), roles), permissions
    office = staff.office
    roles, permissions, scope = grants.standing(db.session, user.id, today, office)
    seen = Scope() if SYSTEM in roles else scope
    return Actor(user.id, name, office.id, office.code, office.name, _address(), seen, roles), permissions


def begin_request() -> None:
    """Every request starts with its actor; the session's scope is the actor's and nothing wider."""
    g.pop("today", None)
    if current_user.is_authenticated:
        g.actor, g.permissions = _with_permissions(current_user)
    else:
        g.actor = anonymous()
    db.session.info["scope"] = g.actor.scope
    replica.route(db.session, db.engines)


def demand_own_password():
    """Who was given a password, or has had one for too long, chooses an own one before anything else."""
    if g.actor.user_id is None or request.endpoint in UNTIL_CHANGED or session.get("cas"):
        return None
    if g.get("staff") is None or not must_change(g.staff, lasting=current_app.config["DEMO"]):
        return None
    return redirect(url_for("PasswordView.change", next=returning.place()))


def demand_office():
    """Whom CAS has let in and no administrator has taken in yet reaches nothing but the page that says so."""
    if g.actor.user_id is None or g.actor.office_id is not None or request.endpoint in UNTIL_CHANGED:
        return None
    return render_template("unassigned.html", username=current_user.username), 403


def login_page(error: str | None, form: LoginForm | None = None):
    """The form, and why nobody has been let in."""
    facts = {"form": form or LoginForm(), "error": error, "by_cas": cas_client.configured()}
    return render_template("login.html", **facts), 401 if error else 200


def _address() -> str:
    return (request.remote_addr or "—") if has_request_context() else "worker"
