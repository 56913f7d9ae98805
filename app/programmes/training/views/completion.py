"""Completion (疫情培训结业): roster out, results in, one by one by the +, complete the class, and its review."""

from __future__ import annotations

import io

from flask import flash, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.filters import FilterIn
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine import sheets
from app.engine.access.roles import CLERK
from app.extensions import db
from app.kernel.errors import BadSheet, BadValue
from app.kernel.messages import N_, Message
from app.programmes.training import PROGRAMME, completion, results
from app.programmes.training.model import TrainingClass
from app.programmes.training.results import Contradiction
from app.programmes.training.sheet import NO, RESULTS, YES
from app.programmes.training.states import COMPLETABLE
from app.programmes.training.views.base import ClassList, enrolment
from app.programmes.training.views.classes import open_dialog
from app.programmes.training.views.forms import ResultForm
from app.web.longwork.outcomes import Outcome, RowRefusal
from app.web.longwork.question_pages import waiting_for
from app.web.longwork.questions import Question, QuestionRow
from app.web.longwork.works import READ_SHEET, WorkRequest, carry_out, long_work, posted
from app.web.page.addresses import page_url
from app.web.page.downloads import hand_out, mark
from app.web.wording.formats import translate
from app.web.wording.translations import gettext


class CompletionView(ClassList):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion"
    menu_title = N_("疫情培训结业")
    menu_short = N_("结业")
    menu_icon = "check"
    show_template = "completion.html"
    base_filters = [["state", FilterIn, (*COMPLETABLE, "completion_submitted", "completed")]]
    moves = ("graduate",)
    rights = {CLERK: ("can_roster", "can_edit")}
    permission_titles = {"can_roster": N_("导出名册")}
    include_route_methods = {"list", "show", "action_post", "roster", "results", "student", "submit"}

    def show_more(self, row: TrainingClass) -> dict:
        may_edit = self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
        editable = may_edit and row.office_id == g.actor.office_id and row.state in COMPLETABLE
        waiting = waiting_for(self, row.id) if editable else {}
        return {
            **_with_warnings(super().show_more(row)),
            "editable": editable,
            "result_sheet": RESULTS,
            **waiting,
        }

    @expose("/roster/<int:pk>")
    @has_access
    def roster(self, pk):
        """未结业导出: a working file with whole citizen ids; audited."""
        row = self.item(str(pk))
        students = list(completion.roster(db.session, g.vault, row.id))
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
                return carry_out(import_results, WorkRequest(self, str(pk), file=file), row.cohort_no)
        except (BadSheet, BadValue) as error:
            return self.page_with(pk, error, "sheet")

    @expose("/student/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def student(self, pk):
        """单个结业: one student's result; `pk` is the enrolment."""
        student = enrolment(pk)
        current = {name: getattr(student, name) for name in results.FIELDS}
        current["passed"] = NO if student.passed is False else YES
        form = ResultForm(request.form, data={**current, "completed_on": student.completed_on or g.today})

        def save():
            done = completion.complete_student(db.session, g.actor, pk, form.data, g.today)
            for warning in results.warnings(db.session, [done]).get(done.id, ()):
                flash(translate(warning), "warning")
            return self.finish(page_url(self.endpoint, student.class_id))

        return self.form_page(form, save, "result_form.html", lambda: {"student": enrolment(pk)})

    @expose("/submit/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def submit(self, pk):
        """班级结业, 提交审核: this class, through the dialog of every move."""
        return open_dialog(self, self.item(str(pk)), "graduate")


@long_work("results", N_("结业导入"), permission="can_edit")
def import_results(task: WorkRequest) -> Outcome:
    """Store the results of a class, all or none; a result that was typed on the screen is asked about first."""
    pk = int(task.subject)
    content = task.read(RESULTS)
    task.progress.reach(READ_SHEET)
    taken = completion.import_results(db.session, g.actor, pk, content.rows, g.vault, g.today, task.answers)
    message = Message(N_("已导入{count}名学员的成绩。"), count=taken.changed)
    if taken.refused:
        message = Message(N_("没有导入任何成绩。请按原因更正后重新导入整个文件。"))
    lines = [RowRefusal.of(row, faults) for row, faults in taken.refused]
    question = _which_holds(taken.conflicts) if taken.conflicts else None
    return Outcome(
        message,
        f"{task.view.endpoint}.show",
        {"pk": pk},
        good=not taken.refused,
        refused=lines,
        status=422 if lines else 200,
        notes=[*taken.notes, *content.notes],
        question=question,
    )


def _which_holds(conflicts: list[Contradiction]) -> Question:
    """Return both results of every student, side by side."""
    return Question(
        Message(
            N_("有{count}名学员的成绩已在页面上登记，与表格中的不同。请选择以哪个为准。"),
            count=len(conflicts),
        ),
        headers=[N_("学号"), N_("姓名"), N_("页面上登记的"), N_("表格中的")],
        lines=[
            QuestionRow(c.key, [c.number, c.name, _in_words(c.stored), _in_words(c.new)]) for c in conflicts
        ],
        check=N_("采用表格中的成绩"),
        none=N_("全部保留页面上登记的"),
        all=N_("全部采用表格中的"),
    )


def _in_words(result: results.Result) -> str:
    """理论成绩 85.00，实操成绩 90.50，合格，ZS-1，2026-03-31."""
    scores = [
        f"{RESULTS.column(n).title} {result[n] if result[n] is not None else '—'}" for n in results.SCORES
    ]
    passed = RESULTS.column("passed").label(YES if result["passed"] else NO)
    return "，".join([*scores, passed, result["certificate_no"] or "—", str(result["completed_on"])])


class CompletionReviewView(ClassList):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/completion_review"
    menu_title = N_("结业审核")
    menu_icon = "review"
    show_template = "completion.html"
    base_filters = [["state", FilterIn, ("completion_submitted",)]]
    moves = ("approve_completion", "return_completion")

    def show_more(self, row: TrainingClass) -> dict:
        return {**_with_warnings(super().show_more(row)), "editable": False}


def _with_warnings(more: dict) -> dict:
    """Return enrolment id → what the clerk and the reviewer should look at."""
    enrolled = [student for student in more["students"] if student.state == "enrolled"]
    return {**more, "warnings": results.warnings(db.session, enrolled)}
