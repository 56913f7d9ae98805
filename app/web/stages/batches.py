"""The dialog of a bulk action (exact count, amount, parameters), its one run, and its result row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import timedelta

from flask import abort, g, redirect, request, url_for
from flask_appbuilder import Model
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import MultiDict

from app.engine.access.roles import CASHIER, CLERK, REVIEWER
from app.engine.cases.claims import Claim
from app.engine.casework import batch
from app.engine.casework.batch import Batch, BatchRow
from app.engine.casework.claim_moves import subject_of
from app.engine.casework.selection import whom
from app.engine.longwork import works
from app.engine.programme import Programme
from app.engine.rules import FAIL, UNKNOWN
from app.engine.sheets import export
from app.engine.workflow.effects import least_days
from app.engine.workflow.transition import Detour, Subject, Transition
from app.extensions import db, fab
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message
from app.kernel.text import whole_number
from app.programmes.installed import programme_of
from app.web.crud.listing import SIZES
from app.web.crud.views import Screen
from app.web.longwork import standing
from app.web.longwork.outcomes import Outcome
from app.web.longwork.works import WorkRequest, carry_out, long_work
from app.web.page.addresses import page_url
from app.web.page.downloads import hand_out, mark
from app.web.page.findings import readable
from app.web.stages.spans import Span, span_of
from app.web.wording.formats import translate
from app.web.wording.titles import part_values
from app.web.wording.translations import gettext

ROUTES = ("can_confirm", "can_run", "can_result", "can_download")
HEADERS = (N_("结果"), N_("当前状态"), N_("原因"))
AMOUNT = N_("金额（元）")
AHEAD = timedelta(weeks=2)
"""How much of the calendar is drawn behind the last day, for a later one may be chosen."""


class BatchView(Screen, BaseView):
    """A batch belongs to the person who prepared it; for anybody else it does not exist."""

    route_base = "/batches"
    default_view = "confirm"
    granted = dict.fromkeys((CLERK, REVIEWER, CASHIER), ROUTES)
    reception = ROUTES
    permission_titles = {
        "can_confirm": N_("批量办理"),
        "can_run": N_("批量办理"),
        "can_result": N_("查看办理结果"),
        "can_download": N_("下载办理结果"),
    }

    @expose("/<batch_id>")
    @has_access
    def confirm(self, batch_id):
        selection = batch.find(db.session, g.actor, batch_id)
        if selection.ran_at is not None:
            return redirect(url_for("BatchView.result", batch_id=batch_id))
        if work := works.under_way(db.session, fire.name, batch_id):
            return redirect(url_for("WorkView.progress", work_id=work.id))
        programme, transition = self.transition_of(selection)
        reckoned = transition.suggests(db.session, programme, g.today) if transition.suggests else {}
        form = transition.form(data={"paid_on": g.today, **reckoned, **(selection.params or {})})
        return self._dialog(selection, programme, transition, form)

    @expose("/<batch_id>/run", methods=["POST"])
    @has_access
    def run(self, batch_id):
        selection = batch.find(db.session, g.actor, batch_id)
        programme, transition = self.transition_of(selection)
        form = transition.form(request.form)
        if selection.ran_at is None and not form.validate():
            return self._dialog(selection, programme, transition, form), 422
        if selection.ran_at is not None:
            return redirect(url_for("BatchView.result", batch_id=batch_id))
        try:
            values = {name: request.form[name] for name in form._fields if name in request.form}
            title = f"{gettext(programme.title)} {gettext(transition.title)}"
            return carry_out(fire, WorkRequest(self, batch_id, json.dumps(values)), title)
        except BadValue as error:
            db.session.rollback()
            selection = batch.find(db.session, g.actor, batch_id)
            return self._dialog(selection, programme, transition, form, translate(error.message)), 422

    @expose("/<batch_id>/result")
    @has_access
    def result(self, batch_id):
        selection = batch.find(db.session, g.actor, batch_id)
        if selection.ran_at is None:
            return redirect(url_for("BatchView.confirm", batch_id=batch_id))
        programme, transition = self.transition_of(selection)
        page = max(1, whole_number(request.args.get("page"), 6) or 1)
        size = SIZES[-1]
        subject, detour = subject_of(transition), transition.detour
        standing.insist_on_rows(selection, subject, gettext(transition.title))
        rows = db.session.execute(_rows(selection, subject).limit(size).offset((page - 1) * size)).all()
        return self.render_template(
            "batch_result.html",
            batch=selection,
            programme=programme,
            transition=transition,
            counted=subject.counted,
            titles=transition.titles,
            headers=_titles(subject),
            rows=[(row, thing, _cells(subject, thing), self._reasons(programme, row)) for row, thing in rows],
            page=page,
            size=size,
            made=_made(selection, transition),
            parted=_parted(detour, detour.done, batch.detoured(db.session, selection, detour))
            if detour
            else "",
        )

    @expose("/<batch_id>/download")
    @has_access
    def download(self, batch_id):
        selection = batch.find(db.session, g.actor, batch_id)
        programme, transition = self.transition_of(selection)
        title = gettext(programme.title) + " " + gettext(transition.title)
        subject = subject_of(transition)
        standing.insist_on_rows(selection, subject, title)
        headers = [gettext(h) for h in (*_titles(subject), *HEADERS)]
        stream = io.BytesIO()
        rows = db.session.execute(_rows(selection, subject)).all()
        lines = (
            _line(subject, transition.titles, row, thing, self._reasons(programme, row))
            for row, thing in rows
        )
        export(title, headers, lines, stream, mark())
        name = f"{selection.transition}-{selection.id[:8]}"
        return hand_out(
            stream, name, programme=selection.programme, batch_id=selection.id, after={"rows": len(rows)}
        )

    def transition_of(self, selection: Batch):
        """Return (programme, transition) of a batch that the login may make."""
        programme = programme_of(selection.programme)
        view = self.appbuilder.views.get(selection.view)
        transition = programme.transition(selection.transition)
        if view is None or not self.appbuilder.sm.has_access(transition.name, view.class_permission_name):
            abort(403)
        return programme, transition

    def _dialog(self, selection, programme, transition, form, problem=None):
        subject, detour = subject_of(transition), transition.detour
        return self.render_template(
            "batch_dialog.html",
            batch=selection,
            programme=programme,
            transition=transition,
            form=form,
            problem=problem,
            advice=self._advice(programme, transition),
            span=self._span(programme, form),
            least=least_days(db.session, programme, g.today) if transition.suggests else 0,
            counted=subject.counted,
            cautions=transition.cautions(db.session, selection.id) if transition.cautions else (),
            extent=batch.extent(db.session, selection, subject),
            parted=_parted(detour, detour.sentence, batch.to_detour(db.session, selection, detour))
            if detour
            else "",
            whom=whom(db.session, selection.id, subject) if subject.counted.money else None,
        )

    @staticmethod
    def _span(programme: Programme, form) -> Span | None:
        """Return the days that a form's first and last make, with some weeks after them; None for a form that asks for none."""
        first, last = (form.data.get(name) for name in ("start", "end"))
        if not first or not last or last < first:
            return None
        try:
            return span_of(programme.flow.calendar(db.session, g.today), first, last, g.today, AHEAD)
        except BadValue:
            return None

    @staticmethod
    def _advice(programme, transition) -> str | None:
        if transition.advise is None:
            return None
        advice = transition.advise(db.session, programme, g.today)
        return advice and translate(advice)

    @staticmethod
    def _reasons(programme, row: BatchRow) -> list[str]:
        if row.reason is None:
            return []
        stops = [f for f in row.findings or [] if f["verdict"] in (FAIL, UNKNOWN)]
        return [translate(row.reason), *(finding.reason for finding in readable(programme, stops))]


