"""登记库文件: a register's file goes in by one person and takes effect by another's confirmation."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date
from io import BytesIO
from tempfile import TemporaryFile

from flask import g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Numeric, Select, func, literal, select
from sqlalchemy.orm import Session
from wtforms import DateField, Form, SelectField
from wtforms.validators import Optional

from app.engine import sheets
from app.engine.access.roles import AUDITOR, POLICY
from app.engine.actor import Actor
from app.engine.intake import register_uploads
from app.engine.intake.register_sheets import sheet_of
from app.engine.intake.register_uploads import STATES, RegisterUpload
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.file_names import visible
from app.kernel.messages import N_, Message
from app.registers.definitions import library
from app.registers.shipping import region_labels
from app.web.crud.options import LongSelect, options
from app.web.crud.views import READ as LOOKING
from app.web.crud.views import ModelView
from app.web.longwork.outcomes import Outcome
from app.web.longwork.works import WorkRequest, carry_out, long_work, posted, uploaded
from app.web.page import waiting
from app.web.page.addresses import page_url
from app.web.page.downloads import blank, hand_out, mark
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.settings.registers import PLACE
from app.web.wording.formats import translate
from app.web.wording.titles import user_title
from app.web.wording.translations import gettext

KIND = RegisterUpload.__tablename__
SHOWN = 200
READ = 0.5
"""The share of the work that is done when a file is read; its rows are loaded after that."""


class UploadForm(Form):
    register = SelectField(N_("登记库"), widget=LongSelect())
    region_code = SelectField(
        N_("覆盖地区"),
        widget=LongSelect(),
        description=N_("文件含有该地区在起止日期内的全部记录时才选；不选，只算文件中写到的"),
    )
    first_day = DateField(N_("覆盖起始日期"), [Optional()])
    last_day = DateField(N_("覆盖截止日期"), [Optional()])


def _counting(states: Collection[str]) -> Select:
    """Return files that somebody else uploaded, by state; as such they cost nothing."""
    others = RegisterUpload.uploaded_by != g.actor.user_id
    counted = select(literal(KIND), RegisterUpload.state, func.count(), literal(0, Numeric(12, 2)))
    return counted.where(RegisterUpload.state.in_(states), others).group_by(RegisterUpload.state)


def _list_of(view: str, subject: str | None) -> str:
    return url_for(f"{view}.list")


class RegisterUploadView(ModelView):
    datamodel = SQLAInterface(RegisterUpload)
    route_base = "/registers/uploads"
    menu = PLACE
    menu_title = N_("登记库文件")
    menu_icon = "upload"
    include_route_methods = {"list", "show", "add", "template", "confirm", "refuse", "withdraw", "refused"}
    granted = {POLICY: (*LOOKING, "can_add", "can_confirm"), AUDITOR: LOOKING}
    permission_titles = {"can_add": N_("上传登记库文件"), "can_confirm": N_("确认装载")}
    list_template = "upload_list.html"
    add_template = "upload_new.html"
    show_template = "upload.html"
    add_form = UploadForm
    choices = {"state": STATES}
    loads = ["region", "office"]
    joined = ["region", "office", "load"]
    base_order = ("uploaded_at", "desc")
    label_columns = {
        "register": N_("登记库"),
        "file_name": N_("文件"),
        "region": N_("覆盖地区"),
        "region.name": N_("覆盖地区"),
        "first_day": N_("覆盖起始日期"),
        "last_day": N_("覆盖截止日期"),
        "state": N_("状态"),
        "rows_read": N_("读入行数"),
        "rows_added": N_("新增行数"),
        "rows_changed": N_("变更行数"),
        "rows_refused": N_("拒绝行数"),
        "uploaded_at": N_("上传时间"),
        "decided_at": N_("处理时间"),
        "office.name": N_("经办机构"),
    }
    list_columns = ["file_name", "register", "state", "rows_read", "rows_added", "rows_changed"]
    list_columns += ["rows_refused", "uploaded_at", "decided_at"]
    show_columns = ["register", "region.name", "first_day", "last_day", "rows_read", "rows_added"]
    show_columns += ["rows_changed", "rows_refused", "office.name"]
    search_columns = ["state", "uploaded_at"]
    order_columns = ["uploaded_at"]
    counting = staticmethod(_counting)

    def value(self, row: RegisterUpload, column: str) -> object:
        if column != "register":
            return super().value(row, column)
        return gettext(_titles().get(row.register, row.register))

    def tasks(self) -> list[Task]:
        """Return what waits for this login's confirmation."""
        if not (states := self.waits()):
            return []
        count, _ = waiting.of(self.counting, KIND, states)
        address = url_for(f"{self.endpoint}.list", state="waiting")
        return [Task(gettext("登记库文件待确认"), self.endpoint, address, count, None, gettext("份"))]

    def waits(self) -> tuple[str, ...]:
        """Return the states in which this login may decide."""
        return ("waiting",) if may("can_confirm", self.class_permission_name) else ()

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """Try a file out and keep it for somebody else's confirmation."""
        form = _form()

        def save():
            if bool(form.region_code.data) != bool(form.first_day.data and form.last_day.data):
                raise BadValue(N_("覆盖地区和起止日期请同时填写，或都不填。"))
            file_name = uploaded("file").filename or ""
            days = (form.first_day.data, form.last_day.data)
            arguments = {
                "register": form.register.data,
                "file_name": visible(file_name)[:200],
                "region_code": form.region_code.data or None,
                "days": [day and day.isoformat() for day in days],
            }
            with posted("file") as file:
                task = WorkRequest(self, "", json.dumps(arguments), file)
                return carry_out(try_file, task, file_name)

        definitions = library.published(db.session)
        return self.form_page(form, save, self.add_template, lambda: {"definitions": definitions})

    @expose("/template/<code>")
    @has_access
    @permission_name("list")
    def template(self, code):
        """Hand out an empty sheet of a register."""
        sheet = sheet_of(library.find(db.session, code))
        return blank(sheets.template(sheet), gettext(sheet.title))

    @expose("/refused/<pk>")
    @has_access
    @permission_name("show")
    def refused(self, pk):
        """Hand out the lines that were refused, with the reasons."""
        row = self.item(pk)
        lines = register_uploads.refused_lines(g.vault, row)
        sheet = sheet_of(library.find(db.session, row.register))
        headers = [gettext(N_("行号")), gettext(N_("列")), gettext(N_("原因"))]
        cells = ((line, _title(sheet, column), translate(reason)) for line, column, reason in lines)
        content, title = BytesIO(), gettext("{file}的拒绝行").format(file=row.file_name)
        sheets.export(title, headers, cells, content, mark())
        return hand_out(content, title, "download", subject=row.file_name, after={"refused": len(lines)})

    @expose("/confirm/<pk>", methods=["POST"])
    @has_access
    def confirm(self, pk):
        """Load what somebody else has uploaded."""
        row = self.item(pk)

        def save():
            register_uploads.lock(db.session, g.actor, row.id)
            with TemporaryFile() as file:
                file.write(register_uploads.file_of(g.vault, row))
                file.flush()
                return carry_out(confirm_file, WorkRequest(self, row.id, file=file), row.file_name)

        return self.form_page(None, save, self.show_template, lambda: self.shown(pk))

    @expose("/refuse/<pk>", methods=["POST"])
    @has_access
    @permission_name("confirm")
    def refuse(self, pk):
        return self._ended(pk, register_uploads.refuse, gettext("已决定不装载，登记库不变。"))

    @expose("/withdraw/<pk>", methods=["POST"])
    @has_access
    @permission_name("add")
    def withdraw(self, pk):
        return self._ended(pk, register_uploads.withdraw, gettext("文件已撤回，登记库不变。"))

    def _ended(self, pk: str, end: Callable[[Session, Actor, str], None], sentence: str):
        row = self.item(pk)

        def save():
            end(db.session, g.actor, row.id)
            return self.finish(page_url(self.endpoint, row.id), sentence)

        return self.form_page(None, save, self.show_template, lambda: self.shown(pk))

    def show_more(self, row: RegisterUpload) -> dict:
        lines = register_uploads.refused_lines(g.vault, row)
        sheet = sheet_of(library.find(db.session, row.register))
        ids = [id_ for id_ in (row.uploaded_by, row.decided_by) if id_]
        people = db.session.scalars(select(User).where(User.id.in_(ids)))
        return {
            "own": row.uploaded_by == g.actor.user_id,
            "names": {user.id: user_title(user) for user in people},
            "lines": [(line, _title(sheet, column), reason) for line, column, reason in lines[:SHOWN]],
            "shown": SHOWN,
        }


