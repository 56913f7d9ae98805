"""From a proven name to an open session, by way of the second factor where one is wanted.

Between the two nobody is logged in: the session knows who waits, and every address but the page of the code takes it
for a stranger's. Its row in the database ends by all that ends a session.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hmac import compare_digest

from flask import current_app, g, redirect, request, session, url_for
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user
from sqlalchemy import func, select

from app.engine.access import demands
from app.engine.access.accounts import password_digest
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sessions import logins, second_factor
from app.extensions import db, fab
from app.kernel.dates import SHANGHAI
from app.registers.organisation import Office, Staff
from app.web.login import devices
from app.web.site.bodies import HALF
from app.web.site.hardening import own_path


def enter(user: User, actor: Actor, target: str, *, ticket: str | None = None):
    """Open a new session in place of the browser's old one; `ticket` is CAS's, by which CAS may end it."""
    locale = session.get("locale")
    session.clear()
    session.permanent = True
    if locale:
        session["locale"] = locale
    token = logins.begin(db.session, user.id, actor.address, request.user_agent.string, ticket)
    if demands.wanted(db.session, user.id):
        session[HALF] = _half(user, token, target, bool(ticket))
        db.session.commit()
        return redirect(url_for("CodeView.ask"))
    return _open(user, actor, token, target, bool(ticket))


def waiting() -> tuple[User, dict] | None:
    """Return whose session waits for a code, and what it knows; None when none does or it has ended."""
    half = session.get(HALF)
    bearer = logins.bearer(db.session, half["user"], half["token"]) if half else None
    if half is None or bearer is None:
        return None
    user = bearer.user
    unchanged = user.active and compare_digest(
        half["seal"], password_digest(user, current_app.config["SECRET_KEY"])
    )
    return (user, half) if unchanged else None


def target() -> str:
    """Return where somebody wanted to go who waits, or has waited too long, for a code."""
    return session.get(HALF, {}).get("target", "")


def complete(user: User, actor: Actor):
    """Open the session under another token, for the code was right."""
    half = session.pop(HALF)
    token = logins.renew(db.session, user.id, half["token"])
    return _open(user, actor, token, half["target"], half["cas"])


def note_failure(actor: Actor, event: str, username: str) -> None:
    """Record in the log of the account's office, so that its administrators see it.

    A name that nobody has isn't logged: it may be a password, or an id, that slipped into the wrong field.
    """
    known = db.session.scalar(select(User.username).where(func.lower(User.username) == username.lower()))
    record(db.session, actor, event, subject=known, office_id=office_of(username))
    db.session.commit()


def office_of(username: str) -> int:
    """Return the office of an account; the province's for a name that nobody has or that lies in none."""
    own = select(Staff.office_id).join(Staff.user).where(func.lower(User.username) == username.lower())
    return db.session.scalar(own) or top_office()


def top_office() -> int:
    """Return the province's."""
    top = select(Office.id).where(Office.parent_id.is_(None)).order_by(Office.id)
    return db.session.scalars(top.limit(1)).one()


def _open(user: User, actor: Actor, token: str, target: str, by_cas: bool):
    session["seal"], session["token"] = password_digest(user, current_app.config["SECRET_KEY"]), token
    if by_cas:
        session["cas"] = True
    if (staff := db.session.get(Staff, user.id)) and staff.theme:
        session["theme"] = staff.theme
    login_user(user, remember=False)
    user.last_login = datetime.now(SHANGHAI).replace(tzinfo=None)
    office = actor.office_id or office_of(user.username)
    record(db.session, actor, "login", subject=user.username, office_id=office)
    db.session.commit()
    answer = redirect(own_path(target) or fab().get_url_for_index)
    return devices.remember(answer, user.username)


def in_cookie(user_id: int) -> bytes:
    """Return what the secret of somebody who has half logged in is bound to."""
    return f"half login\0{user_id}".encode()


def _half(user: User, token: str, target: str, by_cas: bool) -> dict:
    """Return what waits in the cookie: signed, and the secret of somebody who has none yet is encrypted too."""
    half = {"user": user.id, "seal": password_digest(user, current_app.config["SECRET_KEY"]), "token": token}
    if not second_factor.enrolled(db.session, user.id):
        ciphertext = g.vault.encrypt(second_factor.new_secret(), in_cookie(user.id))
        half["secret"] = b64encode(ciphertext).decode()
    return half | {"target": own_path(target) or "", "cas": by_cas}
