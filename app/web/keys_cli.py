"""`flask keys …`: under which cipher and key personal data lie, and their renewal under the current one."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from app.engine import rotation
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.rotation import Renewal
from app.extensions import db
from app.kernel.crypto import Vault, name_of

keys = AppGroup("keys", help="个人数据的加密密钥 / cipher keys of personal data")


@keys.command()
def status() -> None:
    """Counts the values of every encrypted column by cipher and key."""
    vault = _vault()
    click.echo(f"当前 / Current: {name_of(vault.header)}")
    for held in rotation.holdings(db.session):
        mark = "" if held.header == vault.header else "  ← 旧 / old"
        click.echo(f"{held.column}: {name_of(held.header)} {held.count}{mark}")


@keys.command()
def rotate() -> None:
    """Renews what lies under other keys, while the product runs; ends with 1 as long as anything is left."""
    vault = _vault()
    done = rotation.rotate(db.session, vault, _tell)
    _record(vault, done)
    for report in done:
        click.echo(
            f"{report.table}: 已更换 / renewed {report.renewed}，仍为旧密钥 / left {report.left}，"
            f"无法解开 / unreadable {report.unreadable}"
        )
    if left := sum(report.left for report in done):
        raise click.ClickException(
            f"还有 {left} 行为旧密钥，旧密钥不能删除；请再次运行本命令 / {left} rows are left: keep the old keys, run this again"
        )
    click.echo(f"全部数据已用当前密钥加密 / Everything is under {name_of(vault.header)}")


def _tell(report: Renewal) -> None:
    click.echo(f"{report.table}: {report.renewed} / {report.stale}", err=True)


def _record(vault: Vault, done: list[Renewal]) -> None:
    counts = {report.table: report.renewed for report in done if report.renewed}
    left = sum(report.left for report in done)
    after = {"left": left, **counts}
    record(db.session, Actor.command(), "key_rotation", subject=name_of(vault.header), after=after)
    db.session.commit()


def _vault() -> Vault:
    db.session.info["scope"] = Actor.command().scope
    return current_app.extensions["vault"]
