"""The demonstration: logins, registers and sheets in which every rule passes and fails as of today; production lacks it."""

from flask import Flask

from app.demo.cli import demo
from app.demo.sheets import OFFERED
from app.demo.users import PASSWORD, USERS
from app.demo.view import DemoView
from app.extensions import fab


def init_app(app: Flask) -> None:
    """Add the command, the view, and what pages show of them; after the web, within the application's context."""
    app.cli.add_command(demo)
    fab().add_view_no_menu(DemoView)
    app.jinja_env.globals.update(demo_sheets=OFFERED, demo_users=USERS, demo_password=PASSWORD)
