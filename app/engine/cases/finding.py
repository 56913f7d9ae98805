"""A case by its id, within the session's scope; `lock` holds its row and reads it afresh."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Claim
from app.engine.scope import FRESH
from app.kernel.errors import NotFound
from app.kernel.messages import N_

Case = TypeVar("Case", Application, Claim)


def find_application(session: Session, application_id: int, *, lock: bool = False) -> Application:
    """Return an application. Raises NotFound."""
    return _find(session, Application, application_id, N_("没有找到这份申请。请回到查询页重新选择。"), lock)


def find_claim(session: Session, claim_id: int, *, lock: bool = False) -> Claim:
    """Return a claim. Raises NotFound."""
    return _find(session, Claim, claim_id, N_("没有找到这条记录。请刷新列表。"), lock)


def _find(session: Session, model: type[Case], pk: int, missing: str, lock: bool) -> Case:
    wanted = select(model).where(model.id == pk)
    if lock:
        wanted = wanted.with_for_update(of=model).execution_options(**FRESH)
    case = session.scalars(wanted).one_or_none()
    if case is None:
        raise NotFound(missing)
    return case
