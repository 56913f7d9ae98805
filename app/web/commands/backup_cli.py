"""`flask backup FOLDER` and `flask restore FOLDER`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app, g
from flask.cli import with_appcontext

from app.engine.actor import Actor
from app.engine.oversight import sealing
from app.extensions import db
from app.kernel.errors import DomainError
from app.server.backup import make
from app.server.backup import restore as fill
from app.web.commands.prepare import grant_runtime_login


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Writes a backup while people work; keep it and the keys in different places."""
    try:
        manifest = make(_owner(), g.vault, folder.absolute(), current_app.config["VERSION"])
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"已备份 / Backed up: {folder}, {_sums(manifest)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@with_appcontext
def restore(folder: Path) -> None:
    """Fills an empty or newly prepared database from a backup, and looks whether everything is there."""
    try:
        manifest = fill(_owner(), g.vault, folder.absolute())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    grant_runtime_login()
    db.session.info["scope"] = Actor.command().scope
    if not sealing.verify(db.session, g.vault).whole:
        raise click.ClickException(
            "审计日志与封印不符 / the audit log is not as it was sealed: flask audit verify"
        )
    click.echo(f"已恢复 / Restored: {_sums(manifest)}")
    click.echo("接着运行 / now run: flask --app app prepare")


def _owner() -> str:
    return current_app.config["DATABASE_OWNER_URL"]


def _sums(manifest: dict) -> str:
    rows = manifest["rows"]
    return f"{sum(rows.values())} 行 / rows, {len(rows)} 表 / tables, {manifest['made_at']}"
