"""`flask registers load`: what another authority sends becomes a register, with a report and audit entry."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, TextIO

import click
from flask import g
from flask.cli import AppGroup

from app.engine.actor import Actor
from app.engine.intake.register_loads import load_and_record
from app.extensions import db
from app.kernel.dates import add_months, parse_date
from app.kernel.errors import DomainError
from app.registers.definitions import library
from app.registers.loads.loading import Declared, LoadReport, RefusedLine
from app.registers.lookup import TITLES

SHOWN = 20


registers = AppGroup("registers", help="登记库 / facts that come from other authorities")


@registers.command("load")
@click.argument("kind")
@click.argument("file", type=click.File("rb"))
@click.option("--regions", default="", help="文件覆盖的地区 / regions that the file covers: 510104,510105")
@click.option("--first", help="覆盖起始 / from: YYYY-MM[-DD]")
@click.option("--last", help="覆盖截止 / to: YYYY-MM[-DD]")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="拒绝行 / refused lines")
def load_file(
    kind: str, file: BinaryIO, regions: str, first: str | None, last: str | None, refused: Path | None
) -> None:
    """把 FILE（UTF-8 CSV）装入登记库 KIND / Load FILE into the register KIND; "-" reads standard input.

    KIND: persons, employers, contributions, unemployment, transfers，或已定义的登记库的代码，见 registers list / or a
    defined register's code, as registers list names them.
    """
    db.session.info["scope"] = Actor.command().scope
    declared = _declared(regions, first, last)
    try:
        with _Refusals(refused) as refuse:
            source = Path(file.name).name
            report = load_and_record(
                db.session,
                kind,
                file,
                g.vault,
                g.today,
                source=source,
                declared=declared,
                refuse=refuse,
            )
            db.session.commit()
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from error
    _print(report)


@registers.command("list")
def list_kinds() -> None:
    """列出登记库的代码和名称 / List the registers' codes and titles."""
    for kind, title in TITLES.items():
        click.echo(f"{kind}: {title}")
    for definition in library.published(db.session):
        click.echo(f"{definition.code}: {definition.title.zh} / {definition.title.en}")


class _Refusals:
    """Where refused lines go: a CSV when one was asked for, else the first few to stderr."""

    def __init__(self, path: Path | None):
        self.path = path

    def __enter__(self) -> Callable[[RefusedLine], None]:
        self.count = 0
        self.file: TextIO | None = None
        if self.path:
            self.file = self.path.open("w", encoding="utf-8-sig", newline="")
            self.writer = csv.writer(self.file)
            self.writer.writerow(["行号 line", "列 column", "原因 reason"])
        return self._refuse

    def __exit__(self, *raised: object) -> None:
        if self.file:
            self.file.close()
        elif self.count > SHOWN:
            click.echo(f"…… 共 {self.count} 行，--refused FILE 列出全部 / lists all {self.count}", err=True)

    def _refuse(self, refusal: RefusedLine) -> None:
        self.count += 1
        if self.file:
            self.writer.writerow([refusal.line, refusal.column, str(refusal.reason)])
        elif self.count <= SHOWN:
            click.echo(f"第 {refusal.line} 行 {refusal.column}：{refusal.reason}", err=True)


def _declared(regions: str, first: str | None, last: str | None) -> Declared | None:
    if not (regions or first or last):
        return None
    codes = tuple(dict.fromkeys(code.strip() for code in regions.split(",") if code.strip()))
    return Declared(codes, _bound(first, last=False), _bound(last, last=True))


def _bound(value: str | None, *, last: bool) -> date | None:
    if not value:
        return None
    if day := parse_date(value):
        return day
    if month := parse_date(f"{value}-01"):
        return _end(month, g.today) if last else month
    raise click.BadParameter(f"{value}: YYYY-MM / YYYY-MM-DD")


def _end(month: date, today: date) -> date:
    """Return the last day of a month; of the month that is under way, today."""
    ends = add_months(month, 1) - timedelta(days=1)
    return today if month <= today < ends else ends


def _print(report: LoadReport) -> None:
    click.echo(
        f"{report.kind}: 读入 / read {report.read}，写入 / stored {report.stored}，"
        f"未变 / unchanged {report.unchanged}，拒绝 / refused {report.refused}"
    )
    for code, (first, last) in sorted(report.coverage.items()):
        click.echo(f"  {code}: {first} — {last}")