def _titles() -> Mapping[str, str]:
    """Return code → title of the registers that are defined, read once a request."""
    if "register_titles" not in g:
        g.register_titles = {one.code: one.title.zh for one in library.published(db.session)}
    return g.register_titles


def _form() -> UploadForm:
    """Return the form with the registers that are defined, and the regions of the login."""
    form = UploadForm(request.form)
    form.register.choices = options((code, gettext(title)) for code, title in _titles().items())
    own = frozenset(g.actor.scope.region_codes)
    places = [(code, full) for code, _, full in region_labels() if code in own]
    form.region_code.choices = options([("", gettext("只算文件中写到的")), *places])
    return form


def _title(sheet: sheets.Sheet, column: str) -> str:
    """Return what a column is called in its sheet; nothing for a line that is wrong as a whole."""
    return gettext(sheet.column(column).title) if column else ""


@long_work("register_upload", N_("登记库文件"), permission="can_add", back=_list_of)
def try_file(task: WorkRequest) -> Outcome:
    """Read a file, and see what loading it would do."""
    stated = json.loads(task.arguments)
    definition = library.find(db.session, stated["register"])
    content, file = task.read(sheet_of(definition)), task.file or BytesIO()
    task.progress.reach(READ)
    file.seek(0)
    first, last = (day and date.fromisoformat(day) for day in stated["days"])
    facts = {"file_name": stated["file_name"], "region_code": stated["region_code"]}
    upload = register_uploads.try_out(
        db.session,
        g.actor,
        g.vault,
        g.today,
        definition,
        content.rows,
        file.read(),
        **facts,
        first_day=first,
        last_day=last,
    )
    message = Message(
        N_("文件已读入并试装：新增{added}行，变更{changed}行，拒绝{refused}行。由另一人确认后才装载。"),
        added=upload.rows_added,
        changed=upload.rows_changed,
        refused=upload.rows_refused,
    )
    place = {"pk": upload.id}
    good = not upload.rows_refused
    return Outcome(message, f"{task.view.endpoint}.show", place, good=good, notes=content.notes)


@long_work("register_confirm", N_("确认装载"), permission="can_confirm")
def confirm_file(task: WorkRequest) -> Outcome:
    """Load a file that somebody else has uploaded."""
    upload = register_uploads.lock(db.session, g.actor, task.subject)
    definition = library.find(db.session, upload.register)
    content = task.read(sheet_of(definition))
    task.progress.reach(READ)
    report = register_uploads.confirm(db.session, g.actor, g.vault, g.today, upload, definition, content.rows)
    message = Message(
        N_("已装载：新增{added}行，变更{changed}行。"),
        added=report.added,
        changed=report.stored - report.added,
    )
    return Outcome(message, f"{task.view.endpoint}.show", {"pk": upload.id})
