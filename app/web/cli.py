"""The commands of the IT officer: prepare the database, make the first administrator, load registers, run jobs."""

from flask import Flask

from app.web.audit_cli import audit
from app.web.backup_cli import backup, restore
from app.web.jobs import jobs
from app.web.keys_cli import keys
from app.web.prepare import create_admin, prepare
from app.web.registers_cli import registers


def init_app(app: Flask) -> None:
    """Adds the commands to `flask`."""
    for command in (prepare, create_admin, registers, jobs, audit, keys, backup, restore):
        app.cli.add_command(command)
