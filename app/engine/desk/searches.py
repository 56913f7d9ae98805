"""Searches that people keep by a name, and those too long for an address; encrypted, for ids may stand in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from uuid import uuid4

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Select, String, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.free_text import FreeText
from app.engine.scope import OPEN
from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.ciphers import Cipher, new_row_key, place, row_key

MOST = 30
UNNAMED_FOR = timedelta(days=7)


class Search(Model):
    """One person's search of one list."""

    __tablename__ = "searches"
    __table_args__ = (UniqueConstraint("user_id", "view", "name", name="search_name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    view: Mapped[str] = mapped_column(String(60))
    name: Mapped[str | None] = mapped_column(FreeText(40))
    row_key: Mapped[bytes | None] = row_key(deferred=False)
    query_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("row_key", "user_id")))
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def keep(session: Session, vault: Vault, user_id: int, view: str, query: str, name: str | None = None) -> str:
    """Store a search and return its id; one of the same name is replaced. Raises Refused."""
    if name is not None and len(named(session, user_id, view)) >= MOST:
        raise Refused(N_("每个列表最多保存{most}个查询条件。请先删除不用的。"), most=MOST)
    key = new_row_key()
    cipher = vault.encrypt(query, place(Search.query_cipher, row_key=key, user_id=user_id))
    facts, cipher_facts = (
        {"user_id": user_id, "view": view, "name": name},
        {"row_key": key, "query_cipher": cipher},
    )
    stored = insert(Search).values(id=str(uuid4()), **facts, **cipher_facts)
    stored = stored.on_conflict_do_update(
        constraint="search_name", set_={**cipher_facts, "kept_at": func.now()}
    )
    return session.scalars(stored.returning(Search.id)).one()


def named(session: Session, user_id: int, view: str) -> list[Search]:
    """Return what this person keeps for a list, by name."""
    return list(session.scalars(_named(), {"user_id": user_id, "view": view}, execution_options=OPEN))


@cache
def _named() -> Select:
    own = Search.user_id == bindparam("user_id"), Search.view == bindparam("view")
    return select(Search).where(*own, Search.name.is_not(None)).order_by(func.pinyin(Search.name))


def find_search(session: Session, user_id: int, view: str, search_id: str) -> Search | None:
    """Return the person's own search; anybody else's does not exist."""
    own = select(Search).where(Search.id == search_id, Search.user_id == user_id, Search.view == view)
    return session.scalars(own).one_or_none()


def drop(session: Session, user_id: int, search_id: str) -> int:
    """Forget a search of one's own; returns how many that were."""
    return count_changes(session, delete(Search).where(Search.id == search_id, Search.user_id == user_id))


def drop_unnamed(session: Session) -> int:
    """Forget long searches that nobody named."""
    stale = delete(Search).where(Search.name.is_(None), Search.kept_at < func.now() - UNNAMED_FOR)
    return count_changes(session, stale)
