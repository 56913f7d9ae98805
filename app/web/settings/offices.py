"""The offices: who works where."""

from __future__ import annotations

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN, SYSTEM
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.crud.views import READ, ModelView
from app.web.page.sidebar import SETTINGS

SIGNING = ("signs_as", "seal_block", "objection_phone")


class OfficeView(ModelView):
    """The offices; an administrator sees the own subtree, and says where people can reach it and what its papers bear."""

    datamodel = SQLAInterface(Office)
    route_base = "/settings/offices"
    menu = SETTINGS
    menu_title = N_("经办机构")
    menu_icon = "employer"
    include_route_methods = {"list", "show", "edit"}
    granted = {
        **dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), (*READ, "can_edit")),
        SYSTEM: READ,
    }
    edit_columns = ["address", "phone", *SIGNING]
    change_event = "office_change"
    loads = ["region", "parent"]
    label_columns = {
        "code": N_("机构代码"),
        "name": N_("机构名称"),
        "region": N_("地区"),
        "region.name": N_("地区"),
        "parent.name": N_("上级机构"),
        "address": N_("办公地址"),
        "phone": N_("联系电话"),
        "signs_as": N_("文书落款单位"),
        "seal_block": N_("盖章处"),
        "objection_phone": N_("异议电话"),
    }
    description_columns = {
        "signs_as": N_("决定由其他单位作出的，填该单位全称；留空即为本机构"),
        "seal_block": N_("印在落款上，如（盖章）、（业务专用章）；留空不印"),
        "objection_phone": N_("印在公示上；留空用联系电话"),
    }
    list_columns = ["code", "name", "region.name", "parent.name", "address", "phone"]
    show_columns = [*list_columns, *SIGNING]
    search_columns = ["code", "name", "region"]
    order_columns = ["code", "name"]
    base_order = ("code", "asc")

    def base_query(self):
        scope = g.actor.scope
        query = super().base_query()
        return (
            query if SYSTEM in g.actor.roles or scope.whole else query.filter(Office.id.in_(scope.office_ids))
        )
