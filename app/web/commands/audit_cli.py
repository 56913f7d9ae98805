"""`flask audit …`: seal the log now, verify it, and print its head, which is to be kept elsewhere."""

from __future__ import annotations

import click
from flask import g
from flask.cli import AppGroup

from app.engine.oversight import sealing
from app.extensions import db

audit = AppGroup("audit", help="审计日志的封存与核验 / seals of the audit log")


@audit.command()
def seal() -> None:
    """Closes what is not closed yet; the worker does so every five minutes."""
    count = sealing.seal(db.session, g.vault)
    click.echo(f"已封存 {count} 条 / Sealed: {count}")


@audit.command("heads")
def export_heads() -> None:
    """Prints every seal's number, last entry, time and head: keep it elsewhere, in order."""
    for one in sealing.heads(db.session):
        click.echo(f"{one.number},{one.last_id},{one.sealed_at.isoformat()},{one.head.hex()}")


@audit.command()
@click.option("--head", default="", help="另处保存的封印 / a head that was kept elsewhere")
def verify(head: str) -> None:
    """Walks the chain; ends with 1 and names the first broken link where there is one."""
    verdict = sealing.verify(db.session, g.vault, head.strip())
    click.echo(
        f"封印 {verdict.seals}，条目 {verdict.entries}，未封存 {verdict.tail} / seals, entries, unsealed"
    )
    if verdict.lost:
        raise click.ClickException(
            "所给的封印不在链中，日志的末尾已被删除 / the given head is not in the chain: its end was cut off"
        )
    if not verdict.whole:
        raise click.ClickException(
            f"第 {verdict.seal} 个封印不符，首个不符的条目 {verdict.entry or '—'} / seal {verdict.seal} is broken, first at entry {verdict.entry or '—'}"
        )
    click.echo(f"完整 / Whole. Head: {verdict.head}")
    tell_numbers(sealing.numbered(db.session))


def tell_numbers(count: int) -> None:
    """Print how many sealed entries hold what no entry of this release would."""
    if count:
        click.echo(
            f"封存的条目中有 {count} 条（多为旧版本写入）正文含证件、手机等号码，不可改动，页面显示和导出时隐去 / "
            f"{count} sealed entries hold numbers in clear; they can't be changed, screens and exports hide them"
        )
