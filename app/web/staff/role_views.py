"""Who may do what: the table of roles, the roles that offices make, and who holds them."""

from __future__ import annotations

from typing import ClassVar

from flask import abort, g, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.engine.access import accounts, grants, own_roles
from app.engine.access.roles import KEEPERS, TITLES
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web.crud.options import options
from app.web.crud.paging import key_of
from app.web.crud.views import Screen
from app.web.page.sidebar import SETTINGS
from app.web.staff import matrix
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

MOST_HOLDERS = 500


class RoleForm(Form):
    title = StringField(
        N_("角色名称"),
        [DataRequired(N_("请填写角色名称。")), Length(max=40)],
        filters=[lambda text: (text or "").strip()],
    )
    parts = SelectMultipleField(
        N_("由哪些角色组成"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=N_("新角色先具有这些角色的全部权限，保存后可以逐项取消"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.parts.choices = options((role, role_title(role)) for role in own_roles.PARTS)


class RoleView(Screen, BaseView):
    """The product's roles are fixed; an office's own ones are changed where they were made."""

    route_base = "/settings/roles"
    default_view = "list"
    class_permission_name = "RoleView"
    menu = SETTINGS
    menu_title = N_("角色与权限")
    menu_icon = "user"
    watched = True
    granted: ClassVar = dict.fromkeys(KEEPERS, ("can_list", "can_show", "can_add", "can_edit", "can_drop"))
    permission_titles = {"can_drop": N_("删除")}

    @expose("/list/")
    @has_access
    def list(self):
        own = [own.name for own in own_roles.in_sight(db.session, g.actor)]
        roles = [*TITLES, *own]
        chosen = [role for role in request.args.getlist("role") if role in roles] or roles
        return self.render_template(
            "role_list.html",
            view=self,
            roles=roles,
            chosen=chosen,
            own={name: own_roles.known(db.session)[name] for name in own},
            editable=lambda own: own_roles.editable(own, g.actor),
            functions=matrix.functions(chosen),
        )

    @expose("/show/<name>")
    @has_access
    def show(self, name):
        """Show who holds a role, within the administrator's sight."""
        if name not in TITLES and name not in {own.name for own in own_roles.in_sight(db.session, g.actor)}:
            abort(404)
        holders = list(db.session.scalars(_holders(name).limit(MOST_HOLDERS)))
        ends = grants.ends_of(db.session, [staff.user_id for staff in holders])
        return self.render_template(
            "role_show.html",
            view=self,
            name=name,
            holders=[
                (one, accounts.full_name(one.user), ends.get(one.user_id, {}).get(name)) for one in holders
            ],
            most=MOST_HOLDERS,
            functions=matrix.functions([name]),
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = RoleForm(request.form)

        def save():
            own = own_roles.make(db.session, g.actor, form.title.data, form.parts.data)
            address = url_for("RoleView.edit", pk=own.role_id)
            return self.finish(address, gettext("角色已建立。请逐项核对权限，取消不需要的。"))

        return self.form_page(form, save, "role_form.html")

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        own = self._own(pk)
        form = RoleForm(request.form or None, data={"title": own.title, "parts": own.parts})

        def save():
            chosen = {key_of(Role.id.type, text) for text in request.form.getlist("may")} - {None}
            own_roles.change(db.session, g.actor, own.role_id, form.title.data, form.parts.data, chosen)
            address = url_for("RoleView.edit", pk=pk)
            return self.finish(address, gettext("角色已保存，持有人的权限立即生效。"))

        return self.form_page(form, save, "role_form.html", lambda: _facts(self._own(pk)))

    @expose("/drop/<pk>", methods=["POST"])
    @has_access
    def drop(self, pk):
        own_roles.drop(db.session, g.actor, self._own(pk).role_id)
        return self.finish(sentence=gettext("角色已删除。"))

    def _own(self, pk: str):
        number = key_of(Role.id.type, pk)
        return own_roles.find_role(db.session, g.actor, number if number is not None else -1)


def _facts(own) -> dict[str, object]:
    """Return what the form of an office's own role shows beside it."""
    pairs = own_roles.held_by(db.session, own.role_id)
    return {"own": own, "held": pairs, "functions": matrix.functions(own.parts)}


def _holders(name: str):
    """Return the staff in sight that hold a role, those for whom it is over included."""
    scope = g.actor.scope
    wanted = (
        select(Staff)
        .join(Staff.user)
        .join(User.roles)
        .join(Office, Office.id == Staff.office_id)
        .where(Role.name == name)
        .options(selectinload(Staff.user))
        .order_by(Office.code, User.username)
    )
    return wanted if scope.whole else wanted.where(Staff.office_id.in_(scope.office_ids))
