"""个人服务: everybody chooses and orders the functions that stand on their own home page."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.engine.desk import shortcuts
from app.extensions import db
from app.web.crud.views import Screen
from app.web.page.sidebar import Node, leaves, sidebar
from app.web.wording.translations import gettext


class ShortcutView(Screen, BaseView):
    """Offers what the login may open; of what was kept once, nothing else is shown."""

    route_base = "/desk/shortcuts"
    default_view = "edit"

    @expose("/", methods=["GET", "POST"])
    def edit(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        if request.method == "POST":
            offered = permitted()
            wanted = [view for view in dict.fromkeys(request.form.getlist("view")) if view in offered]
            shortcuts.choose(db.session, g.actor.user_id, wanted)
            return self.finish(url_for("HomeView.index"), gettext("个人服务已保存。"))
        kept = own()
        rest = [leaf for leaf in permitted().values() if leaf not in kept]
        return self.render_template("shortcuts.html", kept=kept, rest=rest)


def own() -> list[Node]:
    """Return the current login's shortcuts that it may open."""
    offered = permitted()
    return [offered[view] for view in shortcuts.chosen(db.session, g.actor.user_id) if view in offered]


def permitted() -> dict[str, Node]:
    return {leaf.key: leaf for leaf in leaves(sidebar())}
