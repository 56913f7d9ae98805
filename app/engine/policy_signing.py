"""A dated value judges once a second policy officer has signed it; a correction then takes the place of what it corrects."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.policy_values import PolicyValue
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_

STRANGERS = N_("登记人和签发人的账号由对方创建、授权或重置过，不能由您签发。请由另一名政策管理人员签发。")
REFUSED = {"policy_one_value_a_day": N_("该参数从这一天起已有一个签发的值。请改这一条的生效日期，或删去。")}


def sign(session: Session, signer: Actor, value_id: int) -> PolicyValue:
    """Put a value in force, in the place of the one that it replaces. The caller commits.

    Raises NotFound, and Refused for who entered it, made the author's account, or where another one begins that day.
    """
    value = _lock(session, value_id)
    if value.created_by == signer.user_id:
        raise Refused(N_("这个值由您登记，须由另一名政策管理人员签发。"))
    replaced = session.get(PolicyValue, value.replaces_id) if value.replaces_id else None
    before = None if replaced is None else facts_of(replaced)
    try:
        if replaced is not None:
            session.delete(replaced)
            session.flush()
            session.refresh(value)
        value.signed_by, value.signed_at = signer.user_id, func.now()
        session.flush()
    except IntegrityError as error:
        session.rollback()
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
        raise Refused(REFUSED.get(constraint, STRANGERS)) from error
    record(session, signer, "policy_signed", subject=repr(value), before=before, after=facts_of(value))
    return value


def discard(session: Session, actor: Actor, value_id: int) -> None:
    """Remove a value that nobody has signed. The caller commits. Raises NotFound."""
    value = _lock(session, value_id)
    record(session, actor, "policy_change", subject=repr(value), before=facts_of(value))
    session.delete(value)
    session.flush()


def facts_of(value: PolicyValue) -> dict[str, str | None]:
    """Return what the audit log keeps of a value."""
    names = ("parameter", "region_code", "value", "starts_on", "ends_on", "document")
    facts = {name: getattr(value, name) for name in names}
    return {name: None if fact is None else str(fact) for name, fact in facts.items()}


def _lock(session: Session, value_id: int) -> PolicyValue:
    wanted = select(PolicyValue).where(PolicyValue.id == value_id).with_for_update(of=PolicyValue)
    value = session.scalars(wanted).one_or_none()
    if value is None or value.in_force:
        raise NotFound(N_("没有找到待签发的取值。请刷新列表。"))
    return value
