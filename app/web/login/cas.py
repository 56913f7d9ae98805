"""Single sign-on by the CAS protocol 3, where a server is configured: login, first-time accounts, logout both ways."""

from __future__ import annotations

import secrets

from flask import abort, redirect, request, session
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.security import generate_password_hash

from app.engine.access import cas_accounts, cas_people
from app.engine.access.cas_accounts import CasAccount
from app.engine.audit import record
from app.engine.sessions import tries
from app.extensions import csrf, db
from app.kernel.errors import DomainError, Refused
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.web.login import cas_client, devices, entering
from app.web.login.actors import actor_of, anonymous
from app.web.login.password import login_page
from app.web.site.hardening import own_path
from app.web.wording.formats import translate
from app.web.wording.translations import gettext

NAMES = ("displayName", "name", "cn")
"""Attributes in which CAS servers keep a person's name."""


class CasView(BaseView):
    """The service that the CAS server knows: people come back to it with a ticket, the server tells it of logouts."""

    route_base = "/login/cas"
    default_view = "login"

    @expose("/", methods=["GET"])
    def login(self):
        """Send off to the CAS server, or take in who comes back from it. The state ties the ticket to the browser that asked for it."""
        if not cas_client.configured():
            abort(404)
        if current_user.is_authenticated:
            return redirect(own_path(request.args.get("next", "")) or self.appbuilder.get_url_for_index)
        pending = session.get("cas_asked", {})
        if request.method != "GET" or "ticket" not in request.args:
            return self._ask()
        if not pending or not secrets.compare_digest(
            pending["state"].encode(), request.args.get("state", "").encode()
        ):
            return login_page(gettext("统一认证登录已过期或不是从本页开始的。请重新点击“统一认证登录”。"))
        session.pop("cas_asked")
        try:
            ticket = request.args["ticket"]
            user = self._user(*cas_client.verified(ticket, pending["state"]))
        except DomainError as error:
            db.session.rollback()
            return login_page(translate(error.message))
        return entering.enter(user, actor_of(user), pending["target"], ticket=ticket)

    @csrf.exempt
    @expose("/", methods=["POST"])
    def end(self):
        """End a ticket's session when the server says so; knowing the ticket proves that it is the server."""
        ticket = cas_client.ended(request.form.get("logoutRequest", ""))
        if ticket is None:
            abort(400)
        if not cas_client.configured():
            abort(404)
        user_id = cas_accounts.end_session(db.session, ticket)
        if user_id is not None:
            name = db.session.get_one(User, user_id).username
            record(db.session, anonymous(), "cas_logout", subject=name, office_id=entering.office_of(name))
        db.session.commit()
        return "", 204

    def _ask(self):
        state, target = secrets.token_urlsafe(16), request.args.get("next", "")
        session["cas_asked"] = {"state": state, "target": target[:1000]}
        return redirect(cas_client.login_address(state))

    def _user(self, name: str, attributes: dict) -> User:
        """Return the account of a proven name, made without any rights when it comes for the first time."""
        user = cas_people.find_user(db.session, name)
        if user is None:
            return _provision(name, attributes)
        if not user.active:
            raise Refused(N_("账号“{name}”已停用。请联系本区县管理员。"), name=name)
        if tries.refused(db.session, devices.attempt(user.username, anonymous().address)):
            entering.note_failure(anonymous(), "login_locked", user.username)
            raise Refused(
                N_("账号“{name}”因多次输错已被锁定。请15分钟后再试，或联系区县管理员解锁。"), name=name
            )
        return user


def _provision(name: str, attributes: dict) -> User:
    """Make an account with no role, no office, and a password that nobody knows: an administrator takes the person in."""
    value = next(
        (text for key in NAMES if isinstance(text := attributes.get(key), str) and text.strip()), name
    )
    full = without_numbers(value.strip()[:60])
    user = User(username=name, last_name=full[:1], first_name=full[1:], email=f"{name}@cas", active=True)
    user.password = generate_password_hash(secrets.token_urlsafe(32))
    try:
        with db.session.begin_nested():
            db.session.add(user)
            db.session.flush()
            db.session.add(CasAccount(user_id=user.id))
            db.session.flush()
    except IntegrityError:
        raise Refused(N_("账号正在建立。请重新点击“统一认证登录”。")) from None
    record(db.session, anonymous(), "cas_provisioned", subject=name, office_id=entering.office_of(name))
    return user
