"""A filtered list as a workbook: at once when it is short, by a worker and with progress when it is long."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl

from flask import abort, current_app, g, jsonify, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import force_locale, get_locale, gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.engine import clock, exports
from app.engine.audit import record
from app.engine.exports import Cancelled, Export
from app.engine.scope import seeing
from app.engine.sheets import export
from app.extensions import db
from app.web import listing
from app.web.downloads import XLSX, hand_out
from app.web.sealing import parsed, sealed
from app.web.security import actor_of
from app.web.templating import show
from app.web.views import ModelView, Screen

AT_ONCE = 2_000
"""Rows that a request exports itself, in about a second."""
STEP = 1_000
log = logging.getLogger(__name__)


class ExportView(Screen, BaseView):
    """Exports belong to the person who asked; what may be exported is what the list shows."""

    route_base = "/desk/exports"
    default_view = "start"

    @expose("/start", methods=["POST"])
    def start(self):
        view, args = self._view(), parsed(request.form.get("query", ""))
        query = listing.filtered(view, args)[0]
        if len(query.order_by(None).limit(AT_ONCE + 1).with_entities(view.key).all()) <= AT_ONCE:
            stream = io.BytesIO()
            count = write(view, args, stream)
            return hand_out(stream, _title(view), subject=_title(view), after={"rows": count})
        cipher = current_app.extensions["vault"].encrypt(sealed(args))
        locale = str(get_locale())
        asked = exports.ask(db.session, g.actor.user_id, view.endpoint, _title(view), cipher, locale)
        db.session.commit()
        return redirect(url_for("ExportView.progress", export_id=asked.id), 303)

    @expose("/<export_id>")
    def progress(self, export_id):
        asked = self._own(export_id)
        view = _view_of(asked.view)
        return self.render_template("export.html", asked=asked, view=view, states=exports.STATES)

    @expose("/<export_id>/state")
    def state(self, export_id):
        asked = self._own(export_id)
        return jsonify({"state": asked.state, "done": asked.done, "total": asked.total})

    @expose("/<export_id>/file")
    def file(self, export_id):
        asked = self._own(export_id)
        if asked.content is None:
            abort(404)
        record(db.session, g.actor, "export", subject=asked.title, after={"rows": asked.done})
        content = io.BytesIO(current_app.extensions["vault"].decrypt_bytes(asked.content))
        title = asked.title
        db.session.commit()
        return send_file(content, XLSX, as_attachment=True, download_name=f"{title}.xlsx")

    @expose("/<export_id>/cancel", methods=["POST"])
    def cancel(self, export_id):
        view = self._own(export_id).view
        exports.cancel(db.session, g.actor.user_id, export_id)
        db.session.commit()
        return redirect(url_for(f"{view}.list"), 303)

    def _view(self) -> ModelView:
        """The list that the form names, when this login may open it."""
        _logged_in()
        view = _view_of(request.form.get("view", "")) or abort(404)
        if not self.appbuilder.sm.has_access("can_list", view.class_permission_name):
            abort(403)
        return view

    def _own(self, export_id: str) -> Export:
        _logged_in()
        return exports.find(db.session, g.actor.user_id, export_id[:36]) or abort(404)


def make(session: Session, export_id: str) -> None:
    """The worker's part: the list as the person who asked would see it now."""
    asked = session.get(Export, export_id)
    if asked is None or asked.state not in ("waiting", "running"):
        return
    engine = session.get_bind()
    g.actor = actor_of(current_app.appbuilder.sm.get_user_by_id(asked.user_id))
    vault = current_app.extensions["vault"]
    args = MultiDict(parse_qsl(vault.decrypt(asked.query_cipher)))
    view = _view_of(asked.view)
    try:
        with seeing(session, g.actor.scope), force_locale(asked.locale), tempfile.TemporaryFile() as file:
            total = listing.filtered(view, args)[0].order_by(None).count()
            exports.tell(engine, export_id, state="running", total=total, done=0)
            count = write(view, args, file, lambda done: exports.tell(engine, export_id, done=done))
            file.seek(0)
            exports.tell(
                engine, export_id, state="done", done=count, content=vault.encrypt_bytes(file.read())
            )
    except Cancelled:
        log.info("export %s was cancelled", export_id)
    except Exception:
        exports.tell(engine, export_id, state="failed")
        raise


def write(view: ModelView, args: MultiDict, stream, tell=lambda done: None) -> int:
    """Writes the rows that the arguments choose, as the list shows them; returns how many."""
    query = listing.filtered(view, args)[0]
    query = query.options(*listing.loads(view))
    ordering = listing.ordering(view, listing.order_of(view, args))
    rows = query.order_by(*ordering.clauses(backwards=False)).yield_per(STEP)
    today = clock.today(current_app.config, db.session)
    marked = gettext("{title} · {office} {name} {day} 导出").format(
        title=gettext(view.menu_title), office=g.actor.office_name, name=g.actor.name, day=today
    )
    headers = [view.label(column) for column in view.list_columns]
    return export(marked, headers, _lines(view, rows, tell), stream)


def _lines(view: ModelView, rows, tell) -> Iterator[list[object]]:
    for count, row in enumerate(rows, 1):
        yield [_plain(view.value(row, column)) for column in view.list_columns]
        if count % STEP == 0:
            tell(count)


def _plain(value: object) -> object:
    """A value as a workbook holds it: only numbers and dates keep their kind."""
    kept = isinstance(value, (int, Decimal, date)) and not isinstance(value, bool)
    return value if kept or value is None else str(show(value))


def _logged_in() -> None:
    if not current_user.is_authenticated:
        abort(redirect(url_for("AuthView.login")))


def _view_of(endpoint: str) -> ModelView | None:
    views = current_app.appbuilder.baseviews
    return next((v for v in views if isinstance(v, ModelView) and v.endpoint == endpoint), None)


def _title(view: ModelView) -> str:
    return gettext(view.menu_title)
