"""The registers' generated screens: list, search, show; who may edit is a permission of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from flask import g, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms import SelectField

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, POLICY, REVIEWER
from app.engine.sessions import shares
from app.extensions import db
from app.kernel import names
from app.kernel.identifiers import citizen_id, uscc
from app.kernel.messages import N_
from app.registers.lookup import find_person, search_employers
from app.registers.models import Contribution, Employer, Person, RegisterLoad, Transfer, Unemployment
from app.web.crud import listing
from app.web.crud.options import options
from app.web.crud.table_forms import Required
from app.web.crud.views import READ, ModelView

PLACE = (N_("登记库"),)
READERS = dict.fromkeys((CLERK, REVIEWER, CASHIER, AUDITOR), READ)
LABELS = {
    "citizen_id": N_("公民身份号码"),
    "name": N_("姓名"),
    "masked_id": N_("公民身份号码"),
    "person": N_("人员"),
    "person.name": N_("姓名"),
    "person.masked_id": N_("公民身份号码"),
    "region": N_("地区"),
    "region.name": N_("地区"),
    "uscc": N_("统一社会信用代码"),
    "unit_no": N_("单位编号"),
    "kind": N_("类别"),
    "scale": N_("规模"),
    "employer": N_("单位"),
    "employer.name": N_("单位"),
    "month": N_("缴费月份"),
    "paid": N_("已缴费"),
    "registered_on": N_("失业登记日期"),
    "cancelled_on": N_("注销日期"),
    "left_on": N_("外出日期"),
    "returned_on": N_("返回日期"),
    "destination": N_("外出地"),
    "source": N_("文件"),
    "loaded_at": N_("装载时间"),
    "rows_read": N_("读入行数"),
    "rows_stored": N_("写入行数"),
    "rows_refused": N_("拒绝行数"),
}


class RegisterView(ModelView):
    """Rows come by loading; a single wrong one is put right here, by anyone who holds `can_edit`, and audited."""

    menu = PLACE
    granted = {**READERS, POLICY: (*READ, "can_edit")}
    include_route_methods = {"list", "show", "edit"}
    change_event = "register_edit"
    label_columns = LABELS
    list_template = "register_list.html"
    replica_reads = ("list", "show")

    def elsewhere(self, typed: Mapping[str, str]) -> tuple[str, str] | None:
        """Return (name, id) of the one whom a whole id or USCC names, wherever in the province; nothing else is told."""
        return None

    def list_more(self, rows: Sequence) -> dict:
        answer = self.elsewhere(listing.filtered(self, request.args)[1]) if not rows else None
        return {"elsewhere": answer}


class PersonView(RegisterView):
    datamodel = SQLAInterface(Person)
    route_base = "/registers/persons"
    menu_title = N_("人员登记库")
    menu_icon = "register"
    edit_columns = ["name"]
    validators_columns = {"name": [Required()]}
    list_columns = show_columns = ["name", "masked_id", "region.name"]
    search_columns = ["citizen_id", "name", "region"]
    order_columns = ["name"]

    def elsewhere(self, typed: Mapping[str, str]) -> tuple[str, str] | None:
        number = typed.get("citizen_id", "")
        if not citizen_id.is_whole(number):
            return None
        finding = partial(find_person, db.session, number, g.vault)
        answer = shares.look_up(db.engine, g.actor, request.endpoint, number, finding)
        return (answer.name or "", answer.masked_id) if answer else None

    def pre_update(self, item: Person) -> None:
        item.name_folded = names.fold(item.name or "")


class EmployerView(RegisterView):
    datamodel = SQLAInterface(Employer)
    route_base = "/registers/employers"
    menu_title = N_("单位登记库")
    menu_icon = "register"
    edit_columns = ["name", "unit_no", "kind", "scale"]
    validators_columns = {"unit_no": [Required()]}
    label_columns = {**LABELS, "name": N_("单位名称")}
    list_columns = show_columns = ["name", "uscc", "unit_no", "kind", "scale", "region.name"]
    search_columns = ["name", "uscc", "unit_no", "kind", "scale", "region"]
    order_columns = ["name", "uscc"]

    def elsewhere(self, typed: Mapping[str, str]) -> tuple[str, str] | None:
        code = uscc.normalize(typed.get("uscc", ""))
        if not uscc.is_valid(code):
            return None
        finding = partial(search_employers, db.session, code)
        answer = shares.look_up(db.engine, g.actor, request.endpoint, code, finding)
        return (answer[0].name, answer[0].uscc) if answer else None


class ContributionView(RegisterView):
    datamodel = SQLAInterface(Contribution)
    route_base = "/registers/contributions"
    menu_title = N_("社保缴费库")
    menu_icon = "register"
    edit_columns = ["paid"]
    edit_form_extra_fields = {
        "paid": SelectField(
            N_("已缴费"),
            choices=options([("1", N_("是")), ("0", N_("否"))]),
            coerce=lambda value: value in ("1", True),
        )
    }
    label_columns = {**LABELS, "region": N_("参保地"), "region.name": N_("参保地")}
    list_columns = show_columns = [
        "person.name",
        "person.masked_id",
        "employer.name",
        "region.name",
        "month",
        "paid",
    ]
    search_columns = ["person", "employer", "region", "month", "paid"]
    order_columns = ["month"]


class UnemploymentView(RegisterView):
    datamodel = SQLAInterface(Unemployment)
    route_base = "/registers/unemployment"
    menu_title = N_("失业登记库")
    menu_icon = "register"
    edit_columns = ["cancelled_on"]
    description_columns = {"cancelled_on": N_("仍在登记的不填")}
    list_columns = show_columns = ["person.name", "person.masked_id", "registered_on", "cancelled_on"]
    search_columns = ["person", "registered_on", "cancelled_on"]
    order_columns = ["registered_on"]


class TransferView(RegisterView):
    datamodel = SQLAInterface(Transfer)
    route_base = "/registers/transfers"
    menu_title = N_("转移就业库")
    menu_icon = "register"
    edit_columns = ["returned_on", "destination"]
    description_columns = {"returned_on": N_("仍在外地的不填")}
    list_columns = show_columns = ["person.name", "person.masked_id", "left_on", "returned_on", "destination"]
    search_columns = ["person", "left_on", "destination"]
    order_columns = ["left_on"]


class LoadView(RegisterView):
    datamodel = SQLAInterface(RegisterLoad)
    route_base = "/registers/loads"
    menu_title = N_("装载记录")
    menu_icon = "register"
    granted = {**READERS, POLICY: READ}
    include_route_methods = {"list", "show"}
    list_columns = show_columns = ["kind", "source", "loaded_at", "rows_read", "rows_stored", "rows_refused"]
    order_columns = ["loaded_at"]


REGISTER_VIEWS = (PersonView, EmployerView, ContributionView, UnemploymentView, TransferView)
