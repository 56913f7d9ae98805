"""The login log: who of an administrator's subtree came in, failed or was locked out, when and from where."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.orm import Query

from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.engine.audit import EVENTS, AuditEntry
from app.kernel.messages import N_
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS

OF_LOGINS = (
    "login",
    "logout",
    "cas_logout",
    "login_failed",
    "login_locked",
    "code_failed",
    "cas_provisioned",
    "unlock",
    "kick",
    "password_change",
    "second_factor_bound",
    "second_factor_reset",
)


class LoginLogView(ModelView):
    """These entries of the audit log and no others: administrators see no business."""

    datamodel = SQLAInterface(AuditEntry)
    route_base = "/settings/login_log"
    menu = SETTINGS
    menu_title = N_("登录日志")
    menu_icon = "clock"
    include_route_methods: ClassVar[set[str]] = {"list"}
    granted = dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), ("can_list",))
    choices: ClassVar = {"event": {event: EVENTS[event] for event in OF_LOGINS}}
    loads = ["office"]
    label_columns = {
        "at": N_("时间"),
        "event": N_("事项"),
        "subject": N_("用户名"),
        "actor_name": N_("操作人"),
        "actor.username": N_("操作人用户名"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "address": N_("来源地址"),
    }
    list_columns = ["at", "event", "subject", "actor_name", "actor.username", "office.name", "address"]
    search_columns = ["event", "subject", "office", "at"]

    def base_query(self) -> Query:
        return super().base_query().filter(AuditEntry.event.in_(OF_LOGINS))
