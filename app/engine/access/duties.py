"""Who made, granted or reset an account, and the duties that wait until a second administrator has confirmed them.

The database holds who may confirm what (migration 0026): nobody an own grant, nobody below, and within one office only
two of whom neither has made, granted or reset the other's account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.statements import count_changes
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_
from app.registers.models import row_id
from app.registers.organisation import Office, Staff, User

MADE, GRANTED, RESET = "made", "granted", "reset"
GIVEN, LONGER, MOVED, WIDENED = "given", "longer", "moved", "widened"
PASSWORD, SECOND_FACTOR, TAKEN_IN = "password", "second_factor", "taken_in"  # noqa: S105  # nosec B105
CAUSES = {
    GIVEN: N_("授予"),
    LONGER: N_("延长期限"),
    MOVED: N_("调入机构"),
    WIDENED: N_("扩大自定角色的权限"),
    PASSWORD: N_("重置密码"),
    SECOND_FACTOR: N_("重置二次验证"),
    TAKEN_IN: N_("接收统一认证人员"),
}
"""What an administrator did to an account so that a duty waits."""
RULE = 1


class AccountDeed(Model):
    """That an administrator has made, granted or reset somebody's account; kept by id, once for each kind."""

    __tablename__ = "account_deeds"
    __table_args__ = (
        CheckConstraint("deed IN ('made', 'granted', 'reset')", name="account_deed_kind"),
        CheckConstraint("user_id <> by_id", name="account_deed_of_another"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    by_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    deed: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    by: Mapped[User] = relationship(foreign_keys=[by_id])


class DutyRule(Model):
    """Whether duties wait for a second administrator; without a row they do."""

    __tablename__ = "duty_rule"
    __table_args__ = (CheckConstraint("id = 1", name="duty_rule_one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    required: Mapped[bool] = mapped_column(Boolean)


class DutyGrant(Model):
    """One deed after which a duty waits; without a role it is the whole account that waits.

    A duty works when it has a confirmed grant and none that waits. It goes with the role.
    """

    __tablename__ = "duty_grants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "role_id"], ["ab_user_role.user_id", "ab_user_role.role_id"], ondelete="CASCADE"
        ),
        CheckConstraint("confirmed_by <> given_by AND confirmed_by <> user_id", name="duty_of_two"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_at IS NOT NULL", name="duty_confirmed_when"),
        CheckConstraint("confirmed_by IS NULL OR given_in IS NOT NULL", name="duty_given_where"),
    )

    id: Mapped[int] = row_id()
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    role_id: Mapped[int | None]
    cause: Mapped[str] = mapped_column(String(16))
    given_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    given_in: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    staff: Mapped[Staff] = relationship(
        primaryjoin="foreign(DutyGrant.user_id) == Staff.user_id", viewonly=True
    )
    role = relationship("Role", primaryjoin="foreign(DutyGrant.role_id) == Role.id", viewonly=True)
    giver: Mapped[User | None] = relationship(foreign_keys=[given_by], viewonly=True)
    office: Mapped[Office | None] = relationship(foreign_keys=[given_in], viewonly=True)


Index("duty_unconfirmed", DutyGrant.user_id, postgresql_where=DutyGrant.confirmed_at.is_(None))


def note(session: Session, actor: Actor, user_id: int, *deeds: str) -> None:
    """Keep that the actor did this to an account; the IT officer's commands and the own account are nobody's deed."""
    if actor.user_id is None or actor.user_id == user_id or not deeds:
        return
    rows = [{"user_id": user_id, "by_id": actor.user_id, "deed": deed} for deed in deeds]
    session.execute(insert(AccountDeed).values(rows).on_conflict_do_nothing())


def ask(session: Session, actor: Actor, pairs: Iterable[tuple[int, int | None]], cause: str) -> bool:
    """Lock duties, by (user, role), after what the actor did; a command's, or with the rule off, work at once.

    Returns whether any waits.
    """
    waits = actor.user_id is not None and required(session)
    confirmed = None if waits else func.now()
    facts = {
        "cause": cause,
        "given_by": actor.user_id,
        "given_in": actor.office_id,
        "confirmed_at": confirmed,
    }
    rows = [{"user_id": user_id, "role_id": role_id, **facts} for user_id, role_id in pairs]
    if rows:
        session.execute(insert(DutyGrant).values(rows))
    return waits and bool(rows)


def required(session: Session) -> bool:
    """Return whether a second administrator is asked for."""
    return session.scalar(select(DutyRule.required)) is not False


def require(session: Session, actor: Actor, wanted: bool) -> None:
    """Switch the rule; off, everything that waits begins to work."""
    before = required(session)
    session.execute(
        insert(DutyRule)
        .values(id=RULE, required=wanted)
        .on_conflict_do_update(index_elements=[DutyRule.id], set_={"required": wanted})
    )
    freed = 0
    if not wanted:
        waiting = update(DutyGrant).where(DutyGrant.confirmed_at.is_(None)).values(confirmed_at=func.now())
        freed = count_changes(session, waiting.execution_options(synchronize_session=False))
    facts = {"before": {"required": before}, "after": {"required": wanted, "freed": freed}}
    record(session, actor, "duty_rule", **facts)


def may_confirm(first, first_office, second) -> ColumnElement[bool]:
    """Return the database's answer (migration 0026): whether the second administrator may confirm what the first did."""
    return func.may_confirm(first, first_office, second, type_=Boolean)


def locked(session: Session, grant_id: int) -> DutyGrant:
    """Return a grant that waits, with its account locked, as every change of an account locks it. Raises NotFound."""
    of = select(DutyGrant.user_id).where(DutyGrant.id == grant_id).scalar_subquery()
    session.scalars(select(Staff).where(Staff.user_id == of).with_for_update(of=Staff)).one_or_none()
    own = (DutyGrant.id == grant_id) & DutyGrant.confirmed_at.is_(None)
    query = select(DutyGrant).where(own).with_for_update(of=DutyGrant)
    grant = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if grant is None:
        raise NotFound(N_("此项授权已经办理，或授予人又作了修改。请刷新“待确认授权”后核对。"))
    return grant


def refuse_first(session: Session, actor: Actor, grant: DutyGrant) -> None:
    """Raise Refused unless the actor may be the second administrator of a grant."""
    if not session.scalar(select(may_confirm(grant.given_by, grant.given_in, actor.user_id))):
        raise Refused(
            N_("您不能确认这项授权：须由授予人上级机构的管理员，或同一机构中账号互不经手的另一名管理员确认。")
        )


def confirm(session: Session, actor: Actor, grant: DutyGrant) -> None:
    """Confirm a locked grant as the second administrator. Raises Refused."""
    refuse_first(session, actor, grant)
    grant.confirmed_by, grant.confirmed_at = actor.user_id, func.now()
    session.flush()


def drop_account(session: Session, user_id: int) -> None:
    """Leave an account without an office and without anything that waits."""
    session.execute(delete(DutyGrant).where(DutyGrant.user_id == user_id))
    session.execute(delete(Staff).where(Staff.user_id == user_id))


def waits(user_id, role_id) -> ColumnElement[bool]:
    """Return the condition that something waits for a second administrator, of a role or of its whole account."""
    one = aliased(DutyGrant)
    of_role = or_(one.role_id == role_id, one.role_id.is_(None))
    return exists().where(one.user_id == user_id, of_role, one.confirmed_at.is_(None))


def confirmed(user_id, role_id) -> ColumnElement[bool]:
    """Return the condition that a role was confirmed once."""
    one = aliased(DutyGrant)
    return exists().where(one.user_id == user_id, one.role_id == role_id, one.confirmed_at.is_not(None))
