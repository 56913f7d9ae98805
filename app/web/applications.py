"""The application screen (manual 2.1.1): employer and region, people sheet, bank details, papers, apply."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import ClassVar

from flask import abort, current_app, flash, g, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage
from wtforms import Form

from app.engine import applications, batch, clock, people, sheets
from app.engine.audit import AuditEntry, record
from app.engine.claims import Attachment, Claim, FailedRow
from app.extensions import db
from app.kernel.errors import BadValue, DomainError
from app.kernel.messages import N_
from app.registers.lookup import covered
from app.web.demo.sheets import offered
from app.web.downloads import blank, hand_out
from app.web.findings import readable
from app.web.opening import AccountForm, EmployerForm
from app.web.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.web.sheet_forms import row_form, typed_row
from app.web.stages import ApplicationsView, state_counts
from app.web.templating import translate

SHOWN = 50
MOVES = (
    "submit",
    "withdraw",
    "approve",
    "reject",
    "return",
    "publicize",
    "pass_publicity",
    "fail_publicity",
    "revoke",
    "disburse",
)
"""What can be done with all people of an application at once: two of the clerk, the reviewer's, the cashier's."""
OPEN_STATES = ("draft", "returned")


class ApplicationView(ApplicationsView):
    """The generated list of applications, whose show page is where a clerk works on one."""

    list_template = "applications.html"
    show_template = "application.html"
    opening_form: ClassVar[type[Form]] = EmployerForm
    opening_template: ClassVar[str] = "application_new.html"
    include_route_methods: ClassVar[set[str]] = {
        "list",
        "show",
        "action_post",
        "add",
        "person",
        "template",
        "check",
        "failed",
        "correct",
        "drop",
        "account",
        "attach",
        "attachment",
        "detach",
        "apply",
    }
    transitions = MOVES
    list_columns = ["number", "employer.name", "region.name", "office.name", "created_on"]
    order_columns = ["number", "created_on"]
    granted = {
        CLERK: ("can_list", "can_show", "can_add", "can_edit", "submit", "withdraw"),
        REVIEWER: ("can_list", "can_show", *MOVES[2:-1]),
        CASHIER: ("can_list", "can_show", "disburse"),
        AUDITOR: ("can_list", "can_show"),
    }

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = self.opening_form(request.form)
        problem = None
        if request.method == "POST" and form.validate():
            try:
                today = clock.today(current_app.config, db.session)
                opened = form.open(self.programme, today)
                db.session.commit()
                return redirect(self._url(opened.id))
            except DomainError as error:
                db.session.rollback()
                problem = translate(error.message)
        status = 422 if request.method == "POST" else 200
        page = self.render_template(self.opening_template, view=self, form=form, problem=problem)
        return page, status

    @expose("/person/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def person(self, pk):
        """One person typed on the screen, judged as a row of the sheet would be."""
        application = self.item(str(pk))
        form = row_form(self.programme.sheet, request.form, {})
        if request.method == "POST":
            today = clock.today(current_app.config, db.session)
            row = typed_row(self.programme.sheet, form, 0, today)
            if not row.errors:
                vault = current_app.extensions["vault"]
                report = people.check(db.session, g.actor, self.programme, pk, [row], vault, today)
                db.session.commit()
                if report.passed:
                    flash(gettext("校验通过，已加入名单。"), "success")
                    return redirect(url_for(f"{self.endpoint}.person", pk=pk))
                flash(gettext("校验未通过，原因见未通过名单。"), "warning")
                return redirect(self._url(pk, "people"))
        status = 422 if request.method == "POST" else 200
        return self.render_template("person_new.html", view=self, row=application, form=form), status

    def list_more(self, rows: list) -> dict:
        return {**super().list_more(rows), "demo_sheets": offered()}

    def show_more(self, pk: str) -> dict:
        application_id = int(pk)
        passed = select(Claim).where(Claim.application_id == application_id)
        failed = select(FailedRow).where(FailedRow.application_id == application_id)
        counts = state_counts(Claim.application_id, [application_id]).get(application_id, {})
        failed_rows = db.session.scalars(failed.order_by(FailedRow.row_no).limit(SHOWN)).all()
        vault = current_app.extensions["vault"]
        return {
            "programme": self.programme,
            "counts": counts,
            "claims": db.session.scalars(
                passed.options(selectinload(Claim.person)).order_by(Claim.id.desc()).limit(SHOWN)
            ).all(),
            "failed_count": db.session.scalar(select(func.count()).select_from(failed.subquery())),
            "failed": [
                (row, people.cells(row, vault), readable(self.programme, row.findings)) for row in failed_rows
            ],
            "shown": SHOWN,
            "account_form": AccountForm(),
            "attachments": db.session.scalars(
                select(Attachment).where(Attachment.application_id == application_id).order_by(Attachment.id)
            ).all(),
            "attachment_kinds": applications.KINDS,
            "history": db.session.scalars(
                select(AuditEntry)
                .where(AuditEntry.application_id == application_id, AuditEntry.claim_id.is_(None))
                .order_by(AuditEntry.id)
            ).all(),
            "coverage": coverage(self.item(pk).insured_region),
            "editable": self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
            and self.item(pk).office_id == g.actor.office_id,
        }

    @expose("/template")
    @has_access
    @permission_name("list")
    def template(self):
        """人员模板下载."""
        return blank(sheets.template(self.programme.sheet), gettext(self.programme.sheet.title))

    @expose("/check/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def check(self, pk):
        """人员校验: reads the sheet in a child process, judges it, stores what passed and what failed."""
        today = clock.today(current_app.config, db.session)
        rows = self._read(_uploaded("sheet"), today)
        vault = current_app.extensions["vault"]
        report = people.check(db.session, g.actor, self.programme, pk, rows, vault, today)
        db.session.commit()
        sentence = gettext("校验完成：{passed}人通过，{failed}人未通过。")
        flash(
            sentence.format(passed=report.passed, failed=report.failed),
            "warning" if report.failed else "success",
        )
        return redirect(self._url(pk, "people"))

    def _read(self, file: FileStorage, today):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            file.save(path)
            return sheets.read(self.programme.sheet, path, today=today).rows

    @expose("/failed/<int:pk>")
    @has_access
    @permission_name("edit")
    def failed(self, pk):
        """The failed rows as the same workbook, wrong cells marked, with the reasons."""
        application = self.item(str(pk))
        rows = db.session.scalars(
            select(FailedRow).where(FailedRow.application_id == application.id).order_by(FailedRow.row_no)
        ).all()
        content = io.BytesIO(sheets.marked(self.programme.sheet, (self._marked(row) for row in rows)))
        return hand_out(
            content,
            f"{application.number}-{gettext('未通过')}",
            "download",
            application_id=application.id,
            programme=self.programme.code,
            after={"failed_rows": len(rows)},
        )

    def _marked(self, row: FailedRow) -> sheets.MarkedRow:
        stops = [f for f in readable(self.programme, row.findings) if f.stops]
        return sheets.MarkedRow(
            raw=people.cells(row, current_app.extensions["vault"]),
            wrong={field for finding in stops for field in finding.fields},
            result=gettext("未通过"),
            reasons=[finding.reason for finding in stops],
        )

    @expose("/correct/<int:pk>/<int:row_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def correct(self, pk, row_id):
        """One failed row corrected on the screen and judged again."""
        application, row = self.item(str(pk)), db.session.get(FailedRow, row_id)
        if row is None or row.application_id != application.id:
            abort(404)
        vault = current_app.extensions["vault"]
        form = row_form(self.programme.sheet, request.form, people.cells(row, vault))
        if request.method == "POST":
            today = clock.today(current_app.config, db.session)
            corrected = typed_row(self.programme.sheet, form, row.row_no, today)
            people.drop_failed(db.session, g.actor, pk, [row.id])
            report = people.check(db.session, g.actor, self.programme, pk, [corrected], vault, today)
            db.session.commit()
            if report.passed:
                flash(gettext("更正后校验通过。"), "success")
            else:
                flash(gettext("更正后仍未通过，原因见未通过名单。"), "warning")
            return redirect(self._url(pk, "people"))
        findings = [f for f in readable(self.programme, row.findings) if f.stops]
        return self.render_template(
            "correct.html", view=self, row=application, failed=row, form=form, findings=findings
        )

    @expose("/drop/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def drop(self, pk):
        """Failed rows that shall not be corrected: the checked ones."""
        ids = [
            int(text)
            for text in request.form.getlist("row")
            if text.isascii() and text.isdigit() and len(text) < 19
        ]
        gone = people.drop_failed(db.session, g.actor, pk, ids)
        db.session.commit()
        flash(gettext("已移除{count}行未通过的人员。").format(count=gone), "success")
        return redirect(self._url(pk, "people"))

    @expose("/account/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def account(self, pk):
        form = AccountForm(request.form)
        if not form.validate():
            page = self.render_template(
                self.show_template,
                view=self,
                row=self.item(str(pk)),
                **{**self.show_more(str(pk)), "account_form": form},
            )
            return page, 422
        vault = current_app.extensions["vault"]
        applications.save_account(db.session, g.actor, pk, vault, **form.data)
        db.session.commit()
        flash(gettext("银行信息已保存。"), "success")
        return redirect(self._url(pk, "bank"))

    @expose("/attach/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def attach(self, pk):
        file, kind = _uploaded("file"), request.form.get("kind", "")
        if kind not in applications.KINDS:
            raise BadValue(N_("请选择附件的种类。"))
        applications.attach(
            db.session, g.actor, pk, kind, file.filename or "", file.read(applications.MOST_BYTES + 1)
        )
        db.session.commit()
        flash(gettext("附件已上传。"), "success")
        return redirect(self._url(pk, "papers"))

    @expose("/attachment/<int:pk>")
    @has_access
    @permission_name("show")
    def attachment(self, pk):
        """A paper of an application within scope, as a download: never shown as a page of ours."""
        held = db.session.get(Attachment, pk) or abort(404)
        self.item(str(held.application_id))
        record(
            db.session,
            g.actor,
            "download",
            application_id=held.application_id,
            programme=self.programme.code,
            subject=held.name,
        )
        content, name, media_type = io.BytesIO(held.content), held.name, held.media_type
        db.session.commit()
        return send_file(content, media_type, as_attachment=True, download_name=name)

    @expose("/detach/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def detach(self, pk):
        application = applications.detach(db.session, g.actor, pk)
        application_id = application.id
        db.session.commit()
        flash(gettext("附件已删除。"), "success")
        return redirect(self._url(application_id, "papers"))

    @expose("/apply/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def apply(self, pk):
        """补贴申请: all drafts of this application, through the same dialog as every move."""
        application, transition = self.item(str(pk)), self.programme.transitions["submit"]
        drafts = select(Claim.id).where(
            Claim.application_id == application.id, Claim.state.in_(transition.sources)
        )
        chosen = batch.prepare(db.session, g.actor, self.programme, transition, drafts.order_by(Claim.id))
        chosen.view, chosen.back = self.endpoint, self._url(pk)
        db.session.commit()
        return redirect(url_for("BatchView.confirm", batch_id=chosen.id))

    def _url(self, pk: int, part: str | None = None) -> str:
        return url_for(f"{self.endpoint}.show", pk=pk, _anchor=part)


def coverage(region_code: str) -> list:
    """数据截至: what the registers cover of one region, one row a register."""
    return covered(db.session, region_code)


def _uploaded(name: str) -> FileStorage:
    file = request.files.get(name)
    if file is None or not file.filename:
        raise BadValue(N_("没有选择文件。请先选择要上传的文件。"))
    return file
