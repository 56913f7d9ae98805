"""An application that holds nobody is thrown away; its number is not given out again."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.claims import Attachment, Claim, FailedRow
from app.engine.intake.check import lock_own
from app.kernel.errors import Refused
from app.kernel.messages import N_


def discard_application(session: Session, actor: Actor, application_id: int) -> str:
    """Delete an empty draft with its papers and the rows that did not pass; returns its number. Raises NotFound, Refused."""
    application = lock_own(session, actor, application_id)
    if session.scalar(select(Claim.id).where(Claim.application_id == application.id).limit(1)):
        raise Refused(
            N_("申请{number}中已有人员，不能删除。不再办理的人员请在查询页撤回。"), number=application.number
        )
    if session.scalar(
        select(AccountCorrection.id).where(AccountCorrection.application_id == application.id).limit(1)
    ):
        raise Refused(N_("申请{number}有收款账户更正记录，须保留，不能删除。"), number=application.number)
    number = application.number
    for model in (FailedRow, Attachment):
        session.execute(delete(model).where(model.application_id == application.id))
    record(
        session,
        actor,
        "discard",
        application_id=application.id,
        programme=application.programme,
        office_id=application.office_id,
        subject=number,
    )
    session.delete(application)
    session.flush()
    return number
