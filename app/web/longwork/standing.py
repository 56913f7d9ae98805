"""Whether somebody may still take what was made for them, by permission and office as they are now."""

from __future__ import annotations

from flask import g
from flask_appbuilder.baseviews import BaseView
from sqlalchemy import func, select

from app.engine.casework.batch import Batch, BatchRow
from app.engine.intake.held_sheets import HeldSheet
from app.engine.longwork.works import LongWork
from app.engine.scope import OPEN
from app.engine.workflow.transition import Subject
from app.extensions import db, fab
from app.kernel.errors import Withdrawn
from app.kernel.messages import N_

GONE = N_(
    "“{title}”不能再取用：办理以后，您的权限或所属机构有了变动，或者系统已经升级。请重新办理；没有权限的，请联系本区县管理员。"
)


def permits(permission: str | None, view: BaseView | None) -> bool:
    """Return whether the login may do that on the view; a kind of work without a permission asks for itself."""
    sm = fab().sm
    return view is not None and (permission is None or sm.has_access(permission, view.class_permission_name))


def stands(made: LongWork | HeldSheet, permission: str | None, view: BaseView | None) -> bool:
    """Return whether the login may still do what was done, and still sees what it saw then."""
    return made.sight == g.actor.sight and permits(permission, view)


def insist(made: LongWork | HeldSheet, permission: str | None, view: BaseView | None) -> None:
    """Raise Withdrawn."""
    if not stands(made, permission, view):
        raise Withdrawn(GONE, title=made.title)


def insist_on_rows(batch: Batch, subject: Subject, title: str) -> None:
    """Insist that every row of a batch lies within scope, as when it was prepared. Raises Withdrawn."""
    rows = (
        select(func.count()).join_from(BatchRow, subject.model, subject.model.id == BatchRow.row_id)
    ).where(BatchRow.batch_id == batch.id)
    if db.session.scalar(rows) != db.session.scalar(rows, execution_options=OPEN):
        raise Withdrawn(GONE, title=title)
