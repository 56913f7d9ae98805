"""How often a subject came in its window, counted in the database: every worker on every host knows the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_appbuilder import Model
from sqlalchemy import (
    DateTime,
    Engine,
    String,
    case,
    func,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

LOCKED_FOR = timedelta(minutes=15)


LONGEST_WINDOW = timedelta(hours=1)


"""Of what is counted: shares are an hour's."""


class Attempt(Model):
    """How often an account, an address or an API key came since `began_at`."""

    __tablename__ = "login_attempts"

    subject: Mapped[str] = mapped_column(String(140), primary_key=True)
    count: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def count(engine: Engine, subject: str, within: timedelta = LOCKED_FOR) -> tuple[int, datetime]:
    """Count one more time; return how often the subject has come in its window and when the next window begins."""
    over = Attempt.began_at <= func.now() - within
    trying = insert(Attempt).values(subject=subject, count=1)
    counted = trying.on_conflict_do_update(
        index_elements=[Attempt.subject],
        set_={
            "count": case((over, 1), else_=Attempt.count + 1),
            "began_at": case((over, func.now()), else_=Attempt.began_at),
        },
    ).returning(Attempt.count, Attempt.began_at + within)
    with engine.begin() as connection:
        total, until = connection.execute(counted).one()
    return total, until
