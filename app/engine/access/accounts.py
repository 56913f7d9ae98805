"""Making and changing logins: the one place that writes users, their office, their roles and their passwords."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import blake2b

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.engine.access import deciding, duties, grants, own_roles
from app.engine.access.roles import ADMINISTRATORS, CLERK, GRANTABLE, SEATS, TITLES
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sessions import logins, old_passwords
from app.kernel.errors import BadValue, Refused
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff

USERNAME = re.compile(r"(?!.*\d(?:[.-]?\d){9})[a-z][a-z0-9_.-]{1,29}")
LEAST_PASSWORD = 10
LETTERS = "".join(c for c in string.ascii_letters if c not in "IOlo")
DIGITS = "23456789"


def make_user(
    session: Session,
    actor: Actor,
    username: str,
    name: str,
    office: Office,
    roles: Iterable[str],
    password: str,
    *,
    temporary: bool = False,
    ends: Mapping[str, date] | None = None,
) -> User:
    """Make a login in one office. `name` is surname first; raises Refused or BadValue for what must not be."""
    wanted = set(roles)
    _refuse_username(username)
    refuse_weak(password)
    refuse_grant(session, actor, office, wanted)
    user = User(username=username, email=f"{username}@localhost", active=True)
    user.password = generate_password_hash(password)
    try:
        with session.begin_nested():
            session.add(user)
            _fill(session, user, name, wanted)
    except IntegrityError:
        raise Refused(N_("用户名“{username}”已被使用。请换一个用户名。"), username=username) from None
    staff = Staff(user=user, user_id=user.id, office_id=office.id, must_change_password=temporary)
    session.add(staff)
    dated = _set_ends(session, user, wanted, ends)
    facts = {"name": name, "office": office.code, "active": True}
    record(session, actor, "user_change", subject=username, office_id=office.id, after=facts)
    _record_roles(session, actor, staff, {}, dated)
    duties.note(session, actor, user.id, duties.MADE)
    return user


def change_user(
    session: Session,
    actor: Actor,
    staff: Staff,
    *,
    name: str,
    office: Office,
    roles: set[str],
    active: bool,
    ends: Mapping[str, date] | None = None,
) -> None:
    """Replace what a login holds; the caller has locked `staff`, so that two administrators never mix their roles.

    `ends` names the last days of the roles that are held for a time.
    """
    user, roles_before = staff.user, held_by(session, staff.user)
    refuse_management(session, actor, user)
    refuse_grant(session, actor, office, roles)
    before = {"name": full_name(user), "office": staff.office.code, "active": bool(user.active)}
    offices = {staff.office_id, office.id}
    _fill(session, user, name, roles)
    user.active, staff.office = active, office
    session.flush()
    wanted = _set_ends(session, user, roles, ends)
    after = {"name": name, "office": office.code, "active": active}
    if before != after or roles_before != wanted:
        logins.end(session, user.id)
    for office_id in sorted(offices) if before != after else ():
        record(
            session,
            actor,
            "user_change",
            subject=user.username,
            office_id=office_id,
            before=before,
            after=after,
        )
    _record_roles(session, actor, staff, roles_before, wanted, moved=len(offices) > 1)


def take_in(
    session: Session,
    actor: Actor,
    user: User,
    *,
    name: str,
    office: Office,
    roles: set[str],
    ends: Mapping[str, date] | None = None,
) -> None:
    """Give an office and roles for somebody whom another authority has let in; sessions without them end.

    By the office above; the province's own people by two of its administrators: until the second, nothing works.
    """
    refuse_grant(session, actor, office, roles)
    if office.id == actor.office_id and office.parent is not None:
        raise Refused(
            N_("用统一认证登录的新人员由上级机构接收。请把其用户名告知{office}的管理员，由其授权。"),
            office=office.parent.name,
        )
    _fill(session, user, name, roles)
    staff = Staff(user=user, user_id=user.id, office_id=office.id)
    session.add(staff)
    session.flush()
    dated = _set_ends(session, user, roles, ends)
    logins.end(session, user.id)
    facts = {"name": name, "office": office.code, "active": bool(user.active)}
    record(session, actor, "user_change", subject=user.username, office_id=office.id, after=facts)
    _record_roles(session, actor, staff, {}, dated)
    duties.note(session, actor, user.id, duties.MADE)
    if office.id == actor.office_id:
        deciding.wait_whole(session, actor, staff)


def let_go(session: Session, actor: Actor, staff: Staff) -> None:
    """Take back that somebody was taken in: without roles and office the account waits again."""
    roles = held_by(session, staff.user)
    staff.user.roles = []
    session.flush()
    _record_roles(session, actor, staff, roles, {})
    logins.end(session, staff.user_id)
    duties.drop_account(session, staff.user_id)


def set_password(
    session: Session,
    actor: Actor,
    staff: Staff,
    password: str,
    *,
    temporary: bool = False,
    but: str | None = None,
) -> None:
    """Set a new password; all sessions of the login end, save that of the token `but`. `temporary`: the next login must change it."""
    refuse_weak(password)
    refuse_repeated(session, staff, password)
    old_passwords.remember(session, staff.user_id, staff.user.password)
    staff.user.password = generate_password_hash(password)
    staff.password_set_at, staff.must_change_password = func.now(), temporary
    logins.end(session, staff.user_id, but=but)
    record(session, actor, "password_change", subject=staff.user.username, office_id=staff.office_id)
    if actor.user_id != staff.user_id:
        deciding.wait_after_reset(session, actor, staff, duties.PASSWORD)


def must_change(staff: Staff, *, lasting: bool) -> bool:
    """Return whether the password was given by somebody else or is too old; `lasting` ones, known to all, don't age."""
    aged = datetime.now(UTC) - staff.password_set_at > old_passwords.LONGEST_AGE
    return staff.must_change_password or (aged and not lasting)


