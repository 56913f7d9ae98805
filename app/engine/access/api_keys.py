"""Keys of other systems: each acts for one office, with that office's sight and a few abilities; kept as digests.

Flask-AppBuilder's own API keys belong to a user and carry the user's whole rights; these belong to an office.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256

from flask_appbuilder import Model
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    String,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.engine.access.duties import may_confirm
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.free_text import FreeText
from app.engine.scope import OPEN, Scope
from app.kernel.errors import BadValue, Refused
from app.kernel.messages import N_
from app.registers.models import row_id
from app.registers.organisation import Office

REGISTER_LOAD, CASE_READ = "register_load", "case_read"
ABILITIES = {REGISTER_LOAD: N_("装载登记库"), CASE_READ: N_("查询案件")}
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)
SIGN = "key_"
"""What every key begins with, so that one that went astray is recognised."""


class ApiKey(Model):
    """One key; the other system holds it, the database only its digest. The last day still counts."""

    __tablename__ = "api_keys"
    __scope__ = "office_id"
    __table_args__ = (CheckConstraint("confirmed_by_id <> made_by_id", name="key_of_two"),)

    id: Mapped[int] = row_id()
    name: Mapped[str] = mapped_column(FreeText(60))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    abilities: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    ends_on: Mapped[date]
    made_by: Mapped[str] = mapped_column(String(130))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    made_in_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    made_in: Mapped[Office | None] = relationship(foreign_keys=[made_in_id], viewonly=True)

    def __repr__(self) -> str:
        return f"{self.name} · {self.id}"

    @property
    def waits(self) -> bool:
        """Whether the key works only once a second administrator has confirmed it."""
        return REGISTER_LOAD in self.abilities and self.confirmed_at is None and self.revoked_at is None


def make(
    session: Session,
    actor: Actor,
    name: str,
    office: Office,
    abilities: list[str],
    ends_on: date,
    today: date,
) -> tuple[ApiKey, str]:
    """Make a new key in the caller's transaction; return it and the only copy of its text. Raises Refused or BadValue."""
    if not actor.scope.whole and office.id not in actor.scope.office_ids:
        raise Refused(N_("所选机构不在您的管辖范围内。请重新选择机构。"))
    if office.kind:
        raise Refused(N_("{office}只受理和初核，不发接口密钥。请重新选择机构。"), office=office.name)
    if not abilities or not set(abilities) <= set(ABILITIES):
        raise BadValue(N_("请至少选择一项用途。"))
    if not today <= ends_on <= today + LONGEST:
        raise BadValue(N_("截止日期应在{first}至{last}之间。请重新填写。"), first=today, last=today + LONGEST)
    text = SIGN + secrets.token_urlsafe(32)
    key = ApiKey(name=name, office=office, abilities=sorted(set(abilities)), ends_on=ends_on)
    key.digest, key.made_by = _digest(text), actor.name
    key.made_by_id, key.made_in_id = actor.user_id, actor.office_id
    if actor.user_id is None or actor.office_id != office.id or REGISTER_LOAD not in abilities:
        key.confirmed_at = func.now()
    session.add(key)
    session.flush()
    facts = {"office": office.code, "abilities": key.abilities, "ends_on": ends_on.isoformat()}
    record(session, actor, "key_made", subject=str(key), office_id=office.id, after=facts)
    return key, text


def confirm(session: Session, actor: Actor, key_id: int) -> ApiKey:
    """Confirm, as the second administrator, a key that loads registers (migration 0026). Raises Refused."""
    own = select(ApiKey).where(ApiKey.id == key_id).with_for_update(of=ApiKey)
    key = session.scalars(own, execution_options={"populate_existing": True}).one()
    if key.waits is False:
        raise Refused(N_("此密钥已经确认或撤销，无需确认。"))
    made_in = key.made_in_id or key.office_id
    if not session.scalar(select(may_confirm(key.made_by_id, made_in, actor.user_id))):
        raise Refused(
            N_("您不能确认这把密钥：须由发放人上级机构的管理员，或同一机构中账号互不经手的另一名管理员确认。")
        )
    key.confirmed_by_id, key.confirmed_at = actor.user_id, func.now()
    record(session, actor, "key_confirmed", subject=str(key), office_id=key.office_id)
    return key


def revoke(session: Session, actor: Actor, key: ApiKey) -> None:
    """End a key at once: the next request that brings it is refused."""
    if key.revoked_at is not None:
        raise Refused(N_("此密钥已经撤销，无需再次撤销。"))
    key.revoked_at = func.now()
    record(session, actor, "key_revoked", subject=str(key), office_id=key.office_id)


def recognise(session: Session, text: str, today: date, *kept: ColumnElement[bool]) -> ApiKey | None:
    """Return the key that is in force; being asked notes that it was used, to the minute.

    `kept`: what else must hold, as that its maker still has the right to make keys.
    """
    own = select(ApiKey).options(joinedload(ApiKey.office)).where(ApiKey.digest == _digest(text))
    in_force = own.where(ApiKey.revoked_at.is_(None), ApiKey.ends_on >= today, confirmed(), *kept)
    key = session.scalar(in_force, execution_options=OPEN)
    if key is not None:
        rarely = ApiKey.used_at.is_(None) | (ApiKey.used_at < func.now() - USED_EVERY)
        with session.get_bind().engine.begin() as connection:
            connection.execute(update(ApiKey).where(ApiKey.id == key.id, rarely).values(used_at=func.now()))
    return key


def actor_of(session: Session, key: ApiKey, address: str) -> Actor:
    """Return who acts by a key: nobody in person; it sees what somebody of its office sees."""
    scope = Scope.of_office(session, key.office)
    return Actor(None, f"API · {key}", key.office_id, key.office.code, key.office.name, address, scope)


def confirmed() -> ColumnElement[bool]:
    """Return the condition of the keys that wait for nobody."""
    return ApiKey.confirmed_at.is_not(None) | ~(literal(REGISTER_LOAD) == ApiKey.abilities.any_())


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
