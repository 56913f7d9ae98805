"""The page of one long work: how far it is, what came of it, and the ways to stop it and to start it again."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from flask import abort, g, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.engine.audit import record
from app.engine.longwork import works
from app.engine.longwork.works import LongWork
from app.extensions import db, fab
from app.kernel.messages import Message
from app.registers.ciphers import bytes_of, text_of
from app.web.crud.views import Screen
from app.web.longwork import standing
from app.web.longwork.outcomes import Outcome
from app.web.longwork.works import KINDS
from app.web.page.downloads import workbook
from app.web.wording.formats import translate
from app.web.wording.translations import gettext


class WorkView(Screen, BaseView):
    """A work belongs to the person who asked for it; for anybody else it does not exist."""

    route_base = "/desk/works"
    default_view = "progress"

    @expose("/<work_id>")
    def progress(self, work_id):
        work = self._own(work_id)
        outcome = None
        open_ = work.state != "done" or standing.stands(work, *_asked_by(work))
        if open_ and (stored := text_of(g.vault, work, LongWork.outcome_cipher)) is not None:
            outcome = Outcome.from_json(stored)
        return self.render_template(
            "work.html",
            work=work,
            outcome=outcome,
            gone=None if open_ else translate(Message(standing.GONE, title=work.title)),
            states=works.STATES,
            under_way=work.state in works.UNDER_WAY,
            how_far=how_far(work),
            back=KINDS[work.kind].back(work.view, work.subject),
        )

    @expose("/<work_id>/state")
    def state(self, work_id):
        work = self._own(work_id)
        return jsonify({"state": work.state, "done": work.done, "total": work.total, "said": how_far(work)})

    @expose("/<work_id>/file")
    def file(self, work_id):
        work = self._own(work_id)
        if work.content is None:
            abort(404)
        standing.insist(work, *_asked_by(work))
        record(db.session, g.actor, "export", subject=work.title, after={"rows": work.done})
        content = BytesIO(bytes_of(g.vault, work, LongWork.content) or b"")
        title = work.title
        db.session.commit()
        return workbook(content, title)

    @expose("/<work_id>/cancel", methods=["POST"])
    def cancel(self, work_id):
        self._own(work_id)
        works.cancel(db.session, g.actor.user_id, work_id)
        db.session.commit()
        return redirect(url_for("WorkView.progress", work_id=work_id), 303)

    @expose("/<work_id>/again", methods=["POST"])
    def again(self, work_id):
        self._own(work_id)
        works.again(db.session, g.actor.user_id, work_id)
        db.session.commit()
        return redirect(url_for("WorkView.progress", work_id=work_id), 303)

    @staticmethod
    def _own(work_id: str) -> LongWork:
        if not current_user.is_authenticated:
            abort(redirect(url_for("AuthView.login", next=request.path)))
        return works.find_work(db.session, g.actor.user_id, work_id[:36]) or abort(404)


def _asked_by(work: LongWork) -> tuple[str | None, BaseView | None]:
    """Return the permission and the view that a work asks for."""
    return KINDS[work.kind].permission, fab().views.get(work.view)


def how_far(work: LongWork) -> str:
    """Return, while it runs, rows done of all, and how long the rest will take at that pace."""
    if work.state != "running" or not work.total:
        return ""
    progress = gettext("已处理约{done}行，共{total}行").format(done=f"{work.done:,}", total=f"{work.total:,}")
    if not work.done or work.started_at is None:
        return progress
    seconds = (datetime.now(UTC) - work.started_at).total_seconds()
    left = max(1, round(seconds * (work.total - work.done) / work.done))
    if left > 90:
        return progress + gettext("，还需约{minutes}分钟").format(minutes=round(left / 60))
    return progress + gettext("，还需约{seconds}秒").format(seconds=left)


def waiting_works() -> list[dict[str, str]]:
    """Return the login's works for the top bar and the to-do list of the home page."""
    return [
        {
            "title": work.title,
            "state": work.state,
            "state_title": gettext(works.STATES[work.state]),
            "said": how_far(work),
            "address": url_for("WorkView.progress", work_id=work.id),
        }
        for work in works.recent(db.session, g.actor.user_id)
    ]
