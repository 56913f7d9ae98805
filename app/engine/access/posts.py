"""What an administrator's desk shows: posts and who holds them, what waits, what was changed, who is in, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import ARRAY, ColumnElement, Select, String, case, exists, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from app.engine.access import duties, grants
from app.engine.access.duties import DutyGrant
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.sessions import old_passwords, tries
from app.engine.sessions.logins import Login, alive_now
from app.engine.sessions.second_factor import SecondFactor
from app.engine.statements import gather
from app.registers.organisation import Office, RoleEnd, Staff, User

SOON, LONG = timedelta(days=30), timedelta(days=90)
"""A role that ends by then is asked about; a login that nobody has used for that long is named."""
SHOWN, NAMED = 6, 4
ZONE = "Asia/Shanghai"


class Pending(NamedTuple):
    """A duty that waits; `role` is None for a whole account. `own`: the actor gave it; `confirmable`: the actor may confirm it."""

    user_id: int
    name: str
    role: str | None
    cause: str
    giver: str
    at: str
    own: bool
    confirmable: bool


class Person(NamedTuple):
    user_id: int
    name: str


class Ending(NamedTuple):
    """A role that ends soon."""

    user_id: int
    name: str
    role: str
    last_day: date


class Post(NamedTuple):
    """A role: how many hold it, the first few by name, the next day on which one's ends."""

    role: str
    holders: int
    names: Sequence[str]
    ends: date | None


class Change(NamedTuple):
    """An entry of the log about an account, as `account_changes.in_words` reads it."""

    id: int
    event: str
    at: str
    name: str
    actor_id: int | None
    actor_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Online(NamedTuple):
    user_id: int
    name: str
    since: str
    address: str
    all_in: int


class Security(NamedTuple):
    """Logins in use and stopped; of those in use, with a second factor, with an old password, long unused; failures today."""

    active: int
    stopped: int
    coded: int
    aged: int
    unused: int
    failures: int


@dataclass(frozen=True)
class StaffDesk:
    """`offices`: code → name, in which changes are said."""

    pending: Sequence[Pending]
    locked: Sequence[Person]
    roleless: Sequence[Person]
    ending: Sequence[Ending]
    posts: Sequence[Post]
    changes: Sequence[Change]
    online: Sequence[Online]
    security: Security
    offices: Mapping[str, str]


def staff_desk(session: Session, actor: Actor, events: Sequence[str], today: date) -> StaffDesk:
    """Return the desk of an administrator's subtree; `events` are those of the log that tell of accounts."""
    seen = true() if actor.scope.whole else Staff.office_id.in_(actor.scope.office_ids)
    parts = (
        _pending(actor, seen),
        _people(seen, User.active, tries.is_locked(User.username)),
        _people(seen, User.active, ~exists().where(assoc_user_role.c.user_id == User.id)),
        _ending(seen, today),
        _posts(seen, today),
        _changes(events),
        _online(seen),
        _security(seen),
        select(Office.code, Office.name),
    )
    pending, locked, roleless, ending, posts, changes, online, security, offices = gather(session, *parts)
    return StaffDesk(
        [Pending(*row) for row in pending],
        [Person(*row) for row in locked],
        [Person(*row) for row in roleless],
        [Ending(*row) for row in ending],
        [Post(*row) for row in posts],
        [Change(*row) for row in changes],
        [Online(*row) for row in online],
        Security(*security[0]),
        dict(offices),
    )


def _name(user: type[Any]) -> ColumnElement[str]:
    return func.concat(user.last_name, user.first_name, type_=String)


def _clock(moment: Any, form: str = "YYYY-MM-DD HH24:MI") -> ColumnElement[str]:
    return func.to_char(func.timezone(ZONE, moment), form, type_=String)


