"""What only the demonstration answers: its ready-made sheets, and its date that can be moved."""

from __future__ import annotations

from pathlib import Path

from flask import abort, current_app, flash, g, redirect, request, send_from_directory
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user
from sqlalchemy import func, select

from app.demo.sheets import FOLDER, OFFERED
from app.engine import clock
from app.engine.audit import record
from app.engine.cases.claims import Claim, Notice
from app.extensions import db
from app.web.crud.views import Screen
from app.web.desk.services import home_or
from app.web.wording.translations import gettext


class DemoView(Screen, BaseView):
    route_base = ""
    default_view = "sheet"

    @expose("/demo/sheets/<name>")
    def sheet(self, name):
        """Show one of the ready-made sheets, or its note."""
        if name not in dict(OFFERED):
            abort(404)
        folder = Path(current_app.config["DATA_DIR"]) / FOLDER
        return send_from_directory(folder, name, as_attachment=True)

    @expose("/desk/clock", methods=["POST"])
    def move_clock(self):
        if not current_user.is_authenticated:
            abort(403)
        days = _days_left() if "until_end" in request.form else request.form.get("days", "")
        back = redirect(home_or(request.form.get("next", "")))
        if days is None:
            flash(gettext("没有正在进行的公示。请按天数推进。"), "warning")
            return back
        if days not in map(str, range(1, 367)):
            abort(400)
        clock.move_forward(db.session, int(days))
        record(db.session, g.actor, "clock_change", after={"days": days})
        db.session.commit()
        flash(gettext("演示日期已调整。"), "success")
        return back


def _days_left() -> str | None:
    """Return the days to that after which the next publicity in scope has ended."""
    running = select(Claim.id).where(Claim.notice_id == Notice.id, Claim.state == "publicizing")
    ends = select(func.min(Notice.ends_on)).where(Notice.ends_on >= g.today, running.exists())
    end = db.session.scalar(ends)
    return None if end is None else str((end - g.today).days + 1)
