"""Who acts in a request: the actor behind a login, and what it must do before anything else."""

from __future__ import annotations

from flask import current_app, g, has_request_context, redirect, render_template, request, session, url_for
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user

from app.engine.access import grants
from app.engine.access.accounts import full_name, must_change
from app.engine.access.roles import SYSTEM
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Staff
from app.server import replica
from app.web.site import returning

UNTIL_CHANGED = (
    "PasswordView.change",
    "AuthView.logout",
    "DeskView.language",
    "SessionView.left",
    "SessionView.go_on",
    "static",
    "appbuilder.static",
)


def anonymous() -> Actor:
    """Return nobody yet: the actor of what happens before a login."""
    return Actor(None, "—", None, "", "", client_address(), Scope())


def actor_of(user: User) -> Actor:
    """Return the actor behind a login."""
    return with_permissions(user)[0]


def with_permissions(user: User) -> tuple[Actor, frozenset[tuple[str, str]]]:
    """Return the actor behind a login and what that login may; without an office nothing is seen."""
    name, staff = full_name(user), db.session.get(Staff, user.id)
    today, address = g.today, client_address()
    if staff is None:
        roles, permissions = grants.held_in_force(db.session, user.id, today)
        return Actor(user.id, name, None, "", "", address, Scope(), roles), permissions
    office = staff.office
    roles, permissions, scope = grants.standing(db.session, user.id, today, office)
    seen = Scope() if SYSTEM in roles else scope
    return Actor(user.id, name, office.id, office.code, office.name, address, seen, roles), permissions


def begin_request() -> None:
    """Give every request its actor; the session's scope is the actor's and nothing wider."""
    g.pop("today", None)
    if current_user.is_authenticated:
        g.actor, g.permissions = with_permissions(current_user)
    else:
        g.actor = anonymous()
    db.session.info["scope"] = g.actor.scope
    replica.route(db.session, db.engines)


def demand_own_password():
    """Lead who was given a password, or has had one for too long, to the page that chooses an own one."""
    if g.actor.user_id is None or request.endpoint in UNTIL_CHANGED or session.get("cas"):
        return None
    if g.get("staff") is None or not must_change(g.staff, lasting=current_app.config["DEMO"]):
        return None
    return redirect(url_for("PasswordView.change", next=returning.place()))


def demand_office():
    """Lead those whom CAS has let in and no administrator has taken in yet to the page that says so."""
    if g.actor.user_id is None or g.actor.office_id is not None or request.endpoint in UNTIL_CHANGED:
        return None
    return render_template("unassigned.html", username=current_user.username), 403


def client_address() -> str:
    """Return where the request comes from; work outside a request comes from a worker."""
    return (request.remote_addr or "—") if has_request_context() else "worker"
