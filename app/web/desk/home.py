"""The home page: what waits for the person who has logged in, and that person's functions."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.extensions import fab
from app.web.crud.views import Screen
from app.web.desk.shortcuts import own
from app.web.longwork.work_pages import waiting_works
from app.web.oversight.figures import figures_of_months
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.staff import pending_duties


class HomeView(Screen, BaseView):
    """What waits for the person who has logged in, and the functions that this person has."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        facts = figures_of_months() if may("can_show", "FiguresView") else {}
        return self.render_template(
            "home.html",
            tasks=tasks(),
            waits=pending_duties.sentences(g.actor.user_id),
            works=waiting_works(),
            shortcuts=own(),
            **facts,
        )


def tasks() -> list[Task]:
    """Return what waits for a move of this login, list by list."""
    lists = (view for view in fab().baseviews if hasattr(view, "tasks"))
    return [task for view in lists for task in view.tasks()]
