"""`flask prepare` and `flask create-admin`: the database brought up to date, and the province's first administrators."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app, g
from flask.cli import with_appcontext
from flask_appbuilder.security.sqla.models import Role, User
from flask_migrate import upgrade
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.engine import make_url

from app.engine import clear_text
from app.engine.access import own_roles, roles
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.oversight import sealing
from app.extensions import db
from app.kernel.errors import DomainError
from app.programmes.installed import install, programmes
from app.registers.organisation import Office
from app.registers.refolding import refold
from app.registers.shipping import ship
from app.web.commands.audit_cli import tell_numbers

ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtextextended('prepare', 0))"
TRIED_EVERY_SECONDS = 0.2
NEEDED = 2
SECOND = (
    "请再运行一次 create-admin，为另一人建立第二名省级管理员：审核、发放等职责由一人授予、另一人确认后才生效。\n"
    "Run create-admin once more for another person: a duty that decides or pays, given by one administrator, "
    "works once the second has confirmed it."
)
GRANTS = """
    GRANT USAGE ON SCHEMA public TO {login};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {login};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {login};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {login};
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries, audit_seals FROM {login};
    REVOKE UPDATE, DELETE ON accounts FROM {login};
    REVOKE INSERT ON audit_entries FROM {login};
    GRANT INSERT ({given}) ON audit_entries TO {login};
"""
GIVEN_BY_THE_DATABASE = ("id", "at")
"""Of an audit entry: who chose them could put one behind all others to come, and end the sealing."""
ONE_LOGIN = (
    "DATABASE_URL 与 DATABASE_OWNER_URL 是同一个登录：数据库不限制程序修改收款账户、指定审计日志的编号和时间。"
    "正式使用请分开两个登录 / DATABASE_URL and DATABASE_OWNER_URL are one login: the database does not keep the "
    "product from changing accounts nor from choosing an audit entry's number and time. Use two logins in production."
)


@click.command()
@with_appcontext
def prepare() -> None:
    """Brings the database up to date in one step: schema, grants, shipped data, roles and permissions."""
    with alone():
        upgrade(directory=str(current_app.config["ROOT"] / "migrations"))
        grant_runtime_login()
        refold(current_app.config["DATABASE_OWNER_URL"])
        hide_numbers()
        db.session.info["scope"] = Actor.command().scope
        ship(db.session)
        install(db.session)
        grants = roles.sync(db.session)
        own_roles.narrow(db.session, Actor.command())
        db.session.commit()
    click.echo(f"数据库已就绪 / Database ready: {grants} grants")


def hide_numbers() -> None:
    """Hide what earlier releases kept in clear; print what was hidden, and what can't be because it is sealed."""
    clearings = (*clear_text.PEOPLE, *(one for programme in programmes() for one in programme.clearings))
    changed = clear_text.run(current_app.config["DATABASE_OWNER_URL"], g.vault, clearings)
    if changed:
        counts = "，".join(f"{table} {count}" for table, count in changed.items())
        click.echo(f"已隐去明文号码（联系人电话移入加密栏） / Numbers in clear hidden: {counts}")
        tell_numbers(sealing.numbered(db.session))


@click.command("create-admin")
@click.argument("username")
@click.option("--office", default="510000", help="机构代码 / office code")
@click.option("--role", default=roles.PROVINCE_ADMIN, type=click.Choice(sorted(roles.ADMINISTRATORS)))
@click.password_option(help="密码 / password; asked for when not given")
@with_appcontext
def create_admin(username: str, office: str, role: str, password: str) -> None:
    """Makes an administrator; the province's first two, who confirm what the other grants, make all others on the screen."""
    db.session.info["scope"] = Actor.command().scope
    row = db.session.scalars(db.select(Office).where(Office.code == office)).one_or_none()
    if row is None:
        raise click.ClickException(f"没有代码为 {office} 的机构 / no office with code {office}")
    try:
        make_user(db.session, Actor.command(), username, username, row, [role], password)
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"已创建 / Created: {username} ({role}, {row.name})")
    if role == roles.PROVINCE_ADMIN and _holders(role) < NEEDED:
        click.echo(SECOND)


def _holders(role: str) -> int:
    holders = (
        db.select(db.func.count()).select_from(User).where(User.active, User.roles.any(Role.name == role))
    )
    return db.session.scalar(holders)


@contextmanager
def alone() -> Iterator[None]:
    """Take turns: several hosts may prepare one database at once, and the later ones find it done.

    Who waits asks again and again: a statement that waits would keep an index from being made concurrently.
    """
    engine = create_engine(
        current_app.config["DATABASE_OWNER_URL"], poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        while not connection.scalar(text(ONE_AT_A_TIME)):
            time.sleep(TRIED_EVERY_SECONDS)
        yield


def grant_runtime_login() -> None:
    """Let the login that serves requests read and write rows, never change the schema, the audit log nor an account.

    Says so when it is the owner itself, which no grant holds back.
    """
    runtime = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).username
    owner = make_url(current_app.config["DATABASE_OWNER_URL"])
    if owner.username == runtime:
        click.echo(ONE_LOGIN, err=True)
        return
    with create_engine(owner, poolclass=NullPool).begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        columns = (column["name"] for column in inspect(connection).get_columns("audit_entries"))
        given = ", ".join(quote(name) for name in columns if name not in GIVEN_BY_THE_DATABASE)
        connection.execute(text(GRANTS.format(login=quote(runtime or ""), given=given)))
