"""The page that asks for the code, who has a second factor, and which roles need one."""

from __future__ import annotations

import time
from base64 import b64decode
from typing import ClassVar

from flask import g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Query, selectinload
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.engine.access import accounts, deciding, demands, duties
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN, TITLES
from app.engine.audit import record
from app.engine.sessions import logins, second_factor, tries
from app.engine.sessions.second_factor import SecondFactor
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web.crud.options import options
from app.web.crud.views import ModelView
from app.web.login import devices, entering
from app.web.login.actors import actor_of, anonymous
from app.web.page.sidebar import SETTINGS
from app.web.wording.codes import code_of
from app.web.wording.formats import translate
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

ISSUER = N_("公共就业服务")


class CodeForm(Form):
    code = StringField(
        N_("验证码"),
        [InputRequired(N_("请填写验证码。")), Length(max=20)],
        filters=[lambda text: "".join((text or "").split())],
    )


class CodeView(BaseView):
    """Between password and session: the code of who has a second factor, or binding one."""

    route_base = "/login/code"
    default_view = "ask"

    @expose("/", methods=["GET", "POST"])
    def ask(self):
        bearer = entering.waiting()
        if bearer is None:
            return redirect(url_for("AuthView.login", next=entering.target() or None))
        user, half = bearer
        form, problem = CodeForm(request.form), None
        if request.method == "POST" and form.validate():
            problem = self._try(user, half, form.code.data)
            if problem is None:
                return entering.complete(user, actor_of(user))
        facts = self._to_bind(user, half)
        return self.render_template("second_factor.html", form=form, problem=problem, **facts), (
            401 if problem else 200
        )

    def _try(self, user: User, half: dict, code: str) -> str | None:
        """Try a code, counted like a password before it is looked at; return why it opens nothing, None when it does."""
        this = devices.attempt(user.username, anonymous().address, by_code=True)
        try:
            tries.reserve(db.engine, this)
        except Refused as refused:
            entering.note_failure(anonymous(), "login_locked", user.username)
            return translate(refused.message)
        if not self._right(user, half, code):
            entering.note_failure(anonymous(), "code_failed", user.username)
            return gettext(
                "验证码不正确、已过期或已用过。请等待出现新的验证码后填写，并核对手机时间；手机丢失请联系本区县管理员重置。"
            )
        tries.succeed(db.engine, this)
        return None

    def _right(self, user: User, half: dict, code: str) -> bool:
        vault, now = g.vault, time.time()
        if "secret" not in half:
            return second_factor.accept(db.session, vault, user.id, code, now)
        secret = vault.decrypt(b64decode(half["secret"]), entering.in_cookie(user.id))
        if not second_factor.enrol(db.session, vault, user.id, secret, code, now):
            return False
        logins.end(db.session, user.id, but=half["token"])
        record(db.session, actor_of(user), "second_factor_bound", subject=user.username)
        return True

    def _to_bind(self, user: User, half: dict) -> dict:
        """Draw the secret as text and as a square code for somebody who binds one; here, for the intranet has no other."""
        if "secret" not in half:
            return {"secret": None}  # nosec B105  # a field of a form
        secret = g.vault.decrypt(b64decode(half["secret"]), entering.in_cookie(user.id))
        code = code_of(second_factor.address(secret, user.username, gettext(ISSUER)))
        return {
            "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            "side": code.side,
            "dark": code.dark,
        }


class RolesForm(Form):
    """The product's roles; an office's own role needs one as soon as a part of it does."""

    roles = SelectMultipleField(
        N_("须用二次验证的角色"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.roles.choices = options((role, role_title(role)) for role in TITLES)


class SecondFactorView(ModelView):
    """Who of the subtree has bound a telephone; a lost one is reset here, as a forgotten password is."""

    datamodel = SQLAInterface(SecondFactor)
    route_base = "/settings/second_factor"
    menu = SETTINGS
    menu_title = N_("二次验证")
    menu_icon = "copy"
    include_route_methods: ClassVar[set[str]] = {"list", "reset", "roles"}
    watched = True
    granted: ClassVar = {
        **dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN), ("can_list", "can_reset")),
        PROVINCE_ADMIN: ("can_list", "can_reset", "can_roles"),
    }
    permission_titles = {"can_roles": N_("指定须二次验证的角色")}
    list_template = "second_factor_list.html"
    base_order = ("user_id", "desc")
    label_columns = {
        "staff.user.username": N_("用户名"),
        "staff": N_("姓名"),
        "staff.office.name": N_("机构"),
        "enrolled_at": N_("绑定时间"),
    }
    list_columns = ["staff.user.username", "staff", "staff.office.name", "enrolled_at"]
    order_columns = ["enrolled_at"]

    def base_query(self) -> Query:
        """Return those whom the administrator sees."""
        scope = g.actor.scope
        query = super().base_query().filter(SecondFactor.staff.has())
        query = query.options(
            selectinload(SecondFactor.staff).selectinload(Staff.user).selectinload(User.roles)
        )
        return (
            query
            if scope.whole
            else query.filter(SecondFactor.staff.has(Staff.office_id.in_(scope.office_ids)))
        )

    def value(self, row: SecondFactor, column: str) -> object:
        return accounts.full_name(row.staff.user) if column == "staff" else super().value(row, column)

    def list_more(self, rows) -> dict:
        return {"demanded": demands.demanded(db.session)}

    def manageable(self, row: SecondFactor) -> bool:
        """Return whether the list offers to reset this one."""
        return accounts.manages(db.session, g.actor, row.user_id, accounts.roles_of(row.staff.user))

    @expose("/reset/<pk>", methods=["POST"])
    @has_access
    def reset(self, pk):
        """Reset for somebody below the administrator who has lost the telephone: the next login binds another."""
        row = self.item(pk)
        staff = row.staff
        accounts.refuse_management(db.session, g.actor, staff.user)
        record(
            db.session,
            g.actor,
            "second_factor_reset",
            subject=staff.user.username,
            office_id=staff.office_id,
        )
        db.session.delete(row)
        logins.end(db.session, staff.user_id)
        deciding.wait_after_reset(db.session, g.actor, staff, duties.SECOND_FACTOR)
        return self.finish(sentence=gettext("二次验证已重置。此人的登录已退出，再次登录时按要求重新绑定。"))

    @expose("/roles", methods=["GET", "POST"])
    @has_access
    def roles(self):
        """Choose which roles need one; the province's administrator says so for all offices."""
        before = demands.demanded(db.session)
        form = RolesForm(request.form if request.method == "POST" else None, roles=sorted(before))

        def save():
            after = set(form.roles.data or ())
            demands.demand(db.session, after)
            facts = {"before": {"roles": sorted(before)}, "after": {"roles": sorted(after)}}
            record(db.session, g.actor, "second_factor_roles", **facts)
            return self.finish(sentence=gettext("要求已保存。尚未绑定的人员已退出，再次登录时绑定。"))

        return self.form_page(form, save, "second_factor_roles.html")
