"""A filtered list as a workbook: at once when it is short, by a worker and with progress when it is long."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import cast
from urllib.parse import parse_qsl

from flask import abort, g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.engine.progress import Progress
from app.engine.sessions import shares
from app.engine.sheets import export
from app.extensions import db, fab
from app.kernel.messages import N_, Message
from app.web.crud import listing
from app.web.crud.private_queries import encrypt_query, parse_query
from app.web.crud.views import ModelView, Screen
from app.web.longwork.outcomes import Outcome
from app.web.longwork.works import WorkRequest, carry_out, long_work
from app.web.page.downloads import mark
from app.web.wording.formats import show
from app.web.wording.translations import gettext

STEP = 1_000


class ExportView(Screen, BaseView):
    """What may be exported is what the list shows."""

    route_base = "/desk/exports"
    default_view = "start"

    @expose("/start", methods=["POST"])
    def start(self):
        view, args = self._view(), parse_query(request.form.get("query", ""))
        shares.take_export(db.engine, g.actor)
        return carry_out(export_list, WorkRequest(view, "", encrypt_query(args)), gettext(view.menu_title))

    def _view(self) -> ModelView:
        """Return the list that the form names, when this login may open it."""
        if not current_user.is_authenticated:
            abort(redirect(url_for("AuthView.login")))
        view = fab().views.get(request.form.get("view", ""))
        if not isinstance(view, ModelView):
            abort(404)
        if not self.appbuilder.sm.has_access("can_list", view.class_permission_name):
            abort(403)
        return view


def _list_of(view: str, _: str | None) -> str:
    return url_for(f"{view}.list")


@long_work("export", N_("导出"), permission="can_list", back=_list_of)
def export_list(task: WorkRequest) -> Outcome:
    """Return the list as the person who asked would see it now."""
    view, args, progress = task.view, MultiDict(parse_qsl(task.arguments)), task.progress
    query = listing.filtered(view, args)[0].order_by(None)
    if progress.most is not None:
        progress.count(len(query.limit(progress.most + 1).with_entities(view.key).all()))
    else:
        progress.count(query.count())
    progress.count(write(view, args, task.content, progress))
    return Outcome(Message(N_("文件已生成，保留两天。请点击“下载”。")), f"{view.endpoint}.list")


def write(view: ModelView, args: MultiDict, stream, progress: Progress) -> int:
    """Write the rows that the arguments choose, as the list shows them; returns how many."""
    query = listing.filtered(view, args)[0]
    query = query.options(*listing.loads(view))
    ordering = listing.ordering(view, listing.order_of(view, args))
    query = query.order_by(*ordering.clauses(backwards=False)).yield_per(STEP)
    headers = [view.label(column) for column in columns_of(view)]
    # the cursor of an export that broke would be closed some day, in the midst of another transaction of its connection
    with closing(cast(Generator, iter(query))) as rows:
        return export(gettext(view.menu_title), headers, _lines(view, rows, progress), stream, mark())


def _lines(view: ModelView, rows, progress: Progress) -> Iterator[list[object]]:
    for count, row in enumerate(rows, 1):
        yield [_plain(view.value(row, column)) for column in columns_of(view)]
        if count % STEP == 0:
            progress.reach(min(1, count / max(1, progress.total)))


def columns_of(view: ModelView) -> Sequence[str]:
    """Return what a list's export holds: more than fits on the screen, where the view says so."""
    return view.export_columns or view.list_columns


def _plain(value: object) -> object:
    """Return a value as a workbook holds it: only numbers and dates keep their kind."""
    kept = isinstance(value, (int, Decimal, date)) and not isinstance(value, bool)
    return value if kept or value is None else str(show(value))
