"""The offices: who works where."""

from __future__ import annotations

from typing import ClassVar

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import func, select
from wtforms import Form, SelectField

from app.engine.access.roles import KEEPERS, SYSTEM
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.crud.options import LongSelect, options
from app.web.crud.views import READ, ModelView
from app.web.page.sidebar import SETTINGS

SIGNING = ("signs_as", "seal_block", "objection_phone")
KINDS = {"township": N_("镇街"), "park": N_("园区"), "school": N_("学校")}
MOST_BELOW = 999


class OfficeForm(Form):
    """An office below the county is made below one of the administrator's subtree that isn't such a one itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "parent_id" in self:
            above = db.session.scalars(_above().order_by(Office.code))
            self["parent_id"].choices = options((o.id, f"{o.code} {o.name}") for o in above)
            if not self["parent_id"].data:
                self["parent_id"].data = g.actor.office_id


def _above():
    scope = g.actor.scope
    wanted = select(Office).where(Office.kind.is_(None))
    return wanted if scope.whole else wanted.where(Office.id.in_(scope.office_ids))


class OfficeView(ModelView):
    """The offices; an administrator sees the own subtree, makes the offices below a county's, and says where people can reach
    each and what its papers bear.
    """

    datamodel = SQLAInterface(Office)
    route_base = "/settings/offices"
    menu = SETTINGS
    menu_title = N_("经办机构")
    menu_icon = "employer"
    include_route_methods = {"list", "show", "add", "edit"}
    granted = {**dict.fromkeys(KEEPERS, (*READ, "can_add", "can_edit")), SYSTEM: READ}
    edit_columns = ["address", "phone", *SIGNING]
    add_columns = ["name", "kind", "parent_id", "address", "phone"]
    below_columns = ("name", "kind", "address", "phone")
    add_form_extra_fields: ClassVar = {
        "parent_id": SelectField(N_("上级机构"), coerce=int, widget=LongSelect())
    }
    form_base = OfficeForm
    choices = {"kind": KINDS}
    change_event = "office_change"
    loads = ["region", "parent"]
    label_columns = {
        "code": N_("机构代码"),
        "name": N_("机构名称"),
        "region": N_("地区"),
        "region.name": N_("地区"),
        "parent.name": N_("上级机构"),
        "parent_id": N_("上级机构"),
        "kind": N_("类型"),
        "address": N_("办公地址"),
        "phone": N_("联系电话"),
        "signs_as": N_("文书落款单位"),
        "seal_block": N_("盖章处"),
        "objection_phone": N_("异议电话"),
    }
    description_columns = {
        "kind": N_("只受理和初核，由上级机构审核、发放"),
        "signs_as": N_("决定由其他单位作出的，填该单位全称；留空即为本机构"),
        "seal_block": N_("印在落款上，如（盖章）、（业务专用章）；留空不印"),
        "objection_phone": N_("印在公示上；留空用联系电话"),
    }
    list_columns = ["code", "name", "kind", "region.name", "parent.name", "address", "phone"]
    show_columns = [*list_columns, *SIGNING]
    search_columns = ["code", "name", "kind", "region"]
    order_columns = ["code", "name"]
    base_order = ("code", "asc")

    def base_query(self):
        scope = g.actor.scope
        query = super().base_query()
        return (
            query if SYSTEM in g.actor.roles or scope.whole else query.filter(Office.id.in_(scope.office_ids))
        )

    def _init_forms(self) -> None:
        super()._init_forms()
        self.below_form = self._form_of(self.below_columns, None)

    def form_of(self, row: Office) -> type[Form]:
        return self.below_form if row.kind else self.edit_form

    def pre_add(self, item: Office) -> None:
        """Number a new office below the one above, whose region is its own. Raises Refused."""
        above = db.session.scalars(
            _above().where(Office.id == item.parent_id).with_for_update(of=Office)
        ).one()
        last = db.session.scalar(
            select(func.max(Office.code)).where(Office.parent_id == above.id, Office.kind.is_not(None))
        )
        number = int(last.removeprefix(above.code)) + 1 if last else 1
        if number > MOST_BELOW:
            raise Refused(N_("{office}的下级机构已满999个。请改设在另一机构之下。"), office=above.name)
        item.code = f"{above.code}{number:03}"
        item.region_code, item.path = above.region_code, f"{above.path}{item.code}/"
