"""The functions that each person keeps at hand (个人服务), in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Select, SmallInteger, String, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.scope import OPEN


class Shortcut(Model):
    """One function of one person; `view` is the screen's endpoint."""

    __tablename__ = "shortcuts"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(60), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger)


def chosen(session: Session, user_id: int) -> list[str]:
    """Return what this person keeps, in order; whether it may still be opened is not asked here."""
    return list(session.scalars(_chosen(), {"user_id": user_id}, execution_options=OPEN))


@cache
def _chosen() -> Select:
    own = select(Shortcut.view).where(Shortcut.user_id == bindparam("user_id"))
    return own.order_by(Shortcut.place, Shortcut.view)


def choose(session: Session, user_id: int, views: Sequence[str]) -> None:
    """Keep these, in this order, and no others."""
    session.execute(delete(Shortcut).where(Shortcut.user_id == user_id, Shortcut.view.not_in(views)))
    rows = [{"user_id": user_id, "view": view, "place": place} for place, view in enumerate(views)]
    if rows:
        kept = insert(Shortcut)
        placed = kept.on_conflict_do_update(
            index_elements=["user_id", "view"], set_={"place": kept.excluded.place}
        )
        session.execute(placed, rows)
