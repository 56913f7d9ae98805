"""Who is logged in at this moment, and the button that ends a session."""

from __future__ import annotations

import re
from typing import ClassVar

from flask import g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Query, selectinload

from app.engine.access import accounts
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.engine.audit import record
from app.engine.sessions import logins
from app.engine.sessions.logins import Login
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS
from app.web.wording.translations import gettext

BROWSER = re.compile(r"(Edg|Firefox|Chrome|Safari)/\d+")
"""What of a browser's long name tells one from another; the others' names contain Chrome's and Safari's."""


class LoginView(ModelView):
    """The open sessions of an administrator's subtree."""

    datamodel = SQLAInterface(Login)
    route_base = "/settings/logins"
    menu = SETTINGS
    menu_title = N_("在线用户")
    menu_icon = "eye"
    include_route_methods: ClassVar[set[str]] = {"list", "kick"}
    watched = True
    granted = dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), ("can_list", "can_kick"))
    permission_titles = {"can_kick": N_("强制退出")}
    list_template = "login_list.html"
    base_order = ("seen_at", "desc")
    label_columns = {
        "staff.user.username": N_("用户名"),
        "staff": N_("姓名"),
        "staff.office.name": N_("机构"),
        "began_at": N_("登录时间"),
        "seen_at": N_("最近操作"),
        "address": N_("来源地址"),
        "browser": N_("浏览器"),
    }
    list_columns = [
        "staff.user.username",
        "staff",
        "staff.office.name",
        "began_at",
        "seen_at",
        "address",
        "browser",
    ]
    order_columns = ["began_at", "seen_at"]

    def base_query(self) -> Query:
        """Return the sessions of those whom the administrator sees."""
        scope = g.actor.scope
        query = super().base_query().filter(logins.alive_now())
        query = query.options(selectinload(Login.staff).selectinload(Staff.user).selectinload(User.roles))
        seen = () if scope.whole else (Staff.office_id.in_(scope.office_ids),)
        return query.filter(Login.staff.has(*seen))

    def value(self, row: Login, column: str) -> object:
        if column == "staff":
            return accounts.full_name(row.staff.user)
        if column == "browser":
            known = BROWSER.search(row.browser)
            return known[0] if known else row.browser[:24]
        return super().value(row, column)

    def manageable(self, row: Login) -> bool:
        """Return whether the list offers to end this session."""
        return accounts.manages(db.session, g.actor, row.user_id, accounts.roles_of(row.staff.user))

    @expose("/kick/<pk>", methods=["POST"])
    @has_access
    def kick(self, pk):
        """End the session of somebody below the administrator; the next request asks for a login."""
        row = self.item(pk)
        accounts.refuse_management(db.session, g.actor, row.staff.user)
        record(db.session, g.actor, "kick", subject=row.staff.user.username, office_id=row.staff.office_id)
        db.session.delete(row)
        return self.finish(sentence=gettext("该登录已强制退出。"))
