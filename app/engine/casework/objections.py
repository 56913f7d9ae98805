"""Objections to a person in a public notice: an open one holds that claim, an upheld one leaves only failure."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Claim
from app.engine.cases.finding import find_claim
from app.engine.free_text import FreeText
from app.engine.scope import FRESH
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound, Refused
from app.kernel.messages import N_
from app.registers.ciphers import ENCRYPTED, Cipher, new_row_key, place, row_key
from app.registers.models import row_id
from app.registers.organisation import Office

STATES = {"open": N_("待处理"), "upheld": N_("成立"), "dismissed": N_("不成立")}


class Objection(Model):
    """What somebody says against one claim under publicity, and what the reviewer decided."""

    __tablename__ = "objections"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="objection_state"),
        CheckConstraint("(state = 'open') = (decided_on IS NULL)", name="objection_decided"),
    )

    id: Mapped[int] = row_id()
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    raised_on: Mapped[date]
    raised_by: Mapped[str] = mapped_column(FreeText(100))
    row_key: Mapped[bytes | None] = row_key()
    contact_cipher: Mapped[bytes | None] = mapped_column(
        Cipher(bound_to=("row_key", "claim_id")), deferred=True, deferred_group=ENCRYPTED
    )
    content: Mapped[str] = mapped_column(FreeText(1000))
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    registered_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    decision: Mapped[str | None] = mapped_column(FreeText(1000))
    decided_on: Mapped[date | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    claim: Mapped[Claim] = relationship()
    office: Mapped[Office] = relationship()

    def __repr__(self) -> str:
        return f"{self.claim_id}-{self.id}"


def register(
    session: Session,
    actor: Actor,
    claim_id: int,
    vault: Vault,
    today: date,
    *,
    raised_on: date,
    raised_by: str,
    contact: str | None,
    content: str,
) -> Objection:
    """Take an objection in while the claim is under publicity; the claim's row lock orders it against an outcome.

    Raises NotFound, Refused, BadValue.
    """
    claim = find_claim(session, claim_id, lock=True)
    if claim.office_id != actor.office_id:
        raise Refused(N_("只有受理本件的经办机构可以登记异议。请联系该机构的经办人员。"))
    notice = claim.notice
    if claim.state != "publicizing" or notice is None:
        raise Refused(N_("只有公示中的记录可以登记异议。公示期已过的，请告知对方向审核人员反映。"))
    if not notice.starts_on <= raised_on <= today:
        raise BadValue(
            N_("异议日期应在公示开始日期{starts_on}至今天{today}之间。请核对日期。"),
            starts_on=notice.starts_on,
            today=today,
        )
    key = new_row_key()
    own = place(Objection.contact_cipher, row_key=key, claim_id=claim.id)
    objection = Objection(
        row_key=key,
        claim_id=claim.id,
        office_id=claim.office_id,
        raised_on=raised_on,
        raised_by=raised_by,
        contact_cipher=vault.encrypt(contact, own) if contact else None,
        content=content,
        registered_by=actor.user_id,
    )
    session.add(objection)
    session.flush()
    _note(session, actor, "objection", objection, claim, {"raised_on": str(raised_on)})
    return objection


def decide(
    session: Session, actor: Actor, objection_id: int, upheld: bool, opinion: str, today: date
) -> Objection:
    """Store the reviewer's decision, once. Raises NotFound, Refused."""
    objection = session.scalars(
        select(Objection).where(Objection.id == objection_id).with_for_update(of=Objection),
        execution_options=FRESH,
    ).one_or_none()
    if objection is None:
        raise NotFound(N_("没有找到这件异议。请刷新列表。"))
    if objection.state != "open":
        raise Refused(N_("这件异议已经处理。请刷新页面查看处理结果。"))
    objection.state = "upheld" if upheld else "dismissed"
    objection.decision, objection.decided_on, objection.decided_by = opinion, today, actor.user_id
    _note(
        session, actor, "objection_decided", objection, objection.claim, {"objection_state": objection.state}
    )
    return objection


def _note(
    session: Session, actor: Actor, event: str, objection: Objection, claim: Claim, after: dict
) -> None:
    record(
        session,
        actor,
        event,
        claim_id=claim.id,
        application_id=claim.application_id,
        programme=claim.programme,
        office_id=claim.office_id,
        note=objection.decision if event == "objection_decided" else None,
        after={"objection_id": objection.id, **after},
    )
