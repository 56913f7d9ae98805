"""The people of an application (人员名单): by sheet or one by one, what did not pass and its correction."""

from __future__ import annotations

import io

from flask import g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.engine import sheets
from app.engine.cases.claims import FailedRow
from app.engine.intake.absentees import Absentee, absentees, leave_out
from app.engine.intake.check import check_people
from app.extensions import db
from app.kernel.errors import BadSheet, BadValue, Refused
from app.kernel.messages import N_, Message
from app.web.longwork.outcomes import Outcome
from app.web.longwork.questions import QuestionRow, what_was_chosen, who_stays
from app.web.longwork.sheet_forms import row_form
from app.web.longwork.works import WorkRequest, carry_out, long_work, posted, uploaded
from app.web.page.downloads import blank, hand_out, mark
from app.web.page.findings import cells_of, readable
from app.web.stages.bulk import ApplicationsView
from app.web.wording.translations import gettext


class PeopleRoutes(ApplicationsView):
    """Routes of `ApplicationView` that take people in."""

    @expose("/person/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def person(self, pk):
        """Take one person typed on the screen, judged as a row of the sheet would be."""
        application = self.item(str(pk))
        form = row_form(self.programme.sheet, request.form, {})

        def save():
            report = check_people(db.session, g.actor, self.programme, pk, [form.row], g.vault, g.today)
            if report.passed:
                return self.finish(
                    url_for(f"{self.endpoint}.person", pk=pk), gettext("校验通过，已加入名单。")
                )
            return self.finish(self._url(pk, "people"), gettext("校验未通过，原因见未通过名单。"), "warning")

        return self.form_page(form, save, "person_new.html", lambda: {"row": application})

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
        application = self.item(str(pk))
        try:
            with posted("sheet") as file:
                task = WorkRequest(self, str(pk), file=file, name=uploaded("sheet").filename or "")
                return carry_out(check_sheet, task, application.number)
        except (BadSheet, BadValue, Refused) as error:
            return self.page_with(pk, error, "sheet")

    @expose("/failed/<int:pk>")
    @has_access
    @permission_name("edit")
    def failed(self, pk):
        """Hand out the failed rows as the same workbook, wrong cells marked, with the reasons."""
        application = self.item(str(pk))
        rows = db.session.scalars(
            select(FailedRow).where(FailedRow.application_id == application.id).order_by(FailedRow.row_no)
        ).all()
        lines = (self._marked(row) for row in rows)
        content = io.BytesIO(sheets.marked(self.programme.sheet, lines, mark()))
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
            raw=cells_of(row),
            wrong={field for finding in stops for field in finding.fields},
            result=gettext("未通过"),
            reasons=[finding.reason for finding in stops],
        )


@long_work("check", N_("人员校验"), permission="can_edit")
def check_sheet(task: WorkRequest) -> Outcome:
    """Read and judge a people sheet; one that lacks people of the former list is asked about first."""
    view, pk = task.view, int(task.subject)
    content = task.read(view.programme.sheet)
    rows, vault = content.rows, g.vault
    given, place = task.answers, {"pk": pk, "_anchor": "people"}
    gone = [] if content.corrects else absentees(db.session, g.actor, view.programme, pk, rows, vault)
    if any(one.key not in given for one in gone):
        question = who_stays([_line(one) for one in gone], [N_("校验结果")])
        return Outcome(question.sentence, f"{view.endpoint}.show", place, good=False, question=question)
    out = leave_out(db.session, g.actor, pk, [one.key for one in gone if given[one.key]])
    report = check_people(
        db.session,
        g.actor,
        view.programme,
        pk,
        rows,
        vault,
        g.today,
        task.progress,
        source=task.name or gettext(view.programme.sheet.title),
    )
    message = Message(
        N_("校验完成：{passed}人通过，{failed}人未通过。"), passed=report.passed, failed=report.failed
    )
    notes = [*what_was_chosen(len(gone), out), *content.notes]
    return Outcome(message, f"{view.endpoint}.show", place, good=not report.failed, notes=notes)


def _line(one: Absentee) -> QuestionRow:
    name = f"{one.name} {gettext(one.part)}" if one.part else one.name
    return QuestionRow(
        one.key, [name, one.masked_id, gettext("校验通过") if one.passed else gettext("未通过")]
    )
