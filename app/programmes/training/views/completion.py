"""Completion (疫情培训结业): roster out, results in, one by one by the +, complete the class, and its review."""

from __future__ import annotations

import io

from flask import current_app, flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext

from app.engine import clock, sheets
from app.extensions import db
from app.kernel.errors import DomainError
from app.kernel.messages import N_
from app.programmes.training import PROGRAMME, completion
from app.programmes.training.model import TrainingClass
from app.programmes.training.sheet import NO, RESULTS, YES
from app.programmes.training.states import COMPLETABLE
from app.programmes.training.views.base import Classes, enrolment
from app.programmes.training.views.classes import ask, uploaded
from app.programmes.training.views.forms import ResultForm
from app.web.downloads import hand_out
from app.web.roles import AUDITOR, CLERK
from app.web.templating import translate
from app.web.views import READ


class CompletionView(Classes):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion"
    menu_title = N_("疫情培训结业")
    show_template = "completion.html"
    states = (*COMPLETABLE, "completion_submitted", "completed")
    transitions = ("submit_completion",)
    granted = {CLERK: (*READ, "can_roster", "can_edit", "submit_completion"), AUDITOR: READ}
    include_route_methods = {"list", "show", "action_post", "roster", "results", "student", "submit"}

    def show_more(self, pk: str) -> dict:
        row = self.item(pk)
        may_edit = self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
        editable = may_edit and row.office_id == g.actor.office_id and row.state in COMPLETABLE
        return {**super().show_more(pk), "editable": editable}

    @expose("/roster/<int:pk>")
    @has_access
    def roster(self, pk):
        """未结业导出: a working file with whole citizen ids; audited."""
        row, vault = self.item(str(pk)), current_app.extensions["vault"]
        students = list(completion.roster(db.session, vault, row.id))
        suffix = gettext("未结业")
        return hand_out(
            io.BytesIO(sheets.marked(RESULTS, students)),
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
        row, vault = self.item(str(pk)), current_app.extensions["vault"]
        today = clock.today(current_app.config, db.session)
        changed, refused = completion.import_results(
            db.session, g.actor, row.id, uploaded(RESULTS), vault, today
        )
        db.session.commit()
        if refused:
            lines = [(line, [translate(fault) for fault in faults]) for line, faults in refused]
            page = self.render_template("refused_rows.html", view=self, row=row, lines=lines, done=0)
            return page, 422
        flash(gettext("已导入{count}名学员的成绩。").format(count=changed), "success")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk))

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


class CompletionReviewView(Classes):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion_review"
    menu_title = N_("结业审核")
    show_template = "completion.html"
    states = ("completion_submitted",)
    transitions = ("approve_completion", "return_completion")

    def show_more(self, pk: str) -> dict:
        return {**super().show_more(pk), "editable": False}
