"""Where every search card is sent: by POST, so that no log holds what was typed, and on to the list's address."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.engine.desk import searches
from app.extensions import db
from app.web.crud.private_queries import encrypt_query
from app.web.crud.views import ModelView, Screen
from app.web.wording.translations import gettext

OWN_FIELDS = ("csrf_token", "view", "keep_as")
LONGEST = 1500
"""Characters of a query string; gunicorn and proxies refuse addresses of more than about 4,000."""


class SearchView(Screen, BaseView):
    """Leads to a list; whether it opens is the list's own permission."""

    route_base = "/desk"
    default_view = "search"

    @expose("/search", methods=["POST"])
    def search(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        endpoint = self._list()
        typed = [(k, v) for k, v in request.form.items(multi=True) if k not in OWN_FIELDS and v.strip()]
        query, name = encrypt_query(MultiDict(typed)), request.form.get("keep_as", "").strip()[:40] or None
        if name or len(query) > LONGEST:
            kept = searches.keep(db.session, g.vault, g.actor.user_id, endpoint, urlencode(typed), name)
            db.session.commit()
            query = urlencode({"search": kept})
            if name:
                flash(gettext("查询条件已保存。"), "success")
        return redirect(url_for(f"{endpoint}.list") + (f"?{query}" if query else ""), 303)

    @expose("/search/drop", methods=["POST"])
    def drop(self):
        """Forget one of the person's own kept searches."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        endpoint = self._list()
        if searches.drop(db.session, g.actor.user_id, request.form.get("search", "")[:36]):
            flash(gettext("已删除保存的查询条件。"), "success")
        db.session.commit()
        return redirect(url_for(f"{endpoint}.list"), 303)

    def _list(self) -> str:
        """Return the endpoint of the list that a form names."""
        wanted = request.form.get("view", "")
        return wanted if isinstance(self.appbuilder.views.get(wanted), ModelView) else abort(404)
