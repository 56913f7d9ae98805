"""Who may do what: the table of roles, the roles that offices make, and who holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, NamedTuple

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
from app.engine.access.roles import ADMINISTRATORS, CLERK, KEEPERS, REVIEWER, TITLES
from app.extensions import db
from app.kernel.messages import N_
from app.kernel.text import whole_number
from app.registers.organisation import Office, Staff
from app.web.crud.options import options
from app.web.crud.paging import key_of
from app.web.crud.views import Screen
from app.web.page.sidebar import SETTINGS
from app.web.staff import matrix, pending_duties, role_words
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

MOST_HOLDERS = 500


class Holder(NamedTuple):
    """Somebody who holds a role, by which ones, to which day (`date.max` without an end), and whether it waits."""

    staff: Staff
    full: str
    roles: Sequence[str]
    until: date
    waits: bool


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
        """Show two roles side by side, the others as dots, and who may do the line that is chosen."""
        own = [own.name for own in own_roles.in_sight(db.session, g.actor)]
        roles, groups = [*TITLES, *own], matrix.groups([*TITLES, *own])
        pair = [_named("a", roles, CLERK), _named("b", roles, REVIEWER)]
        opened = _numbered("open", groups)
        line = opened and _numbered("line", opened.lines)
        return self.render_template(
            "role_list.html",
            view=self,
            roles=roles,
            pair=pair,
            short_title=role_words.short_title,
            others=[role for role in TITLES if role not in pair],
            administrators=ADMINISTRATORS,
            own=[own_roles.known(db.session)[name] for name in own],
            editable=lambda own: own_roles.editable(own, g.actor),
            groups=groups,
            opened=opened,
            line=line,
            differences=sum(len(group.differing(*pair)) for group in groups),
            chosen=[role_words.words_of(role) for role in (line.holders if line else pair) if role in roles],
            holders=_who(line.holders) if line else [],
            most=MOST_HOLDERS,
        )

    @expose("/show/<name>")
    @has_access
    def show(self, name):
        """Show who holds a role, within the administrator's sight."""
        if name not in TITLES and name not in {own.name for own in own_roles.in_sight(db.session, g.actor)}:
            abort(404)
        holders = _who([name])
        return self.render_template(
            "role_show.html",
            view=self,
            name=name,
            words=role_words.words_of(name),
            holders=holders,
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


def _named(name: str, roles: Sequence[str], otherwise: str) -> str:
    wanted = request.args.get(name, "")
    return wanted if wanted in roles else otherwise


def _numbered(name: str, rows: Sequence):
    """Return the row that the address names by its place, if it does."""
    number = whole_number(request.args.get(name), 3)
    return rows[number] if number is not None and number < len(rows) else None


def _who(names: Iterable[str]) -> list[Holder]:
    """Return the staff in sight that hold one of the roles, those for whom it is over included."""
    wanted, scope = set(names), g.actor.scope
    query = (
        select(Staff)
        .join(Staff.user)
        .join(Office, Office.id == Staff.office_id)
        .where(User.roles.any(Role.name.in_(wanted)))
        .options(selectinload(Staff.user).selectinload(User.roles))
        .order_by(Office.code, User.username)
        .limit(MOST_HOLDERS)
    )
    seen = query if scope.whole else query.where(Staff.office_id.in_(scope.office_ids))
    holders = list(db.session.scalars(seen))
    ids = [staff.user_id for staff in holders]
    ends, waits = grants.ends_of(db.session, ids), pending_duties.of_users(ids)
    return [
        Holder(
            staff,
            accounts.full_name(staff.user),
            sorted(present := accounts.roles_of(staff.user) & wanted),
            max((ends.get(staff.user_id, {}).get(role) or date.max for role in present), default=date.max),
            bool({*present, None} & waits.get(staff.user_id, set())),
        )
        for staff in holders
    ]
