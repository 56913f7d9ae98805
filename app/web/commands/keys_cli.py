"""`flask keys …`: under which format, cipher and key personal data lie, and their renewal under the current ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app, g
from flask.cli import AppGroup
from sqlalchemy import NullPool, create_engine, func, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.keys import rotation
from app.engine.keys.rotation import Renewal
from app.kernel.crypto import Vault, is_free, name_of

keys = AppGroup("keys", help="个人数据的加密密钥 / cipher keys of personal data")
MAY_CHANGE_ACCOUNTS = select(func.has_table_privilege("accounts", "UPDATE"))


@keys.command()
def status() -> None:
    """Counts the values of every encrypted column by format, cipher and key."""
    vault, free = _vault(), 0
    click.echo(f"当前 / Current: {name_of(vault.header)}")
    click.echo(f"格式 / Format: DATA_CIPHER_FORMAT={vault.form}")
    with _session() as session:
        for holding in rotation.holdings(session):
            free += holding.count if is_free(holding.header) else 0
            mark = "" if holding.header == vault.header else "  ← 须更换 / to be renewed"
            click.echo(f"{holding.column}: {name_of(holding.header)} {holding.count}{mark}")
    if free:
        click.echo(
            f"旧格式还有 {free} 个，不能改为 only / {free} of the old format are left: only can't be set yet"
        )
    else:
        click.echo("没有旧格式，可以改为 only / none of the old format is left: only can be set")


@keys.command()
def rotate() -> None:
    """Renews what is of another format, cipher or key, while the product runs; ends with 1 as long as anything is left."""
    vault = _vault()
    with _session() as session:
        if not session.scalar(MAY_CHANGE_ACCOUNTS):
            raise click.ClickException(
                "运行登录不能修改收款账户：请给出 DATABASE_OWNER_URL 再运行 / the runtime login may not change accounts: set DATABASE_OWNER_URL and run this again"
            )
        done = rotation.rotate(session, vault, _tell)
        _record(session, vault, done)
    for report in done:
        click.echo(
            f"{report.table}: 已更换 / renewed {report.renewed}，未更换 / left {report.left}，"
            f"无法解开 / unreadable {report.unreadable}"
        )
    if left := sum(report.left for report in done):
        raise click.ClickException(
            f"还有 {left} 行未更换，旧密钥不能删除，也不能改为 only；请再次运行本命令 / "
            f"{left} rows are left: keep the old keys, don't set only, run this again"
        )
    click.echo(f"全部数据已按当前设置加密 / Everything is under {name_of(vault.header)}")


def _tell(report: Renewal) -> None:
    click.echo(f"{report.table}: {report.renewed} / {report.stale}", err=True)


def _record(session: Session, vault: Vault, done: list[Renewal]) -> None:
    counts = {report.table: report.renewed for report in done if report.renewed}
    left = sum(report.left for report in done)
    after = {"left": left, **counts}
    record(session, Actor.command(), "key_rotation", subject=name_of(vault.header), after=after)
    session.commit()


def _vault() -> Vault:
    return g.vault


@contextmanager
def _session() -> Iterator[Session]:
    """Open a session as the owner of the database, who alone may change accounts."""
    engine = create_engine(current_app.config["DATABASE_OWNER_URL"], poolclass=NullPool, hide_parameters=True)
    with Session(engine, info={"scope": Actor.command().scope}) as session:
        yield session
