"""Regions (GB/T 2260), offices and who works in which: the tree that every row of the product hangs on."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

LEVELS = ("province", "prefecture", "county")
KINDS = ("township", "park", "school")
"""What an office below the county is; the county's own and those above it are of no kind."""


class Region(Model):
    """An administrative division; the code is the identity that other authorities use."""

    __tablename__ = "regions"
    __table_args__ = (CheckConstraint(f"level IN {LEVELS}", name="region_level"),)

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(12))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), index=True)
    parent: Mapped[Region | None] = relationship(remote_side=[code])

    def __repr__(self) -> str:
        return self.name


class Office(Model):
    """A handling office (经办机构); `path` lists the codes from the province down, so a subtree is a prefix.

    One of a `kind` lies below another and only receives: it takes in and pre-checks what the competent office decides.

    Its papers are signed by `signs_as`, where another authority decides, with `seal_block` where the seal belongs;
    `objection_phone` takes objections, where that isn't `phone`.
    """

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="office_kind"),
        CheckConstraint("kind IS NULL OR parent_id IS NOT NULL", name="office_below"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"), index=True)
    path: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str | None] = mapped_column(String(10))
    address: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(60))
    signs_as: Mapped[str | None] = mapped_column(String(120))
    seal_block: Mapped[str | None] = mapped_column(String(60))
    objection_phone: Mapped[str | None] = mapped_column(String(60))
    region: Mapped[Region] = relationship()
    parent: Mapped[Office | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.name


class Staff(Model):
    """The office of a login; a table beside FAB's own user, whose groups break under subclassing.

    `theme`: `light` or `dark` where the person has chosen one, else the browser's.
    """

    __tablename__ = "staff"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    password_set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    must_change_password: Mapped[bool] = mapped_column(server_default="false")
    theme: Mapped[str | None] = mapped_column(String(5))
    user: Mapped[User] = relationship()
    office: Mapped[Office] = relationship(lazy="joined")


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
    role = relationship("Role", lazy="joined")

    @property
    def name(self) -> str:
        """What the role is called where roles are granted; the title is what people read."""
        return self.role.name
