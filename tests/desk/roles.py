"""Own roles, as administrators make them."""

from __future__ import annotations

import re

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from app.registers.organisation import OwnRole

ROLES = "/settings/roles"

TITLE = "窗口组长"


def permission(facts, view: str, name: str) -> int:
    wanted = select(PermissionView.id).join(Permission).join(ViewMenu)
    return facts.query(wanted.where(Permission.name == name, ViewMenu.name == view))[0][0]


def own(facts, title: str = TITLE) -> int:
    return facts.query(select(OwnRole.role_id).where(OwnRole.title == title))[0][0]


def name_of(facts, role_id: int) -> str:
    return facts.query(select(Role.name).where(Role.id == role_id))[0][0]


def ticked(page: str) -> list[str]:
    boxes = re.findall(r'<input type="(?:checkbox|hidden)" name="may" value="(\d+)"( checked)?', page)
    hidden = re.findall(r'<input type="hidden" name="may" value="(\d+)"', page)
    return [value for value, checked in boxes if checked or value in hidden]
