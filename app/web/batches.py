"""The dialog of a bulk action (exact count, amount, parameters), its one run, and its result row by row."""

from __future__ import annotations

import io

from flask import abort, current_app, g, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.engine import batch, clock
from app.engine.audit import record
from app.engine.batch import Batch, BatchRow
from app.engine.claims import Claim
from app.engine.rules import FAIL, UNKNOWN
from app.engine.sheets import export
from app.extensions import db
from app.kernel.errors import BadValue
from app.web.findings import readable
from app.web.listing import SIZES
from app.web.programmes import programme_of
from app.web.roles import CASHIER, CLERK, REVIEWER
from app.web.templating import state_title, translate
from app.web.views import Screen

ROUTES = ("can_confirm", "can_run", "can_result", "can_download")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BatchView(Screen, BaseView):
    """A batch belongs to the person who prepared it; for anybody else it does not exist."""

    route_base = "/batches"
    default_view = "confirm"
    granted = dict.fromkeys((CLERK, REVIEWER, CASHIER), ROUTES)

    @expose("/<batch_id>")
    @has_access
    def confirm(self, batch_id):
        found = batch.find(db.session, g.actor, batch_id)
        if found.ran_at is not None:
            return redirect(url_for("BatchView.result", batch_id=batch_id))
        programme, transition = self._transition(found)
        today = clock.today(current_app.config, db.session)
        return self._dialog(
            found, programme, transition, transition.form(data={"start": today, "paid_on": today})
        )

    @expose("/<batch_id>/run", methods=["POST"])
    @has_access
    def run(self, batch_id):
        found = batch.find(db.session, g.actor, batch_id)
        programme, transition = self._transition(found)
        form = transition.form(request.form)
        if found.ran_at is None and not form.validate():
            return self._dialog(found, programme, transition, form), 422
        try:
            today = clock.today(current_app.config, db.session)
            batch.run(db.session, g.actor, programme, batch_id, form.data, today)
            db.session.commit()
        except BadValue as error:
            db.session.rollback()
            found = batch.find(db.session, g.actor, batch_id)
            return self._dialog(found, programme, transition, form, translate(error.message)), 422
        return redirect(url_for("BatchView.result", batch_id=batch_id))

    @expose("/<batch_id>/result")
    @has_access
    def result(self, batch_id):
        found = batch.find(db.session, g.actor, batch_id)
        programme = programme_of(found.programme)
        number = request.args.get("page", "1")
        page = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 7 else 1
        size = SIZES[-1]
        rows = db.session.execute(self._rows(found).limit(size).offset((page - 1) * size)).all()
        return self.render_template(
            "batch_result.html",
            batch=found,
            programme=programme,
            transition=programme.transitions[found.transition],
            rows=[(row, claim, self._reasons(programme, row)) for row, claim in rows],
            page=page,
            size=size,
        )

    @expose("/<batch_id>/download")
    @has_access
    def download(self, batch_id):
        found = batch.find(db.session, g.actor, batch_id)
        programme = programme_of(found.programme)
        title = gettext(programme.title) + " " + gettext(programme.transitions[found.transition].title)
        headers = [
            gettext(h) for h in ("申请单号", "姓名", "公民身份号码", "金额（元）", "结果", "当前状态", "原因")
        ]
        stream = io.BytesIO()
        rows = db.session.execute(self._rows(found)).all()
        export(title, headers, (self._line(programme, row, claim) for row, claim in rows), stream)
        stream.seek(0)
        record(
            db.session,
            g.actor,
            "export",
            programme=found.programme,
            batch_id=found.id,
            after={"rows": len(rows)},
        )
        db.session.commit()
        return send_file(
            stream, XLSX, as_attachment=True, download_name=f"{found.transition}-{found.id[:8]}.xlsx"
        )

    def _transition(self, found: Batch):
        programme = programme_of(found.programme)
        view = next((v for v in self.appbuilder.baseviews if v.endpoint == found.view), None)
        if view is None or not self.appbuilder.sm.has_access(found.transition, view.class_permission_name):
            abort(403)
        return programme, programme.transitions[found.transition]

    def _dialog(self, found, programme, transition, form, problem=None):
        return self.render_template(
            "batch_dialog.html",
            batch=found,
            programme=programme,
            transition=transition,
            form=form,
            problem=problem,
            extent=batch.extent(db.session, found),
        )

    @staticmethod
    def _rows(found: Batch):
        return (
            select(BatchRow, Claim)
            .outerjoin(Claim, Claim.id == BatchRow.claim_id)
            .where(BatchRow.batch_id == found.id)
            .options(selectinload(Claim.person), selectinload(Claim.application))
            .order_by(BatchRow.moved, BatchRow.claim_id)
        )

    @staticmethod
    def _reasons(programme, row: BatchRow) -> list[str]:
        if row.reason is None:
            return []
        stops = [f for f in row.findings or [] if f["verdict"] in (FAIL, UNKNOWN)]
        return [translate(row.reason), *(finding.reason for finding in readable(programme, stops))]

    def _line(self, programme, row: BatchRow, claim: Claim | None) -> tuple:
        done = gettext("已办理") if row.moved else gettext("未办理")
        reasons = "\n".join(self._reasons(programme, row))
        if claim is None:
            return ("", "", "", None, done, "", reasons)
        return (
            claim.application.number,
            claim.person.name,
            claim.person.masked_id,
            claim.amount,
            done,
            state_title(claim.state),
            reasons,
        )
