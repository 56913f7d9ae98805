"""Objects made once and bound to the application in `create_app`."""

from flask_appbuilder import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, event

from app.server.sessions import RequestSession

db = SQLAlchemy(model_class=Model, session_options={"autoflush": False, "class_": RequestSession})
migrate = Migrate()
csrf = CSRFProtect()


PREPARED = 400
"""Statements that a connection remembers: the screens have more than the driver's hundred."""


@event.listens_for(Engine, "connect")
def _set_up(connection, _) -> None:
    """Without compiling: that takes longer for the rules' statements than running them, four seconds of five."""
    connection.execute("SET jit = off")
    connection.commit()
    connection.prepared_max = PREPARED


PLANNED_ANEW = {"planned_anew": True}
"""Execution options of a statement whose best plan depends on whom it is asked for, as that of a list does."""


@event.listens_for(Engine, "do_execute")
def _plan(cursor, statement: str, parameters, context) -> bool:
    """For these very values: the plan that PostgreSQL keeps for all sorts 10^6 claims for a province, or reads them for nothing."""
    anew = context.execution_options.get("planned_anew", False)
    if anew:
        cursor.execute(statement, parameters, prepare=False)
    return anew
