"""The commands of the IT officer: prepare the database, make the first administrator, load registers, run jobs."""

from flask import Flask

from app.web.commands.audit_cli import audit
from app.web.commands.backup_cli import backup, restore
from app.web.commands.definitions_cli import definitions
from app.web.commands.jobs import jobs
from app.web.commands.keys_cli import keys
from app.web.commands.prepare import create_admin, prepare
from app.web.commands.registers_cli import registers


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (prepare, create_admin, registers, jobs, audit, keys, backup, restore, definitions):
        app.cli.add_command(command)
