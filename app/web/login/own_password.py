"""Everybody's own password, changed by anyone who knows the old one."""

from __future__ import annotations

from typing import ClassVar

from flask import abort, current_app, g, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.security import check_password_hash
from wtforms import Form, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from app.engine.access import accounts
from app.engine.access.roles import TITLES
from app.engine.sessions import tries
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web.crud.views import Screen
from app.web.login import devices
from app.web.page.sidebar import SETTINGS
from app.web.site.hardening import own_path
from app.web.wording.translations import gettext


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
    menu = SETTINGS
    menu_title = N_("修改密码")
    menu_icon = "gear"
    entry_permission = "can_change"
    base_permissions: ClassVar = ["can_change"]
    granted = dict.fromkeys(TITLES, ("can_change",))

    @expose("/", methods=["GET", "POST"])
    def change(self):
        """Change a password without a permission: who has no role in force, as while a duty waits, must change a given one too."""
        form = OwnPasswordForm(request.form)

        def save():
            staff = self._change(form.old.data, form.new.data)
            address = own_path(request.args.get("next", "")) or url_for("PasswordView.change")
            answer = self.finish(address, gettext("密码已修改。其他地方的登录已退出。"))
            session["seal"] = accounts.password_digest(staff.user, current_app.config["SECRET_KEY"])
            return answer

        def facts():
            staff = db.session.get(Staff, g.actor.user_id) or abort(403)
            return {"must": accounts.must_change(staff, lasting=current_app.config["DEMO"])}

        return self.form_page(form, save, "user_own_password.html", facts)

    def _change(self, old: str, new: str) -> Staff:
        """Return the actor's own row with the new password. Raises Refused."""
        staff = db.session.get(Staff, g.actor.user_id) or abort(403)
        this = devices.attempt(staff.user.username, g.actor.address)
        tries.reserve(db.engine, this)
        if not check_password_hash(staff.user.password, old):
            raise Refused(N_("原密码不正确，密码没有修改。请重新填写；忘记密码请联系本区县管理员。"))
        tries.succeed(db.engine, this)
        accounts.set_password(db.session, g.actor, staff, new, but=session["token"])
        return staff
