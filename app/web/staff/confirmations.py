"""Duties that wait for a second administrator: confirmed, refused, taken back; and the province's switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import Query, joinedload

from app.engine.access import accounts, duties
from app.engine.access.duties import DutyGrant
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.engine.audit import record
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web.crud.paging import key_of
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS
from app.web.page.waiting import Task
from app.web.staff import pending_duties
from app.web.wording.translations import gettext

LONG = ("staff.office.name", "second")
WORDS = ("can_list", "can_agree", "can_refuse", "can_recall")


class ConfirmationView(ModelView):
    """The waiting grants of the subtree, shown to those who gave them and to those who may confirm them."""

    datamodel = SQLAInterface(DutyGrant)
    route_base = "/settings/confirmations"
    menu = SETTINGS
    menu_title = N_("待确认授权")
    menu_icon = "check"
    include_route_methods: ClassVar[set[str]] = {"list", "agree", "refuse", "recall", "require"}
    watched = True
    granted: ClassVar = {
        **dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN), WORDS),
        PROVINCE_ADMIN: (*WORDS, "can_require"),
    }
    permission_titles = {
        "can_refuse": N_("不予确认授权"),
        "can_recall": N_("收回待确认授权"),
        "can_require": N_("启用或停用授权确认"),
    }
    list_template = "confirmation_list.html"
    label_columns = {
        "staff.user.username": N_("用户名"),
        "staff": N_("姓名"),
        "staff.office.name": N_("机构"),
        "role": N_("职责"),
        "cause": N_("事由"),
        "giver": N_("经办管理员"),
        "given_at": N_("时间"),
        "second": N_("须由谁确认"),
    }
    list_columns = [
        "staff.user.username",
        "staff",
        "staff.office.name",
        "role",
        "cause",
        "giver",
        "given_at",
        "second",
    ]
    loads = ["role", "giver"]
    order_columns = ["given_at"]
    choices: ClassVar = {"cause": duties.CAUSES}
    search_columns = [
        "cause",
    ]

    def base_query(self) -> Query:
        """Return what waits on the accounts that the administrator sees."""
        scope = g.actor.scope
        seen = () if scope.whole else (Staff.office_id.in_(scope.office_ids),)
        query = super().base_query().filter(DutyGrant.confirmed_at.is_(None), DutyGrant.staff.has(*seen))
        return query.options(joinedload(DutyGrant.office).joinedload(Office.parent))

    def columns(self) -> list[tuple[str, str]]:
        """Break long sentences into several lines, so that the buttons stay in sight."""
        return [(column, "wrap" if column in LONG else kind) for column, kind in super().columns()]

    def value(self, row: DutyGrant, column: str) -> object:
        titles = {
            "staff": lambda: accounts.full_name(row.staff.user),
            "role": lambda: pending_duties.duty(row),
            "giver": lambda: pending_duties.giver(row),
            "second": lambda: pending_duties.by_whom(row.office),
        }
        return titles[column]() if column in titles else super().value(row, column)

    def list_more(self, rows: Sequence[DutyGrant]) -> dict:
        required = duties.required(db.session)
        return {
            "confirmable": pending_duties.confirmable(rows),
            "required": required,
            "alone": pending_duties.alone() if required else None,
        }

    def tasks(self) -> list[Task]:
        """Return what waits, for the home page of administrators."""
        if not self.appbuilder.sm.has_access("can_agree", self.class_permission_name):
            return []
        count = pending_duties.in_sight()
        return [
            Task(
                gettext(self.menu_title),
                self.endpoint,
                url_for("ConfirmationView.list"),
                count,
                None,
                gettext("项"),
            )
        ]

    @expose("/agree/<pk>", methods=["POST"])
    @has_access
    def agree(self, pk):
        """Confirm as the second administrator: the duty works from the next request on."""
        grant = self._locked(pk)
        accounts.refuse_management(db.session, g.actor, grant.staff.user)
        duties.confirm(db.session, g.actor, grant)
        self._record("duty_confirmed", grant)
        return self.finish(sentence=gettext("已确认，此人的职责即刻生效。"))

    @expose("/refuse/<pk>", methods=["POST"])
    @has_access
    def refuse(self, pk):
        """Refuse, as one who could confirm: the duty is taken from the account."""
        grant = self._locked(pk)
        duties.refuse_first(db.session, g.actor, grant)
        return self._take_away("duty_refused", grant)

    @expose("/recall/<pk>", methods=["POST"])
    @has_access
    def recall(self, pk):
        """Recall it; only the administrator who gave it may."""
        grant = self._locked(pk)
        if grant.given_by != g.actor.user_id:
            abort(403)
        return self._take_away("duty_recalled", grant)

    @expose("/require", methods=["POST"])
    @has_access
    def require(self):
        """Turn the province's switch, for all offices."""
        if (wanted := request.form.get("required")) not in ("0", "1"):
            abort(400)
        duties.require(db.session, g.actor, wanted == "1")
        sentence = (
            gettext("已恢复授权确认：今后授予的职责须由第二名管理员确认。")
            if wanted == "1"
            else gettext("已停用授权确认：待确认的职责全部生效，今后授予的职责即时生效。")
        )
        return self.finish(sentence=sentence)

    def _locked(self, pk: str) -> DutyGrant:
        """Return a grant in sight, locked; the address alone opens nothing beyond the subtree."""
        number = key_of(self.key.type, pk)
        grant = duties.locked(db.session, number if number is not None else -1)
        return self.item(str(grant.id))

    def _take_away(self, event: str, grant: DutyGrant):
        """Take the role away with all that waits on it; somebody who was only taken in waits for an office again."""
        staff = grant.staff
        accounts.refuse_management(db.session, g.actor, staff.user)
        self._record(event, grant)
        if grant.role is None:
            accounts.let_go(db.session, g.actor, staff)
        else:
            roles = accounts.held_by(db.session, staff.user)
            ends = {role: day for role, day in roles.items() if day and role != grant.role.name}
            accounts.change_user(
                db.session,
                g.actor,
                staff,
                name=accounts.full_name(staff.user),
                office=staff.office,
                roles=set(roles) - {grant.role.name},
                active=bool(staff.user.active),
                ends=ends,
            )
        return self.finish(sentence=gettext("已收回，此人不再有这项职责。"))

    def _record(self, event: str, grant: DutyGrant) -> None:
        facts: dict[str, Any] = {"roles": [grant.role.name] if grant.role else [], "cause": grant.cause}
        facts["given_by"] = grant.giver.username if grant.giver else None
        record(
            db.session,
            g.actor,
            event,
            subject=grant.staff.user.username,
            office_id=grant.staff.office_id,
            after=facts,
        )