def _dialog_of(_: str, batch_id: str | None) -> str:
    return url_for("BatchView.confirm", batch_id=batch_id)


@long_work("batch", N_("批量办理"), back=_dialog_of)
def fire(task: WorkRequest) -> Outcome:
    """Fire a prepared batch; where it ran already, its result stands."""
    selection = batch.find(db.session, g.actor, task.subject)
    programme, transition = task.view.transition_of(selection)
    extent = batch.extent(db.session, selection, subject_of(transition))
    task.progress.count(extent.count + extent.changed)
    form = transition.form(MultiDict(json.loads(task.arguments)))
    form.validate()
    done = batch.run(db.session, g.actor, programme, selection.id, form.data, g.today, task.progress)
    message = Message(subject_of(transition).counted.done, moved=done.moved or 0, refused=done.refused or 0)
    place = {"batch_id": selection.id}
    return Outcome(message, "BatchView.result", place, good=not done.refused, says_so_itself=True)


def _rows(selection: Batch, subject: Subject) -> Select:
    """Return a batch's rows with what each stands for, the refused first."""
    return (
        select(BatchRow, subject.model)
        .outerjoin(subject.model, subject.model.id == BatchRow.row_id)
        .where(BatchRow.batch_id == selection.id)
        .options(*(selectinload(relation) for relation in subject.loads))
        .order_by(BatchRow.moved, BatchRow.row_id)
    )


def _made(selection: Batch, transition: Transition) -> list[tuple[str, str]]:
    """Return what a batch made of its claims, by number, each with its page: notices, or payment lists."""
    if not transition.makes:
        return []
    relation = Claim.__mapper__.relationships[transition.makes]
    thing = relation.mapper.class_
    of_batch = select(BatchRow.row_id).where(BatchRow.batch_id == selection.id, BatchRow.moved.is_(True))
    wanted = select(thing).where(
        thing.id.in_(select(relation.local_remote_pairs[0][0]).where(Claim.id.in_(of_batch)))
    )
    view = fab().pages[selection.programme, thing]
    return [
        (one.number, page_url(view.endpoint, one.id)) for one in db.session.scalars(wanted.order_by(thing.id))
    ]


def _parted(detour: Detour, words: str, count: int) -> str:
    """Return what a page says of those of a batch that go, or went, elsewhere; nothing where there are none."""
    return translate(Message(words, count=count, **detour.values)) if count else ""


def _line(
    subject: Subject, titles: Mapping[str, str], row: BatchRow, thing: Model | None, reasons: list[str]
) -> tuple:
    done = gettext("已办理") if row.moved else gettext("未办理")
    state = gettext(titles[thing.state]) if thing else ""
    return *_cells(subject, thing), done, state, "\n".join(reasons)


def _titles(subject: Subject) -> tuple[str, ...]:
    """Return the columns that say which row it is, with its amount where one moves."""
    return (*subject.headers, AMOUNT) if subject.counted.money else subject.headers


def _cells(subject: Subject, thing: Model | None) -> tuple:
    columns = len(_titles(subject))
    if thing is None:
        return ("",) * columns
    number, name, *rest = thing.line()[:columns]
    parts = part_values(thing) if isinstance(thing, Claim) else []
    return number, " ".join((name or "", *parts)), *rest
