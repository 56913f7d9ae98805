"""Login and permissions: FAB's security manager without the screens that let people climb."""

from __future__ import annotations

from hmac import compare_digest

from flask import current_app, g, request, session
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user

from app.engine.access import demands, grants
from app.engine.access.accounts import password_digest
from app.engine.sessions import logins
from app.extensions import db
from app.programmes import installed
from app.serving import NEWER
from app.web.login.password import AuthView

WATCHING = ("SessionView.left",)
"""What a page asks by itself, which is no sign that anybody sits before it."""


class SecurityManager(FabSecurityManager):
    """One query a request for all permissions; only our own login view; user screens come from `app.web.staff.users`."""

    authdbview = AuthView

    def register_views(self) -> None:
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)

    def load_user(self, pk: int) -> User | None:
        """Return the active login of a session that is open, unless the password has changed since it began."""
        touch = request.endpoint not in WATCHING
        token = session.get("token", "")
        bearer = logins.bearer(db.session, int(pk), token, demands.met(), touch=touch)
        if bearer is None:
            return None
        user, g.staff, g.bearer = bearer.user, bearer.staff, bearer
        if installed.is_behind(bearer.signed):
            request.environ[NEWER] = bearer.signed
        unchanged = compare_digest(
            session.get("seal", ""), password_digest(user, current_app.config["SECRET_KEY"])
        )
        return user if unchanged and user.is_active else None

    def find_user(self, username: str | None = None, email: str | None = None) -> User | None:
        """Find by username only: nobody has a real address here, and a second name would be a second set of tries."""
        return super().find_user(username=username) if username else None

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self.permissions_of_request()

    def permissions_of_request(self) -> frozenset[tuple[str, str]]:
        """Return (permission, view) of the current login; read once a request."""
        if "permissions" not in g:
            known = current_user.is_authenticated
            g.permissions = self.permissions_of(int(current_user.get_id())) if known else frozenset()
        return g.permissions

    def permissions_of(self, user_id: int) -> frozenset[tuple[str, str]]:
        """Return (permission, view) of a login, in one query."""
        return grants.held_in_force(db.session, user_id, g.today)[1]
