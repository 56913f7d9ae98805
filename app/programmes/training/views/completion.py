"""Completion (疫情培训结业): roster out, results in, one by one by the +, complete the class, and its review."""

from __future__ import annotations

import io

from flask import current_app, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine import clock, sheets
from app.extensions import db
from app.kernel.errors import BadSheet, BadValue, DomainError
from app.kernel.messages import N_, Message
from app.programmes.training import PROGRAMME, completion
from app.programmes.training.model import TrainingClass
from app.programmes.training.sheet import NO, RESULTS, YES
from app.programmes.training.states import COMPLETABLE
from app.programmes.training.views.base import Classes, enrolment
from app.programmes.training.views.classes import ask
from app.programmes.training.views.forms import ResultForm
from app.web.downloads import hand_out, mark
from app.web.roles import AUDITOR, CLERK
from app.web.sheet_reading import read_sheet
from app.web.templating import translate
from app.web.translations import gettext
from app.web.views import READ
from app.web.works import READ_SHEET, Outcome, RefusedRow, Task, long_work, posted, take


class CompletionView(Classes):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion"
    menu_title = N_("疫情培训结业")
    show_template = "completion.html"
    states = (*COMPLETABLE, "completion_submitted", "completed")
    transitions = ("submit_completion",)
    granted = {CLERK: (*READ, "can_roster", "can_edit", "submit_completion"), AUDITOR: READ}
    include_route_methods = {"list", "show", "action_post", "roster", "results", "student", "submit"}

    def show_more(self, row: TrainingClass) -> dict:
        may_edit = self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
        editable = may_edit and row.office_id == g.actor.office_id and row.state in COMPLETABLE
        return {**super().show_more(row), "editable": editable}

    @expose("/roster/<int:pk>")
    @has_access
    def roster(self, pk):
        """未结业导出: a working file with whole citizen ids; audited."""
        row, vault = self.item(str(pk)), current_app.extensions["vault"]
        students = list(completion.roster(db.session, vault, row.id))
        suffix = gettext("未结业")
        return hand_out(
            io.BytesIO(sheets.marked(RESULTS, students, mark())),
            f"{row.cohort_no}-{suffix}",
            programme=PROGRAMME.code,
            class_id=row.id,
            subject=row.cohort_no,
            after={"rows": len(students)},
        )

    @expose("/results/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def results(self, pk):
        """结业导入: all rows or none."""
        row = self.item(str(pk))
        try:
            with posted("sheet") as file:
                return take(import_results, Task(self, str(pk), file=file), row.cohort_no)
        except (BadSheet, BadValue) as error:
            return self.page_with(pk, error, "sheet")

    @expose("/student/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def student(self, pk):
        """单个结业: one student's result; `pk` is the enrolment."""
        student, problem = enrolment(pk), None
        today = clock.today(current_app.config, db.session)
        held = {name: getattr(student, name) for name in completion.FIELDS}
        held["passed"] = NO if student.passed is False else YES
        form = ResultForm(request.form, data={**held, "completed_on": student.completed_on or today})
        if request.method == "POST" and form.validate():
            try:
                completion.complete_student(db.session, g.actor, pk, form.data, today)
                db.session.commit()
                return redirect(url_for(f"{self.endpoint}.show", pk=student.class_id))
            except DomainError as error:
                db.session.rollback()
                problem = translate(error.message)
        page = self.render_template(
            "result_form.html", view=self, student=enrolment(pk), form=form, problem=problem
        )
        return page, 422 if request.method == "POST" else 200

    @expose("/submit/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def submit(self, pk):
        """班级结业, 提交审核: this class, through the dialog of every move."""
        return ask(self, self.item(str(pk)), "submit_completion")


@long_work("results", N_("结业导入"), permission="can_edit")
def import_results(task: Task) -> Outcome:
    """The results of a class, all or none."""
    today, pk = clock.today(current_app.config, db.session), int(task.subject)
    content = read_sheet(RESULTS, task, today)
    task.progress.reach(READ_SHEET)
    vault = current_app.extensions["vault"]
    changed, refused = completion.import_results(db.session, g.actor, pk, content.rows, vault, today)
    said = Message(N_("已导入{count}名学员的成绩。"), count=changed)
    if refused:
        said = Message(N_("没有导入任何成绩。请按原因更正后重新导入整个文件。"))
    lines = [RefusedRow.of(row, faults) for row, faults in refused]
    place, status = {"pk": pk}, 422 if refused else 200
    return Outcome(
        said,
        f"{task.view.endpoint}.show",
        place,
        good=not refused,
        refused=lines,
        status=status,
        notes=content.notes,
    )


class CompletionReviewView(Classes):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion_review"
    menu_title = N_("结业审核")
    show_template = "completion.html"
    states = ("completion_submitted",)
    transitions = ("approve_completion", "return_completion")

    def show_more(self, row: TrainingClass) -> dict:
        return {**super().show_more(row), "editable": False}
