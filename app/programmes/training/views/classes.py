"""Class opening (网络疫情培训开班) and its review."""

from __future__ import annotations

from functools import partial

from flask import current_app, g, jsonify, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.filters import FilterIn
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from itsdangerous import BadData, URLSafeSerializer

from app.engine import sheets
from app.engine.access.roles import AUDITOR, CLERK, REVIEWER
from app.engine.audit import AuditEntry
from app.engine.sessions import shares
from app.extensions import db
from app.kernel.dates import parse_date
from app.kernel.errors import BadSheet, BadValue
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_, Message
from app.programmes.training import PROGRAMME
from app.programmes.training.classes import editing
from app.programmes.training.classes.discarding import discard_class
from app.programmes.training.classes.roll import absent_students, withdraw_students
from app.programmes.training.model import TrainingClass
from app.programmes.training.sheet import STUDENTS
from app.programmes.training.states import EDITABLE
from app.programmes.training.views.base import ClassList, enrolment
from app.programmes.training.views.contacts import Reachable
from app.programmes.training.views.forms import FIELDS, ClassForm
from app.registers.lookup import find_employer
from app.web.crud.conflicts import Edit
from app.web.crud.posting import version_of
from app.web.longwork.outcomes import Outcome, RowRefusal
from app.web.longwork.question_pages import waiting_for
from app.web.longwork.questions import QuestionRow, what_was_chosen, who_stays
from app.web.longwork.works import READ_SHEET, WorkRequest, carry_out, long_work, posted
from app.web.page.downloads import blank
from app.web.page.findings import readable
from app.web.wording.translations import gettext


