"""Objects made once and bound to the application in `create_app`."""

from flask_appbuilder import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

db = SQLAlchemy(model_class=Model, session_options={"autoflush": False})
migrate = Migrate()
csrf = CSRFProtect()
