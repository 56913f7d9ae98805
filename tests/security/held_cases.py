"""A sheet of a county's clerk that waits for an answer."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.intake import held_sheets
from app.engine.scope import Scope
from app.kernel.crypto import Vault
from app.kernel.messages import Message
from app.registers.models import Person
from app.registers.organisation import Office
from app.web.longwork.questions import Question, QuestionRow


def hold(session: Session, vault: Vault) -> None:
    """Asks about somebody of the register."""
    name = session.scalars(select(Person.name).limit(1)).one()
    question = Question(
        Message("甲"), ["姓名"], [QuestionRow("d1", [name])], check="移出", none="全部保留", all="全部移出"
    )
    held_sheets.hold(
        session,
        vault,
        b"",
        question.as_json(),
        user_id=session.scalars(select(User.id).where(User.username == "clerk")).one(),
        kind="check",
        view="HiringApplicationView",
        subject="1",
        title="名单",
        sight=clerks_sight(session),
    )


def clerks_sight(session: Session) -> str:
    """With which the county's clerk sees things."""
    office = session.scalars(select(Office).where(Office.code == "510104")).one()
    scope = Scope.of_office(session, office)
    return Actor(None, "", office.id, office.code, office.name, "", scope).sight
