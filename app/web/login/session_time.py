"""How long the session still lasts, so that a page can warn before it ends, and going on with it."""

from __future__ import annotations

from flask import g, jsonify
from flask_appbuilder.baseviews import BaseView, expose

from app.web.crud.views import Screen
from app.web.page.templating import session_left


class SessionView(Screen, BaseView):
    """Of everybody who is logged in; asking for the time is no use of the session."""

    route_base = "/session"
    default_view = "left"

    @expose("/")
    def left(self):
        return _time_left()

    @expose("/", methods=["POST"])
    def go_on(self):
        """Keep the session open, as any request does."""
        return _time_left()


def _time_left():
    """Return the time left; `longest`: whether the end comes of the session's age, so that going on doesn't put it off."""
    return jsonify(left=session_left(), longest=g.bearer.longest <= g.bearer.idle)
