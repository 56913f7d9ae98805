"""Objects made once and bound to the application in `create_app`."""

from flask_appbuilder import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, event

from app.replica import RoutedSession

db = SQLAlchemy(model_class=Model, session_options={"autoflush": False, "class_": RoutedSession})
migrate = Migrate()
csrf = CSRFProtect()


@event.listens_for(Engine, "connect")
def _without_jit(connection, _) -> None:
    """Compiling the rules' statements takes longer than running them: four seconds of five."""
    connection.execute("SET jit = off")
    connection.commit()
