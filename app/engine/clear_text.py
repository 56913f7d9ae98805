"""Numbers that earlier releases kept in clear: `prepare` hides them in texts, in small transactions, whenever it runs.

Hosts of an earlier release beside this one may still write some, so every run looks at all rows; what is hidden is found no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from flask_appbuilder import Model
from sqlalchemy import (
    NullPool,
    Select,
    SQLColumnExpression,
    create_engine,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, object_session, raiseload, undefer_group

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.scope import OPEN
from app.kernel.crypto import Vault
from app.kernel.free_text import IDENTIFYING, without_numbers
from app.registers.ciphers import ENCRYPTED
from app.registers.organisation import OwnRole, User

BATCH = 200
WIDE, PLAIN = "０１２３４５６７８９＋", "0123456789+"
UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"


@dataclass(frozen=True)
class Clearing:
    """Rows of which a column matches a pattern of PostgreSQL's are given to `hide`, which says whether it changed anything.

    Others are not even locked.
    """

    model: type[Model]
    columns: tuple[SQLColumnExpression, ...]
    hide: Callable[[Vault, Model], bool]
    patterns: tuple[str, ...] = (IDENTIFYING,)


def run(url: str, vault: Vault, clearings: Iterable[Clearing]) -> dict[str, int]:
    """Clear every table and return table → rows changed; `url` is the owner's. Each batch is committed with its audit entry."""
    with Session(create_engine(url, poolclass=NullPool)) as session:
        changed = {one.model.__tablename__: _clear(session, vault, one) for one in clearings}
    return {table: count for table, count in changed.items() if count}


def _clear(session: Session, vault: Vault, one: Clearing) -> int:
    (key,) = inspect(one.model).primary_key
    last, total = 0, 0
    while rows := session.scalars(_following(one, key, last), execution_options=OPEN).all():
        last = getattr(rows[-1], key.key)
        if count := sum([one.hide(vault, row) for row in rows]):
            table = one.model.__tablename__
            record(session, Actor.command(), "clear_text", subject=table, after={"rows": count})
            total += count
        session.commit()
    return total


def _following(one: Clearing, key: InstrumentedAttribute, last: int) -> Select:
    bare = (
        func.regexp_replace(func.translate(column, WIDE, PLAIN), UNSEEN, "", "g") for column in one.columns
    )
    numbered = (column.regexp_match(pattern) for column in bare for pattern in one.patterns)
    wanted = select(one.model).where(key > last, or_(*numbered)).order_by(key).limit(BATCH)
    return wanted.options(raiseload("*"), undefer_group(ENCRYPTED)).with_for_update(
        key_share=True, of=one.model
    )


def _hide_title(_: Vault, own: OwnRole) -> bool:
    """Hide numbers in the titles of own roles; titles of one office differ, and what is left of two may not."""
    title = without_numbers(own.title)
    if title == own.title:
        return False
    taken = select(OwnRole.role_id).where(OwnRole.office_id == own.office_id, OwnRole.title == title)
    if cast(Session, object_session(own)).scalar(taken) is not None:
        title = f"{title[:30]} {own.role_id}"
    own.title = title
    return True


def _hide_name(_: Vault, user: User) -> bool:
    """Leave the user name, for it opens the account; screens mask it."""
    full, email = f"{user.last_name}{user.first_name}", user.email
    hidden = without_numbers(full)
    if hidden != full:
        user.last_name, user.first_name = hidden[:1], hidden[1:]
    if without_numbers(email) != email:
        # made of the user name; nobody writes to it
        user.email = f"+{user.id}@{email.rpartition('@')[2]}"
    return (hidden, user.email) != (full, email)


PEOPLE = (
    Clearing(OwnRole, (OwnRole.title,), _hide_title),
    Clearing(User, (func.concat(User.last_name, User.first_name), User.email), _hide_name),
)
"""What administrators typed."""