def _pending(actor: Actor, seen: ColumnElement[bool]) -> Select:
    giver = aliased(User)
    second = duties.may_confirm(DutyGrant.given_by, DutyGrant.given_in, actor.user_id)
    wanted = (
        select(
            DutyGrant.user_id,
            _name(User),
            Role.name,
            DutyGrant.cause,
            _name(giver),
            _clock(DutyGrant.given_at),
            DutyGrant.given_by == actor.user_id,
            second,
        )
        .join(Staff, Staff.user_id == DutyGrant.user_id)
        .join(User, User.id == DutyGrant.user_id)
        .outerjoin(Role, Role.id == DutyGrant.role_id)
        .outerjoin(giver, giver.id == DutyGrant.given_by)
    )
    return wanted.where(DutyGrant.confirmed_at.is_(None), seen).order_by(DutyGrant.id).limit(SHOWN)


def _people(seen: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Select:
    wanted = select(User.id, _name(User)).join(Staff, Staff.user_id == User.id)
    return wanted.where(seen, *conditions).order_by(User.id).limit(SHOWN)


def _ending(seen: ColumnElement[bool], today: date) -> Select:
    wanted = (
        select(RoleEnd.user_id, _name(User), Role.name, RoleEnd.last_day)
        .join(Role, Role.id == RoleEnd.role_id)
        .join(User, User.id == RoleEnd.user_id)
        .join(Staff, Staff.user_id == RoleEnd.user_id)
    )
    soon = wanted.where(seen, User.active, RoleEnd.last_day.between(today, today + SOON))
    return soon.order_by(RoleEnd.last_day, RoleEnd.user_id).limit(SHOWN)


def _posts(seen: ColumnElement[bool], today: date) -> Select:
    """Select who can do what today: duties that wait don't count."""
    membership = assoc_user_role.c
    names = func.array_agg(aggregate_order_by(_name(User), User.id), type_=ARRAY(String))
    wanted = select(Role.name, func.count(), names[1:NAMED], func.min(RoleEnd.last_day))
    wanted = grants.with_ends(wanted.select_from(assoc_user_role).join(Role, Role.id == membership.role_id))
    wanted = wanted.join(User, User.id == membership.user_id).join(Staff, Staff.user_id == User.id)
    working = ~duties.waits(membership.user_id, membership.role_id)
    return wanted.where(seen, User.active, grants.in_force(today), working).group_by(Role.name)


def _changes(events: Sequence[str]) -> Select:
    entry = AuditEntry
    name = func.coalesce(func.nullif(_name(User), ""), entry.subject)
    columns = (entry.id, entry.event, _clock(entry.at, "MM-DD HH24:MI"), name, entry.actor_id)
    wanted = select(*columns, entry.actor_name, entry.before, entry.after)
    wanted = wanted.outerjoin(User, User.username == entry.subject)
    return wanted.where(entry.event.in_(events)).order_by(entry.id.desc()).limit(SHOWN)


def _online(seen: ColumnElement[bool]) -> Select:
    """Select who is in: each once, by the latest session."""
    latest = func.max(Login.began_at)
    wanted = select(
        Login.user_id, _name(User), _clock(latest, "HH24:MI"), func.max(Login.address), func.count().over()
    )
    wanted = wanted.join(User, User.id == Login.user_id).join(Staff, Staff.user_id == User.id)
    return (
        wanted.where(seen, alive_now())
        .group_by(Login.user_id, User.last_name, User.first_name)
        .order_by(latest.desc())
        .limit(SHOWN)
    )


def _security(seen: ColumnElement[bool]) -> Select:
    coded = exists().where(SecondFactor.user_id == User.id)
    aged = Staff.password_set_at < func.now() - old_passwords.LONGEST_AGE
    since = func.timezone(ZONE, func.now()) - LONG
    conditions = (User.active, ~User.active, User.active & coded, User.active & aged)
    counts = [func.count(case((condition, 1))) for condition in conditions]
    counts.append(func.count(case((User.active & (User.last_login < since), 1))))
    day = func.date_trunc("day", func.now(), ZONE)
    failed = select(func.count(AuditEntry.id)).where(
        AuditEntry.event.in_(("login_failed", "code_failed")), AuditEntry.at >= day
    )
    wanted = select(*counts, failed.scalar_subquery()).select_from(Staff)
    return wanted.join(User, User.id == Staff.user_id).where(seen)