class ClassView(Reachable, ClassList):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/classes"
    menu_title = N_("网络疫情培训开班")
    menu_short = N_("开班")
    menu_icon = "class"
    numbered, number_title = "cohort_no", N_("培训班级")
    begins = N_("开班")
    show_template = "class.html"
    moves = ("submit_class", "cancel_class")
    rights = {
        CLERK: ("can_add", "can_edit", "can_reveal"),
        REVIEWER: ("can_reveal",),
        AUDITOR: ("can_reveal",),
    }
    include_route_methods = {
        "list",
        "show",
        "reveal",
        "action_post",
        "add",
        "edit",
        "cohort",
        "offer",
        "students",
        "roll",
        "template",
        "withdraw",
        "submit",
        "discard",
    }

    def show_more(self, row: TrainingClass) -> dict:
        more = super().show_more(row)
        may_edit = self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
        warnings = {
            student.id: [f for f in readable(PROGRAMME, student.findings or []) if f.stops]
            for student in more["students"]
        }
        editable = may_edit and row.office_id == g.actor.office_id and row.state in EDITABLE
        waiting = waiting_for(self, row.id) if editable else {}
        return {**more, "warnings": warnings, "editable": editable, "student_sheet": STUDENTS, **waiting}

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = ClassForm(request.form)

        def save():
            employer = find_employer(db.session, form.employer_id.data, form.employer.data or "")
            opened = editing.open_class(db.session, g.actor, employer, form.values, g.vault, g.today)
            return self.finish(self._url(opened.id))

        return self.form_page(form, save, "class_form.html")

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        row = self.item(str(pk))
        changes = (AuditEntry.event == "edit") & (AuditEntry.class_id == pk)
        edit = Edit(lambda typed: ClassForm(typed, obj=row), changes, FIELDS)
        form = edit.make(request.form)

        def save():
            version = version_of(request.form)
            editing.change_class(db.session, g.actor, pk, version, form.values, g.vault)
            return self.finish(self._url(pk))

        return self.form_page(form, save, "class_form.html", lambda: {"row": self.item(str(pk))}, edit=edit)

    @expose("/cohort")
    @has_access
    @permission_name("add")
    def cohort(self):
        """Return the beginning of the cohort number for an opening date; the rest follows on saving."""
        day = parse_date(request.args.get("opens_on", ""))
        stem = editing.cohort_stem(g.actor.office_code, day) if day else ""
        return jsonify({"cohort_no": f"{stem}-***" if stem else ""})

    @expose("/offer/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def offer(self, pk):
        """Offer the people of the employer whom the typed text may mean, by POST: ids stand in no address."""
        row = self.item(str(pk))
        typed = request.form.get("q", "")[:100]
        finding = partial(editing.offer_people, db.session, g.vault, row.employer_id, typed, g.today)
        if citizen_id.is_whole(typed):
            answer = shares.look_up(db.engine, g.actor, request.endpoint, typed, finding)
        else:
            answer = finding()
        offers = _offers()
        return jsonify(
            [{"id": offers.dumps([pk, p.id]), "name": p.name, "masked_id": p.masked_id} for p in answer]
        )

    @expose("/students/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def students(self, pk):
        """Add students who were offered for this class: a bare number would name anybody in the province."""
        self.item(str(pk))
        try:
            offered_for, person = _offers().loads(request.form.get("person_id", ""))
        except BadData:
            offered_for = person = None
        try:
            if offered_for != pk:
                raise BadValue(N_("请输入公民身份号码或姓名，并从提示的人员中选择一人。"))
            added = editing.add_students(db.session, g.actor, pk, [person])
        except BadValue as error:
            return self.page_with(pk, error, "student")
        place = self._url(pk, "students")
        if added:
            return self.finish(place, gettext("学员已加入班级。"))
        return self.finish(place, gettext("此人已在班级中。"), "warning")

    @expose("/roll/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def roll(self, pk):
        """Enrol students by sheet; the rows that may not be enrolled come back with their reasons."""
        row = self.item(str(pk))
        try:
            with posted("sheet") as file:
                return carry_out(call_roll, WorkRequest(self, str(pk), file=file), row.cohort_no)
        except (BadSheet, BadValue) as error:
            return self.page_with(pk, error, "sheet")

    @expose("/template")
    @has_access
    @permission_name("list")
    def template(self):
        return blank(sheets.template(STUDENTS), gettext(STUDENTS.title))

    @expose("/withdraw/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def withdraw(self, pk):
        """Take a student out of a class; `pk` is the enrolment."""
        student = editing.withdraw_student(db.session, g.actor, enrolment(pk).id)
        return self.finish(self._url(student.class_id, "students"), gettext("学员已移除。"))

    @expose("/submit/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def submit(self, pk):
        """提交审核: this class, through the dialog of every move."""
        return open_dialog(self, self.item(str(pk)), "submit_class")

    @expose("/discard/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def discard(self, pk):
        """Discard a draft class that was opened by mistake and has no student."""
        self.item(str(pk))
        number = discard_class(db.session, g.actor, pk)
        return self.finish(sentence=gettext("班级{number}已删除。").format(number=number))


class ClassReviewView(ClassList):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/class_review"
    menu_title = N_("开班审核")
    menu_icon = "review"
    show_template = "class.html"
    base_filters = [["state", FilterIn, ("submitted",)]]
    moves = ("approve_class", "reject_class", "return_class")

    def show_more(self, row: TrainingClass) -> dict:
        more = super().show_more(row)
        warnings = {
            s.id: [f for f in readable(PROGRAMME, s.findings or []) if f.stops] for s in more["students"]
        }
        return {**more, "warnings": warnings, "editable": False}


def open_dialog(view, row: TrainingClass, move: str):
    """Return the dialog of one move for one class."""
    wanted = db.select(TrainingClass.id).where(TrainingClass.id == row.id)
    return view.open_dialog(move, wanted, url_for(f"{view.endpoint}.show", pk=row.id))


@long_work("roll", N_("学员导入"), permission="can_edit")
def call_roll(task: WorkRequest) -> Outcome:
    """Enrol students by sheet; who may not be enrolled stays out, and whom the sheet lacks is asked about first."""
    content = task.read(STUDENTS)
    rows, pk = content.rows, int(task.subject)
    task.progress.reach(READ_SHEET)
    place, given = {"pk": pk, "_anchor": "students"}, task.answers
    gone = {str(s.id): s for s in absent_students(db.session, g.actor, pk, rows, g.vault)}
    if not gone.keys() <= given.keys():
        lines = [
            QuestionRow(key, [s.person.name or "", s.person.masked_id, s.number]) for key, s in gone.items()
        ]
        question = who_stays(lines, [N_("学号")])
        return Outcome(question.sentence, f"{task.view.endpoint}.show", place, good=False, question=question)
    out = withdraw_students(db.session, g.actor, pk, [s.id for key, s in gone.items() if given[key]])
    result = editing.add_from_sheet(db.session, g.actor, pk, rows, g.vault, g.today)
    message = Message(N_("已加入{count}名学员。"), count=result.added)
    refused = [RowRefusal.of(row, faults) for row, faults in result.refused]
    notes = [*what_was_chosen(len(gone), out), *content.notes]
    return Outcome(
        message, f"{task.view.endpoint}.show", place, good=not refused, refused=refused, notes=notes
    )


def _offers() -> URLSafeSerializer:
    """Sign (class, person) of an offer, so that nobody else can be chosen."""
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="offered student")
