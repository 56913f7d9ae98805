"""`flask definitions …`: a subsidy's definition checked, exported, and published by two officers without a screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import time

import click
import yaml
from flask import g
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.engine.access.roles import POLICY
from app.engine.actor import Actor
from app.engine.sessions import second_factor
from app.engine.versions import ProgrammeVersion
from app.extensions import db, fab
from app.kernel.dates import parse_date
from app.kernel.errors import DomainError
from app.programmes.installed import VERSION
from app.programmes.installed import install as install_shipped
from app.studio import publishing
from app.studio.document import Document
from app.studio.schema import BadDefinition, parse_yaml, read
from app.web.login.actors import actor_of
from app.web.studio.publishing import publish as publish_version

definitions = AppGroup("definitions", help="项目定义 / definitions of subsidies")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@definitions.command()
@FILE
def check(file: Path) -> None:
    """Says every fault of a definition, each with its place."""
    document = _read(file)
    click.echo(f"没有错误 / No faults: {document.code} {document.title}")


@definitions.command()
def install() -> None:
    """Publishes the definitions that ship with the product and aren't there yet, as `flask prepare` does."""
    db.session.info["scope"] = Actor.command().scope
    count = install_shipped(db.session)
    db.session.commit()
    click.echo(f"已安装 / Installed: {count}")


@definitions.command()
@FILE
@click.option("--author", required=True, help="起草人用户名 / who wrote it")
@click.option("--signer", required=True, help="签发人用户名 / who signs it")
@click.option("--first-day", required=True, help="首日 / first policy date, YYYY-MM-DD")
@click.password_option(
    confirmation_prompt=False, help="签发人的密码 / the signer's password; asked for when not given"
)
@click.option("--code", help="签发人的动态验证码 / the signer's second factor; asked for where there is one")
def publish(file: Path, author: str, signer: str, first_day: str, password: str, code: str | None) -> None:
    """Publishes a definition: the author's draft, signed by another officer with password and second factor."""
    document, first = _read(file), parse_date(first_day)
    if first is None:
        raise click.ClickException(f"日期读不出来 / not a date: {first_day}")
    db.session.info["scope"] = Actor.command().scope
    drafted = _refusable(lambda: publishing.draft(db.session, _officer(author), document, first, date.max))
    version = _refusable(lambda: publish_version(db.session, _signer(signer, password, code), drafted.id))
    db.session.commit()
    click.echo(f"已发布 / Published: {version.programme} {version.version}")


@definitions.command()
@click.argument("programme")
@click.option("--version", type=int, help="版本号 / which version; the newest without it")
def export(programme: str, version: int | None) -> None:
    """Writes a version as YAML, to be handed to another province."""
    wanted = select(ProgrammeVersion).where(ProgrammeVersion.programme == programme)
    if version is not None:
        wanted = wanted.where(ProgrammeVersion.version == version)
    row = db.session.scalars(wanted.order_by(ProgrammeVersion.version.desc()).limit(1)).one_or_none()
    if row is None:
        raise click.ClickException(f"没有这个版本 / no such version: {programme}")
    click.echo(yaml.safe_dump(row.content, allow_unicode=True, sort_keys=False), nl=False)


def _read(file: Path) -> Document:
    try:
        data = parse_yaml(file.read_text(encoding="utf-8"))
        document = read({name: part for name, part in data.items() if name not in VERSION})
        publishing.approved(db.session, document, 1)
    except BadDefinition as error:
        for fault in error.faults:
            click.echo(f"{fault.place}: {fault.message}", err=True)
        raise click.ClickException(f"{len(error.faults)} 处错误 / faults") from error
    return document


def _refusable(act: Callable[[], ProgrammeVersion]) -> ProgrammeVersion:
    try:
        return act()
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from error


def _officer(username: str) -> Actor:
    """Return a policy officer. Raises ClickException for who is none."""
    user = db.session.scalars(select(User).where(User.username == username, User.active)).one_or_none()
    actor = user and actor_of(user)
    if actor is None or POLICY not in actor.roles:
        raise click.ClickException(f"不是在岗的政策管理人员 / no active policy officer: {username}")
    return actor


def _signer(username: str, password: str, code: str | None) -> Actor:
    """Return the officer who proves to be there by password, and by the second factor where there is one."""
    actor = _officer(username)
    user = fab().sm.auth_user_db(username, password)
    if user is None:
        raise click.ClickException("签发人的密码不正确 / the signer's password is wrong")
    if second_factor.enrolled(db.session, user.id):
        given = code or click.prompt("签发人的动态验证码 / the signer's code", hide_input=True)
        if not second_factor.accept(db.session, g.vault, user.id, given, time()):
            raise click.ClickException("动态验证码不正确 / the code is wrong")
    return actor
