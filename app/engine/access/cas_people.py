"""Who comes by CAS: the login of a name there, and those whom nobody has taken in yet."""

from __future__ import annotations

import re

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.access.cas_accounts import CasAccount
from app.kernel.errors import BadValue, Refused
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.registers.organisation import Staff

NAME = re.compile(r"[a-z0-9][a-z0-9_.@-]{1,63}")


def find_user(session: Session, name: str) -> User | None:
    """Return the login of a CAS username, None for one that comes for the first time; raises for what can't be one of ours."""
    if not NAME.fullmatch(name) or without_numbers(name) != name:
        raise BadValue(
            N_(
                "统一认证的用户名不能用于本系统：须为2至64个字母、数字、点、横线、下划线或@，且不能是身份证号、手机号。请联系系统管理员。"
            )
        )
    user = session.scalars(select(User).where(func.lower(User.username) == name)).one_or_none()
    if user is not None and session.get(CasAccount, user.id) is None:
        raise Refused(
            N_("用户名“{name}”是本系统的本地账号，不能用统一认证登录。请用本地密码登录，或联系管理员。"),
            name=name,
        )
    return user


def waiting(session: Session, username: str | None = None) -> list[User]:
    """Return those who have come by CAS and have no office yet, or the one of that name; locked, so that one takes them in."""
    query = (
        select(User)
        .join(CasAccount, CasAccount.user_id == User.id)
        .where(User.id.not_in(select(Staff.user_id)))
        .order_by(CasAccount.came_at.desc())
    )
    if username is not None:
        query = query.where(User.username == username).with_for_update(of=User)
    return list(session.scalars(query))
