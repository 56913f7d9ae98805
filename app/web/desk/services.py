"""The desk's small services: the pickers' search, the top bar's notices, the language."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from flask import abort, current_app, g, jsonify, redirect, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_login import current_user

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.sessions import shares
from app.extensions import db
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_
from app.registers.lookup import find_person, search_employers
from app.registers.organisation import Staff
from app.web.crud.views import Screen
from app.web.desk import finder
from app.web.longwork.work_pages import waiting_works
from app.web.page.waiting import tasks
from app.web.site.hardening import own_path

THEMES = ("light", "dark")


class DeskView(Screen, BaseView):
    """Small services that several screens use."""

    route_base = "/desk"
    default_view = "employers"
    granted = {
        **dict.fromkeys((REVIEWER, CASHIER, AUDITOR), ("can_employers",)),
        CLERK: ("can_employers", "can_person"),
    }
    reception = ("can_employers",)
    permission_titles = {"can_employers": N_("查找单位"), "can_person": N_("查找人员")}

    @expose("/employers")
    @has_access
    def employers(self):
        """Answer the picker: within scope, or anywhere by a whole USCC."""
        matches = search_employers(db.session, request.args.get("q", "")[:200])
        return jsonify([{"id": e.id, "name": e.name, "uscc": e.uscc, "unit_no": e.unit_no} for e in matches])

    @expose("/person", methods=["POST"])
    @has_access
    def person(self):
        """Name the bearer of a whole citizen id, by POST: what is typed stands in no address and no log."""
        typed = request.form.get("citizen_id", "")[:40]
        if not citizen_id.is_whole(typed):
            return jsonify({})
        finding = partial(find_person, db.session, typed, g.vault)
        answer = shares.look_up(db.engine, g.actor, request.endpoint, typed, finding)
        return jsonify({} if answer is None else {"name": answer.name, "masked_id": answer.masked_id})

    @expose("/find", methods=["POST"])
    def find(self):
        """Answer the top bar's search, by POST as the look-up of a person; as a page where no script asks."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        groups = finder.find(request.form.get("q", ""))
        if request.accept_mimetypes.accept_html:
            return self.render_template("results.html", groups=groups)
        return jsonify([asdict(group) for group in groups])

    @expose("/waiting")
    def waiting(self):
        """Show the top bar's notices: what waits for this login, and its long works."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        waits = [
            {
                "said": f"{task.title} {task.count:,}",
                "address": task.address,
                "view": task.view,
                "count": task.count,
            }
            for task in tasks()
            if task.count
        ]
        made = [
            {"said": f"{work['title']} · {work['state_title']}", "address": work["address"]}
            for work in waiting_works()
        ]
        return jsonify(made + waits)

    @expose("/theme", methods=["POST"])
    def theme(self):
        """Choose the light or the dark scheme, for this login from now on."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        wanted = request.form.get("theme", "")
        if wanted not in THEMES:
            abort(404)
        db.session.get_one(Staff, g.actor.user_id).theme = wanted
        db.session.commit()
        session["theme"] = wanted
        return redirect(home_or(request.form.get("next", "")))

    @expose("/language", methods=["POST"])
    def language(self):
        """Choose Chinese or English, for this browser."""
        wanted = request.form.get("language", "")
        if wanted not in current_app.config["LANGUAGES"]:
            abort(404)
        session["locale"] = wanted
        return redirect(home_or(request.form.get("next", "")))


def home_or(path: str) -> str:
    """Return a path of this site, or else the home page's."""
    return own_path(path) or url_for("HomeView.index")
