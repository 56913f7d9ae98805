"""People whom the CAS server has let in and whom nobody has taken in yet: they lie in no office's subtree."""

from __future__ import annotations

from flask import g, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.engine.access import accounts, cas_people
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.messages import N_
from app.web.crud.views import Screen
from app.web.login import entering
from app.web.page.sidebar import SETTINGS
from app.web.staff import pending_duties
from app.web.staff.user_forms import ChangeForm
from app.web.wording.translations import gettext


class TakeForm(ChangeForm):
    username = StringField(
        N_("统一认证用户名"),
        [DataRequired(N_("请填写用户名。")), Length(max=64)],
        filters=[lambda text: (text or "").strip().lower()],
        description=N_("须与本人登录统一认证的用户名完全一致；本人须先用统一认证登录过一次"),
    )
    active = None


class PendingView(Screen, BaseView):
    """Taking somebody in: by the exact username; only the province's administrator, who sees all offices, sees a list."""

    route_base = "/settings/pending"
    default_view = "take"
    menu = SETTINGS
    menu_title = N_("待授权人员")
    menu_icon = "clock"
    entry_permission = "can_take"
    watched = True
    granted = dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), ("can_take",))
    permission_titles = {"can_take": N_("接收待授权人员")}

    @expose("/", methods=["GET", "POST"])
    @has_access
    def take(self):
        own = g.actor.office_id if g.actor.office_id == entering.top_office() else None
        given = {"office": own, "username": request.args.get("username", "")[:64]}
        form = TakeForm(request.form or None, data=given)

        def save():
            user_id = self._take(form)
            answer = self.finish(url_for("UserView.list"), gettext("已授权。此人重新登录后即可办理业务。"))
            pending_duties.tell(user_id)
            return answer

        def facts():
            people = cas_people.waiting(db.session) if PROVINCE_ADMIN in g.actor.roles else None
            return {"people": people, "full_name": accounts.full_name}

        return self.form_page(form, save, "pending.html", facts)

    def _take(self, form: TakeForm) -> int:
        """Take in the user and return it."""
        people = cas_people.waiting(db.session, form.username.data)
        if not people:
            raise NotFound(
                N_(
                    "没有用户名为“{username}”的待授权人员。请核对用户名；本人须先用统一认证登录一次，已授权的请在“用户”中修改。"
                ),
                username=form.username.data,
            )
        accounts.take_in(db.session, g.actor, people[0], **form.facts())
        return people[0].id
