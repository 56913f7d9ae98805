"""The logins of an administrator's subtree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from flask import g, make_response, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query, selectinload

from app.engine.access import accounts, demands, grants, handover
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.engine.audit import AuditEntry, record
from app.engine.sessions import second_factor, tries
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web.crud.conflicts import Edit
from app.web.crud.options import options
from app.web.crud.search import SearchField
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS
from app.web.page.tabs import Filtered, Tab
from app.web.staff import matrix, pending_duties, role_words, standings, user_cards
from app.web.staff.granting import Granting
from app.web.staff.user_forms import ChangeForm, HandoverForm, NewForm
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext


class UserView(Granting, ModelView):
    """List, add, change and give a new password; `accounts` refuses every way up, whatever is posted."""

    datamodel = SQLAInterface(Staff)
    route_base = "/settings/users"
    menu = SETTINGS
    menu_title = N_("用户")
    menu_icon = "people"
    include_route_methods: ClassVar[set[str]] = {
        "list",
        "show",
        "add",
        "change",
        "reset",
        "unlock",
        "handover",
        "grant",
        "take",
        "stop",
        "start",
        "take_back",
        "together",
    }
    drawer = True
    watched = True
    names_whole = True
    granted = dict.fromkeys(
        (COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN),
        ("can_list", "can_show", "can_add", "can_change", "can_reset", "can_unlock", "can_handover"),
    )
    permission_titles = {"can_unlock": N_("解锁账号"), "can_handover": N_("移交工作")}
    list_template = "user_list.html"
    base_order = ("office_id", "asc")
    label_columns = {
        "user": N_("姓名或用户名"),
        "user.username": N_("用户名"),
        "name": N_("姓名"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "roles": N_("角色"),
        "standing": N_("状态"),
        "user.last_login": N_("最近登录"),
        "second": N_("二次验证"),
        "user.active": N_("启用"),
    }
    list_columns = ["name", "roles", "standing", "user.last_login", "second", "user.username"]
    export_columns = ["name", "user.username", "office.name", "roles", "user.active", "user.last_login"]
    search_columns = ["user", "office"]
    order_columns = ["user_id"]

    def base_query(self) -> Query:
        """Return the logins in sight; locked by a change, so that two administrators never mix the roles they give."""
        scope = g.actor.scope
        query = super().base_query().options(selectinload(Staff.user).selectinload(User.roles))
        if request.method == "POST":
            query = query.with_for_update(of=Staff)
        return query if scope.whole else query.filter(Staff.office_id.in_(scope.office_ids))

    def more_fields(self) -> list[SearchField]:
        return [standings.role_field(), standings.field()]

    def cell(self, row: Staff, column: str) -> str:
        if column == "roles":
            return Markup(gettext("、")).join(user_cards.titles(row)) or "—"  # noqa: S704  # nosec B704
        if column == "standing":
            return standings.word(row, g.locked_out, user_cards.known(row)[1])
        if column == "second":
            return gettext("已启用") if row.user_id in g.with_code else gettext("未启用")
        return super().cell(row, column)

    def value(self, row: Staff, column: str) -> object:
        if column == "name":
            return accounts.full_name(row.user)
        if column == "roles":
            return gettext("、").join(map(role_title, sorted(accounts.roles_of(row.user))))
        if column == "user.last_login":
            return standings.clock(row.user.last_login)
        return super().value(row, column)

    def manageable(self, row: Staff) -> bool:
        """Return whether the list offers to change this login."""
        return accounts.manages(db.session, g.actor, row.user_id, accounts.roles_of(row.user))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = NewForm(request.form or None, office=g.actor.office_id)

        def save():
            password = accounts.new_password()
            user = accounts.make_user(
                db.session, g.actor, form.username.data, password=password, temporary=True, **form.facts()
            )
            db.session.commit()
            pending_duties.tell(user.id)
            return self._tell(db.session.get_one(Staff, user.id), password)

        return self.form_page(form, save, "user_form.html", lambda: {"words": role_words.by_name()})

    @expose("/change/<pk>", methods=["GET", "POST"])
    @has_access
    def change(self, pk):
        staff = self._manageable(pk)
        edit = Edit(
            lambda typed: ChangeForm(typed, data=_held(staff)), _changes(staff), more=lambda: _ends(staff)
        )
        form = edit.make(request.form or None)

        def save():
            edit.insist()
            facts = form.facts(_held(staff)["ends"])
            accounts.change_user(db.session, g.actor, staff, active=form.active.data, **facts)
            return self._answer(staff)

        def facts():
            return {"staff": self.item(pk), "words": role_words.by_name()}

        return self.form_page(form, save, "user_form.html", facts, edit=edit)

    @expose("/unlock/<pk>", methods=["POST"])
    @has_access
    def unlock(self, pk):
        """Let somebody try again who mistyped too often."""
        staff = self._manageable(pk)
        tries.unlock(db.session, staff.user.username)
        record(db.session, g.actor, "unlock", subject=staff.user.username, office_id=staff.office_id)
        return self.finish(sentence=gettext("账号已解锁。"))

    @expose("/show/<pk>")
    @has_access
    def show(self, pk):
        """Show what somebody may do, and by which role; beside the list, what may be changed about it."""
        row = self.item(pk)
        facts = {"row": row, "full": accounts.full_name(row.user), "may_change": self.manageable(row)}
        if not request.headers.get("X-Fragment"):
            roles = grants.roles_in_force(db.session, row.user_id, g.today)
            facts |= {"functions": matrix.functions(roles), "deeds": pending_duties.deeds(row.user_id)}
        return self.render_template("user_show.html", view=self, **facts, **user_cards.card(row))

    @expose("/handover/<pk>", methods=["GET", "POST"])
    @has_access
    def handover(self, pk):
        """Hand over the work of somebody who leaves to somebody of the same office."""
        staff = self._manageable(pk)
        form = HandoverForm(request.form or None)
        form.receiver.choices = options(
            (one.user_id, f"{one.user.username} {accounts.full_name(one.user)}")
            for one in handover.receivers(db.session, g.actor, staff)
        )

        def save():
            receiver, wishes = self.item(str(form.receiver.data)), form.wishes()
            moved = handover.hand_over(db.session, g.actor, staff, receiver, wishes)
            answer = self.finish(sentence=gettext("已移交{count}份申请。").format(count=moved))
            pending_duties.tell(receiver.user_id)
            return answer

        def facts():
            leaver = self.item(pk)
            return {
                "count": handover.handled(db.session, leaver),
                "full": accounts.full_name(leaver.user),
            }

        return self.form_page(form, save, "user_handover.html", facts)

    def list_more(self, rows: Sequence[Staff]) -> dict:
        ids = [row.user_id for row in rows]
        g.role_ends, g.role_waits = grants.ends_of(db.session, ids), pending_duties.of_users(ids)
        g.locked_out = tries.locked(db.session, [row.user.username for row in rows])
        g.with_code = second_factor.enrolled_among(db.session, ids)
        batch = url_for("UserView.together")
        return {"batch": batch}

    def tabs(self, page: Filtered) -> list[Tab]:
        """Return a tab for each standing of a login, and one for all."""
        return standings.tabs(page)

    @expose("/reset/<pk>", methods=["POST"])
    @has_access
    def reset(self, pk):
        """Set a new password for somebody who has forgotten the old one."""
        staff, password = self._manageable(pk), accounts.new_password()
        accounts.set_password(db.session, g.actor, staff, password, temporary=True)
        tries.unlock(db.session, staff.user.username)
        db.session.commit()
        pending_duties.tell(staff.user_id)
        return self._tell(staff, password)

    def _manageable(self, pk: str) -> Staff:
        """Return a login in sight that the actor may change."""
        staff = self.item(pk)
        accounts.refuse_management(db.session, g.actor, staff.user)
        return staff

    def _tell(self, staff: Staff, password: str):
        """Show the password, the only time that it is seen: it stands in no cookie, no log and no cache."""
        present = accounts.roles_of(staff.user)
        page = self.render_template(
            "user_password.html",
            view=self,
            staff=staff,
            full=accounts.full_name(staff.user),
            roles=gettext("、").join(map(role_title, sorted(present))),
            password=password,
            needs_code=demands.wanted(db.session, staff.user_id),
        )
        answer = make_response(page)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _held(staff: Staff) -> dict:
    """Return what the form starts from."""
    roles = accounts.held_by(db.session, staff.user)
    return {
        "ends": {role: str(day) for role, day in sorted(roles.items()) if day},
        "name": accounts.full_name(staff.user),
        "office": staff.office_id,
        "roles": sorted(roles),
        "active": bool(staff.user.active),
    }


def _ends(staff: Staff) -> dict[str, tuple[str, str]]:
    """Return the form's inputs of last days: name → (label, day)."""
    roles, title = _held(staff), gettext("{role}的截止日期")
    return {
        f"until-{role}": (title.format(role=role_title(role)), roles["ends"].get(role, ""))
        for role in accounts.grantable(db.session, g.actor)
    }


def _changes(staff: Staff) -> ColumnElement[bool]:
    """Return where the audit log tells of a login's changes."""
    of_account = AuditEntry.event.in_(("user_change", "role_change"))
    return of_account & (AuditEntry.subject == staff.user.username)
