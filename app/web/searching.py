"""Where every search card is sent: by POST, so that no log holds what was typed, and on to the list's address."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.web.sealing import sealed
from app.web.views import ModelView, Screen

OWN_FIELDS = ("csrf_token", "view")


class SearchView(Screen, BaseView):
    """Leads to a list; whether it opens is the list's own permission."""

    route_base = "/desk"
    default_view = "search"

    @expose("/search", methods=["POST"])
    def search(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        wanted = request.form.get("view", "")
        lists = (v for v in self.appbuilder.baseviews if isinstance(v, ModelView))
        view = next((v for v in lists if v.endpoint == wanted), None) or abort(404)
        typed = MultiDict((k, v) for k, v in request.form.items(multi=True) if k not in OWN_FIELDS)
        query = sealed(typed)
        return redirect(url_for(f"{view.endpoint}.list") + (f"?{query}" if query else ""), 303)
