"""A case by its id, within the session's scope; `lock` holds its row and reads it anew. Raises NotFound."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Claim
from app.engine.scope import FRESH
from app.kernel.errors import NotFound
from app.kernel.messages import N_


def find_application(session: Session, application_id: int, *, lock: bool = False) -> Application:
    wanted = select(Application).where(Application.id == application_id)
    if lock:
        wanted = wanted.with_for_update(of=Application).execution_options(**FRESH)
    application = session.scalars(wanted).one_or_none()
    if application is None:
        raise NotFound(N_("没有找到这份申请。请回到查询页重新选择。"))
    return application


def find_claim(session: Session, claim_id: int, *, lock: bool = False) -> Claim:
    wanted = select(Claim).where(Claim.id == claim_id)
    if lock:
        wanted = wanted.with_for_update(of=Claim).execution_options(**FRESH)
    claim = session.scalars(wanted).one_or_none()
    if claim is None:
        raise NotFound(N_("没有找到这条记录。请刷新列表。"))
    return claim
