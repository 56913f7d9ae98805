"""Objects made once and bound to the application in `create_app`."""

from flask import current_app
from flask_appbuilder import AppBuilder, Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app.server.sessions import RequestSession


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, whose `session` stands for the request's own wherever the engine takes one."""

    session: Session  # type: ignore[assignment]  # scoped_session has all that Session has, but not its type


db = Database(model_class=Model, session_options={"autoflush": False, "class_": RequestSession})
migrate = Migrate()
csrf = CSRFProtect()


def fab() -> AppBuilder:
    """Return the Flask-AppBuilder of the application that is running."""
    return current_app.extensions["appbuilder"]


PREPARED = 400
"""Statements that a connection remembers: the screens have more than the driver's hundred."""


@event.listens_for(Engine, "connect")
def _set_up(connection, _) -> None:
    """Switch compiling off: it takes longer for the rules' statements than running them, four seconds of five."""
    connection.execute("SET jit = off")
    connection.commit()
    connection.prepared_max = PREPARED


PLANNED_EACH_TIME = {"planned_each_time": True}
"""Execution options of a statement whose best plan depends on whom it is asked for, as that of a list does."""


@event.listens_for(Engine, "do_execute")
def _plan(cursor, statement: str, parameters, context) -> bool:
    """Plan for these very values: the plan that PostgreSQL keeps for all sorts 10^6 claims for a province, or reads them for nothing."""
    fresh = context.execution_options.get("planned_each_time", False)
    if fresh:
        cursor.execute(statement, parameters, prepare=False)
    return fresh
