"""The logins of an administrator's subtree, and everybody's own password."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar

from flask import abort, current_app, flash, g, make_response, redirect, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Query, selectinload
from werkzeug.security import check_password_hash
from wtforms import BooleanField, Form, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.engine import logins
from app.engine.audit import record
from app.extensions import db
from app.kernel.errors import DomainError, Refused
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web import accounts
from app.web.options import options
from app.web.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN, TITLES
from app.web.settings import PLACE
from app.web.templating import role_title, translate
from app.web.views import ModelView, Screen


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class ChangeForm(Form):
    """What an administrator says of a login; offices and roles are those that the administrator may give."""

    name = StringField(N_("姓名"), [DataRequired(N_("请填写姓名。")), Length(max=60)], filters=[_stripped])
    office = SelectField(N_("机构"), coerce=int)
    roles = SelectMultipleField(
        N_("角色"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    active = BooleanField(N_("启用"), description=N_("停用后此人立即退出，不能再登录"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.office.choices = options((o.id, f"{o.code} {o.name}") for o in _offices())
        self.roles.choices = options((role, role_title(role)) for role in accounts.grantable(g.actor))

    def facts(self) -> dict:
        """As `accounts.change_user` takes them; the office is one of the choices."""
        office = db.session.get(Office, self.office.data)
        return {"name": self.name.data, "office": office, "roles": set(self.roles.data or ())}


class NewForm(ChangeForm):
    username = StringField(
        N_("用户名"),
        [DataRequired(N_("请填写用户名。")), Length(max=30)],
        filters=[_stripped],
        description=N_("2至30个小写字母、数字、点、横线或下划线，以字母开头"),
    )
    active = None


class UserView(ModelView):
    """List, add, change and give a new password; `accounts` refuses every way up, whatever is posted."""

    datamodel = SQLAInterface(Staff)
    route_base = "/settings/users"
    menu = PLACE
    menu_title = N_("用户")
    include_route_methods: ClassVar[set[str]] = {"list", "add", "change", "reset", "unlock"}
    granted = dict.fromkeys(
        (COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN),
        ("can_list", "can_add", "can_change", "can_reset", "can_unlock"),
    )
    list_template = "user_list.html"
    base_order = ("user_id", "desc")
    label_columns = {
        "user": N_("姓名或用户名"),
        "user.username": N_("用户名"),
        "name": N_("姓名"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "roles": N_("角色"),
        "user.active": N_("启用"),
    }
    list_columns = ["user.username", "name", "office.name", "roles", "user.active"]
    search_columns = ("user", "office")
    order_columns = ["user_id"]

    def base_query(self) -> Query:
        """The logins in sight; locked by a change, so that two administrators never mix the roles they give."""
        scope = g.actor.scope
        query = super().base_query().options(selectinload(Staff.user).selectinload(User.roles))
        if request.method == "POST":
            query = query.with_for_update(of=Staff)
        return query if scope.whole else query.filter(Staff.office_id.in_(scope.office_ids))

    def cell(self, row: Staff, column: str) -> str:
        if column == "name":
            return accounts.full_name(row.user)
        if column == "roles":
            return (
                "、".join(role_title(role) for role in TITLES if role in accounts.roles_of(row.user)) or "—"
            )
        return super().cell(row, column)

    def manageable(self, row: Staff) -> bool:
        """Whether the list offers to change this login."""
        return accounts.manages(g.actor, row.user_id, accounts.roles_of(row.user))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = NewForm(request.form or None, office=g.actor.office_id)
        problem = None
        if request.method == "POST" and form.validate():
            password = accounts.new_password()
            try:
                user = accounts.make_user(
                    db.session, g.actor, form.username.data, password=password, temporary=True, **form.facts()
                )
                db.session.commit()
                return self._tell(user, password)
            except DomainError as error:
                db.session.rollback()
                problem = translate(error.message)
        return self._page(form, problem)

    @expose("/change/<pk>", methods=["GET", "POST"])
    @has_access
    def change(self, pk):
        staff = self._manageable(pk)
        held = _held(staff)
        form, problem = ChangeForm(request.form or None, data=held), None
        if request.method == "POST" and form.validate():
            try:
                if request.form.get("seen") != _digest(held):
                    raise Refused(N_("此记录已被他人修改，您的修改没有保存。请刷新页面，核对后重新填写。"))
                accounts.change_user(db.session, g.actor, staff, active=form.active.data, **form.facts())
                db.session.commit()
                return redirect(url_for("UserView.list"))
            except DomainError as error:
                db.session.rollback()
                problem, staff = translate(error.message), self.item(pk)
        return self._page(form, problem, staff, _digest(held))

    @expose("/unlock/<pk>", methods=["POST"])
    @has_access
    def unlock(self, pk):
        """Lets somebody try again who mistyped too often."""
        staff = self._manageable(pk)
        logins.unlock(db.session, staff.user.username)
        record(db.session, g.actor, "unlock", subject=staff.user.username, office_id=staff.office_id)
        db.session.commit()
        flash(gettext("账号已解锁。"), "success")
        return redirect(url_for("UserView.list"))

    def list_more(self, rows: list[Staff]) -> dict:
        return {"locked": logins.locked(db.session, [row.user.username for row in rows])}

    @expose("/reset/<pk>", methods=["POST"])
    @has_access
    def reset(self, pk):
        """A new password for somebody who has forgotten the old one."""
        staff, password = self._manageable(pk), accounts.new_password()
        accounts.set_password(db.session, g.actor, staff, password, temporary=True)
        logins.unlock(db.session, staff.user.username)
        db.session.commit()
        return self._tell(staff.user, password)

    def _manageable(self, pk: str) -> Staff:
        """A login in sight that the actor may change."""
        staff = self.item(pk)
        accounts.refuse_management(g.actor, staff.user)
        return staff

    def _page(self, form: Form, problem: str | None, staff: Staff | None = None, seen: str = ""):
        status = 422 if request.method == "POST" else 200
        return self.render_template(
            "user_form.html", view=self, form=form, problem=problem, staff=staff, seen=seen
        ), status

    def _tell(self, user: User, password: str):
        """The only time that the password is seen: it stands in no cookie, no log and no cache."""
        answer = make_response(
            self.render_template("user_password.html", view=self, user=user, password=password)
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


class OwnPasswordForm(Form):
    old = PasswordField(N_("原密码"), [InputRequired(N_("请填写原密码。")), Length(max=256)])
    new = PasswordField(
        N_("新密码"),
        [InputRequired(N_("请填写新密码。")), Length(max=256)],
        description=N_("至少10个字符，同时包含字母和数字"),
    )
    again = PasswordField(N_("再次输入新密码"), [EqualTo("new", N_("两次输入的新密码不一致。请重新填写。"))])


class PasswordView(Screen, BaseView):
    """Everybody's own password, by the old one."""

    route_base = "/settings/password"
    default_view = "change"
    menu = PLACE
    menu_title = N_("修改密码")
    entry_permission = "can_change"
    granted = dict.fromkeys(TITLES, ("can_change",))

    @expose("/", methods=["GET", "POST"])
    @has_access
    def change(self):
        form, problem = OwnPasswordForm(request.form), None
        if request.method == "POST" and form.validate():
            try:
                self._change(form.old.data, form.new.data)
                flash(gettext("密码已修改。其他地方的登录已退出。"), "success")
                return redirect(url_for("PasswordView.change"))
            except DomainError as error:
                db.session.rollback()
                problem = translate(error.message)
        status = 422 if request.method == "POST" else 200
        must = accounts.must_change(db.session.get(Staff, g.actor.user_id) or abort(403))
        return self.render_template(
            "user_own_password.html", view=self, form=form, problem=problem, must=must
        ), status

    def _change(self, old: str, new: str) -> None:
        staff = db.session.get(Staff, g.actor.user_id) or abort(403)
        logins.reserve(db.engine, staff.user.username, g.actor.address)
        if not check_password_hash(staff.user.password, old):
            raise Refused(N_("原密码不正确，密码没有修改。请重新填写；忘记密码请联系本区县管理员。"))
        logins.succeed(db.engine, staff.user.username, g.actor.address)
        accounts.set_password(db.session, g.actor, staff, new, but=session["token"])
        db.session.commit()
        session["seal"] = accounts.seal(staff.user, current_app.secret_key)


def _offices() -> list[Office]:
    """The offices of the subtree, from the province down."""
    scope = g.actor.scope
    query = select(Office).order_by(Office.code)
    return list(db.session.scalars(query if scope.whole else query.where(Office.id.in_(scope.office_ids))))


def _held(staff: Staff) -> dict:
    """What the form starts from."""
    return {
        "name": accounts.full_name(staff.user),
        "office": staff.office_id,
        "roles": sorted(accounts.roles_of(staff.user)),
        "active": bool(staff.user.active),
    }


def _digest(held: dict) -> str:
    """What a form was shown with; a stale change is told by it."""
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


USER_VIEWS = (UserView, PasswordView)
