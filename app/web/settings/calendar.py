"""The working calendar as the policy officer keeps it: years, their days, and publicity that a change has made too short."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, g, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import Numeric, Select, func, literal, select
from sqlalchemy.orm import Query
from wtforms import SelectField
from wtforms.validators import NumberRange

from app.engine.access.roles import AUDITOR, POLICY, REVIEWER
from app.engine.cases.claims import Notice
from app.engine.casework import calendar_years
from app.engine.casework.extending import TOO_SHORT, mark_short
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.programmes.installed import programme_of, programmes
from app.registers.models import CalendarDay, CalendarYear
from app.web.crud.options import options
from app.web.crud.views import ModelView
from app.web.page import waiting
from app.web.page.addresses import page_url
from app.web.page.sidebar import SETTINGS
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.stages.notices import NoticesView
from app.web.wording.translations import gettext

SHORT = "short"


class YearView(ModelView):
    datamodel = SQLAInterface(CalendarYear)
    route_base = "/settings/years"
    menu = SETTINGS
    menu_title = N_("放假安排年份")
    menu_icon = "calendar"
    include_route_methods = {"list", "add", "confirm"}
    granted = {POLICY: ("can_list", "can_add", "can_confirm_year"), AUDITOR: ("can_list",)}
    permission_titles = {"can_confirm_year": N_("确认放假安排")}
    add_columns = ["year", "document"]
    validators_columns = {"year": [NumberRange(2004, 2100)]}
    list_template = "year_list.html"
    change_event = "calendar_change"
    base_order = ("year", "desc")
    label_columns = {"year": N_("年份"), "document": N_("文件依据"), "confirmed_on": N_("确认日期")}
    list_columns = ["year", "document", "confirmed_on"]
    order_columns = ["year"]

    def pre_add(self, item: CalendarYear) -> None:
        if db.session.get(CalendarYear, item.year) is not None:
            raise BadValue(N_("{year}年的放假安排已经登记。请直接在“工作日历”中补充日期。"), year=item.year)

    def cell(self, row: CalendarYear, column: str) -> str:
        if column == "confirmed_on" and row.confirmed_on is None:
            return gettext("未确认，从严计算")
        return super().cell(row, column)

    @expose("/confirm/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("confirm_year")
    def confirm(self, pk):
        """Show the year's days to be compared with the State Council's notice, and the one move that makes them count."""
        row = self.item(pk)

        def save():
            known = {programme.code: programme for programme in programmes()}
            short = calendar_years.confirm(db.session, g.actor, row.year, known, g.today)
            sentence = gettext("{year}年的放假安排已确认，公示期按登记的日期计算。").format(year=row.year)
            answer = self.finish(url_for("ShortNoticeView.list") if short else None, sentence)
            if short:
                flash(_extension_warning(short), "warning")
            return answer

        def facts():
            days = calendar_years.days_of(db.session, row.year)
            return {"row": row, "days": days, "missing": calendar_years.missing(row.year, days)}

        return self.form_page(None, save, "year_confirm.html", facts)


class DayView(ModelView):
    """Days may be corrected in a confirmed year too, as the State Council does; what that makes too short is listed."""

    datamodel = SQLAInterface(CalendarDay)
    route_base = "/settings/calendar"
    menu = SETTINGS
    menu_title = N_("工作日历")
    menu_icon = "calendar"
    include_route_methods = {"list", "add", "edit"}
    granted = {POLICY: ("can_list", "can_add", "can_edit"), AUDITOR: ("can_list",)}
    add_columns = edit_columns = ["day", "working", "name"]
    add_form_extra_fields = edit_form_extra_fields = {
        "working": SelectField(
            N_("类型"),
            choices=options([("0", N_("放假")), ("1", N_("调休上班"))]),
            coerce=lambda v: v in ("1", True),
        )
    }
    change_event = "calendar_change"
    base_order = ("day", "desc")
    label_columns = {"day": N_("日期"), "working": N_("上班"), "name": N_("名称"), "year": N_("年份")}
    list_columns = ["day", "working", "name"]
    search_columns = ["day", "working"]
    order_columns = ["day"]

    def pre_update(self, item: CalendarDay) -> None:
        with db.session.no_autoflush:
            locked = calendar_years.lock(db.session, {item.day.year, item.year or item.day.year})
            if item.day.year not in {year.year for year in locked}:
                raise BadValue(
                    N_("{year}年还没有登记放假安排。请先在“放假安排年份”中新增该年。"), year=item.day.year
                )
            stored = db.session.get(CalendarDay, item.day)
            if stored is not None and stored is not item:
                raise BadValue(N_("{day}已经登记。请修改那一行。"), day=item.day)
        item.year = item.day.year
        db.session.add(item)
        db.session.flush()
        installed = {programme.code: programme for programme in programmes()}
        if short := mark_short(db.session, installed, g.today):
            flash(_extension_warning(short), "warning")


def _counting(states: Collection[str]) -> Select:
    """Return notices of the own office that must be extended; as such they cost nothing."""
    own = TOO_SHORT & (Notice.office_id == g.actor.office_id)
    return select(literal(SHORT), literal(SHORT), func.count(), literal(0, Numeric(12, 2))).where(own)


class ShortNoticeView(ModelView):
    """Running publicity of any programme that ends before the least working days are over."""

    datamodel = SQLAInterface(Notice)
    route_base = "/notices/short"
    menu = SETTINGS
    menu_title = N_("公示期不足")
    menu_icon = "calendar"
    include_route_methods = {"list"}
    granted = dict.fromkeys((POLICY, REVIEWER, AUDITOR), ("can_list",))
    list_template = "short_notices.html"
    loads = ["office"]
    base_order = ("least_end", "asc")
    label_columns = {
        "number": N_("公示编号"),
        "programme": N_("补贴项目"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
        "starts_on": N_("公示开始"),
        "ends_on": N_("公示结束"),
        "least_end": N_("至少延长到"),
    }
    list_columns = ["number", "programme", "office.name", "starts_on", "ends_on", "least_end"]
    search_columns = ["number", "office"]
    order_columns = ["number", "ends_on", "least_end"]
    counting = staticmethod(_counting)

    def tasks(self) -> list[Task]:
        """Return what this login must extend; nothing is shown while nothing is too short, as it is almost always."""
        count, _ = waiting.of(self.counting, SHORT, self.waits())
        address = url_for(f"{self.endpoint}.list")
        return (
            [Task(gettext(self.menu_title), self.endpoint, address, count, None, gettext("份"))]
            if count
            else []
        )

    def waits(self) -> tuple[str, ...]:
        views = (self._notices(programme.code, "can_extend") for programme in programmes())
        return (SHORT,) if any(views) else ()

    def base_query(self) -> Query:
        return super().base_query().filter(TOO_SHORT)

    def cell(self, row: Notice, column: str) -> str:
        return (
            gettext(programme_of(row.programme).title) if column == "programme" else super().cell(row, column)
        )

    def cells(self, row: Notice, columns):
        """Yield the number leads to the notice, where the login may open it."""
        view = self._notices(row.programme, "can_show")
        for (column, _), (kind, address, text) in zip(columns, super().cells(row, columns), strict=True):
            here = view if column == "number" else None
            yield kind, page_url(here.endpoint, row.id) if here else address, text

    def _notices(self, programme: str, permission: str) -> NoticesView | None:
        """Return the view of a programme's notices, if the login holds a permission on it."""
        view = self.appbuilder.pages.get((programme, Notice))
        return view if view and may(permission, view.class_permission_name) else None


def _extension_warning(short: int) -> str:
    return gettext("有{count}份公示的公示期因此不足，须由审核人员延长，见“公示期不足”。").format(count=short)


CALENDAR_VIEWS = (DayView, YearView, ShortNoticeView)