def new_password() -> str:
    """Return a first password to be read out once: no signs that look alike."""
    letters = [secrets.choice(LETTERS) for _ in range(9)]
    return "".join(letters) + "-" + "".join(secrets.choice(DIGITS) for _ in range(4))


def password_digest(user: User, key: str) -> str:
    """Return what a session keeps of the password that opened it; it tells nothing about the password."""
    return blake2b((user.password or "").encode(), key=key.encode()[:64], digest_size=16).hexdigest()


def full_name(user: User) -> str:
    """Return the name, Surname first, as the offices write it."""
    return f"{user.last_name}{user.first_name}"


def roles_of(user: User) -> set[str]:
    """Return the names of a login's roles, those that are over included."""
    return {role.name for role in user.roles}


def held_by(session: Session, user: User) -> dict[str, date | None]:
    """Return role → its last day, None for a role without an end."""
    return dict.fromkeys(roles_of(user)) | grants.ends_of(session, [user.id]).get(user.id, {})


def grantable(session: Session, actor: Actor) -> tuple[str, ...]:
    """Return the roles that an administrator may give and take."""
    lists = [GRANTABLE.get(role, ()) for role in actor.roles]
    given = tuple(role for role in TITLES if any(role in granted for granted in lists))
    return given + tuple(own.name for own in own_roles.in_sight(session, actor)) if given else ()


def manages(session: Session, actor: Actor, user_id: int, roles: Collection[str]) -> bool:
    """Return whether the actor may change a login that holds these roles: never the own, an equal's or a stronger one's."""
    return user_id != actor.user_id and set(roles) <= set(grantable(session, actor))


def refuse_management(session: Session, actor: Actor, user: User) -> None:
    """Raise the same as an exception with its reason."""
    if not manages(session, actor, user.id, roles_of(user)):
        raise Refused(N_("不能修改本人的账号，也不能修改本级或上级管理员的账号。请联系上级管理员办理。"))


def refuse_grant(session: Session, actor: Actor, office: Office, roles: set[str]) -> None:
    """Refuse a role that is not the actor's to give and an office out of the actor's sight: no way leads up."""
    refuse_mixture(roles)
    if actor.user_id is not None:
        if not roles <= set(grantable(session, actor)):
            raise Refused(N_("所选角色超出了您可以授予的范围。请重新选择，或联系上级管理员授权。"))
        if not actor.scope.whole and office.id not in actor.scope.office_ids:
            raise Refused(N_("所选机构不在您的管辖范围内。请重新选择机构。"))
    own_roles.refuse_elsewhere(session, roles, office)
    if office.kind and not own_roles.parts_of(session, roles) <= {CLERK}:
        raise Refused(
            N_("{office}只受理和初核，不审核、不发放；其人员只能持有“经办”角色。请重新选择角色或机构。"),
            office=office.name,
        )
    for role in roles & set(SEATS):
        if office.region.level != SEATS[role]:
            raise Refused(
                N_(
                    "角色与机构的级别不符：区县、市（州）和省级管理员及政策管理须设在相应级别的机构。请重新选择机构或角色。"
                )
            )


def refuse_mixture(roles: set[str]) -> None:
    """Refuse a mixture: those who say who may do what do no business, and the other way round."""
    if roles & ADMINISTRATORS and roles - ADMINISTRATORS:
        raise Refused(N_("管理员角色不能与业务角色同时授予一人。请另建账号，或只保留其中一类角色。"))


def refuse_weak(password: str) -> None:
    """Refuse what is too easily guessed."""
    mixed = any(c.isalpha() for c in password) and any(c.isdigit() for c in password)
    if len(password) < LEAST_PASSWORD or not mixed:
        raise BadValue(N_("密码至少{least}个字符，并同时包含字母和数字。请重新填写。"), least=LEAST_PASSWORD)


def refuse_repeated(session: Session, staff: Staff, password: str) -> None:
    """Refuse the present password and those before it."""
    had = [staff.user.password, *old_passwords.remembered(session, staff.user_id)]
    if any(check_password_hash(one, password) for one in had if one):
        raise Refused(N_("新密码与最近用过的密码相同。请换一个新密码。"))


def _refuse_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise BadValue(N_("用户名为2至30个小写字母、数字和 . - _，以字母开头，不含证件、手机号码。请更正。"))


def _fill(session: Session, user: User, name: str, roles: set[str]) -> None:
    user.last_name, user.first_name = name[:1], name[1:]
    user.roles = list(session.scalars(select(Role).where(Role.name.in_(roles)).order_by(Role.id)))
    if roles_of(user) != roles:
        raise Refused(N_("所选角色不存在。请刷新页面后重新选择。"))


def _set_ends(
    session: Session, user: User, roles: set[str], ends: Mapping[str, date] | None
) -> dict[str, date | None]:
    dated = {role: day for role, day in (ends or {}).items() if role in roles}
    grants.set_ends(session, user.id, dated)
    return dict.fromkeys(roles) | dated


def _record_roles(
    session: Session,
    actor: Actor,
    staff: Staff,
    roles_before: Mapping[str, date | None],
    wanted: Mapping[str, date | None],
    *,
    moved: bool = False,
) -> None:
    if roles_before != wanted:
        facts = {"before": grants.as_recorded(roles_before), "after": grants.as_recorded(wanted)}
        where = {"subject": staff.user.username, "office_id": staff.office_id}
        record(session, actor, "role_change", **where, **facts)
        duties.note(session, actor, staff.user_id, duties.GRANTED)
    deciding.after_change(session, actor, staff, roles_before, wanted, moved=moved)
