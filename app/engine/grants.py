"""Roles that are held for a time, and roles that an office has put together from others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    String,
    UniqueConstraint,
    delete,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.registers.organisation import Office


class RoleEnd(Model):
    """The last day (Asia/Shanghai, included) on which somebody holds a role; it goes with the role."""

    __tablename__ = "role_ends"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "role_id"], ["ab_user_role.user_id", "ab_user_role.role_id"], ondelete="CASCADE"
        ),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_day: Mapped[date]


class OwnRole(Model):
    """A role of an office: it holds no more than its `parts`, business roles of the product, do together."""

    __tablename__ = "own_roles"
    __table_args__ = (UniqueConstraint("office_id", "title", name="own_role_title"),)

    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    parts: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    office: Mapped[Office] = relationship(lazy="joined")
    role: Mapped[Role] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """What the role is called where roles are granted; the title is what people read."""
        return self.role.name


def in_force(today: date) -> ColumnElement[bool]:
    """The condition of `assoc_user_role` rows joined with `RoleEnd` by `with_ends` that still count."""
    return or_(RoleEnd.last_day.is_(None), RoleEnd.last_day >= today)


def with_ends(statement: Select) -> Select:
    """Joins the ends of the roles to a statement on `assoc_user_role`."""
    held = assoc_user_role.c
    tied = (RoleEnd.user_id == held.user_id) & (RoleEnd.role_id == held.role_id)
    return statement.outerjoin(RoleEnd, tied)


def roles_in_force(session: Session, user_id: int, today: date) -> frozenset[str]:
    """The names of the roles that somebody holds on a day."""
    held = select(Role.name).select_from(assoc_user_role).join(Role, Role.id == assoc_user_role.c.role_id)
    wanted = with_ends(held).where(assoc_user_role.c.user_id == user_id, in_force(today))
    return frozenset(session.scalars(wanted))


def ends_of(session: Session, user_ids: Collection[int]) -> dict[int, dict[str, date]]:
    """user → role → last day, of the roles that have one."""
    found: dict[int, dict[str, date]] = {}
    rows = select(RoleEnd.user_id, Role.name, RoleEnd.last_day).join(Role, Role.id == RoleEnd.role_id)
    for user_id, role, last_day in session.execute(rows.where(RoleEnd.user_id.in_(user_ids))):
        found.setdefault(user_id, {})[role] = last_day
    return found


def set_ends(session: Session, user_id: int, ends: Mapping[str, date]) -> None:
    """Gives the roles of somebody, which the database holds already, their last days; the others have none."""
    session.execute(delete(RoleEnd).where(RoleEnd.user_id == user_id))
    ids = dict(session.execute(select(Role.name, Role.id).where(Role.name.in_(ends))).all())
    rows = [{"user_id": user_id, "role_id": ids[name], "last_day": day} for name, day in ends.items()]
    if rows:
        session.execute(insert(RoleEnd).values(rows))
