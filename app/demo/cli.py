"""`flask demo load`: logins, registers and sheets in which every rule passes and fails as of today."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import NullPool, create_engine, func, select
from sqlalchemy.orm import Session

from app.demo import history
from app.demo.facts import defined_files
from app.demo.sheets import FOLDER, write_sheets
from app.demo.stamps import follow_the_date
from app.demo.stories import tell
from app.demo.users import COUNTIES, JINJIANG, PASSWORD, PREFECTURE, PROVINCE, USERS
from app.demo.world import World
from app.engine import clock
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.intake.register_loads import load_and_record
from app.engine.policy_values import PolicyValue
from app.extensions import db
from app.programmes.installed import programmes
from app.programmes.training.model import Project
from app.registers.loads.loading import Declared, LoadReport
from app.registers.organisation import Office

SINCE = date(2020, 1, 1)

PROJECTS = (
    {"code": "YS-001", "name": "电子商务师", "occupation": "电子商务师", "level": "四级", "hours": 40},
    {"code": "YS-002", "name": "餐厅服务员", "occupation": "餐厅服务员", "level": "五级", "hours": 30},
    {"code": "YS-003", "name": "保育师", "occupation": "保育师", "level": "四级", "hours": 24},
)

demo = AppGroup("demo", help="演示 / a demonstration's logins and data")


@demo.command("load")
@click.option("--year", is_flag=True, help="带一年的办理记录 / with the cases of the past year")
def load_demo(year: bool) -> None:
    """装载演示数据；已装载时不做任何事 / Load the demonstration once."""
    db.session.info["scope"] = Actor.command().scope
    if db.session.scalar(select(func.count(User.id)).where(User.username.in_([u.username for u in USERS]))):
        click.echo("演示数据已在 / The demonstration is loaded already")
        return
    with _writing(year) as session:
        _begin(session)
        today = clock.today(current_app.config, session)
        world = World(today)
        groups = tell(world)
        if year:
            made, load = partial(_set_up, session), partial(_load, session)
            history.live(session, world, current_app.extensions["vault"], len(PROJECTS), made, load)
        else:
            _set_up(session)
            for sent in world.files():
                report = _load(session, *sent, today)
                click.echo(f"{report.kind}: {report.stored}/{report.read}")
        for sent in defined_files(world):
            report = _load(session, *sent, today)
            click.echo(f"{report.kind}: {report.stored}/{report.read}")
        write_sheets(Path(current_app.config["DATA_DIR"]) / FOLDER, groups, world.institution_of(JINJIANG))
        session.commit()
    click.echo(f"演示数据已装载，口令 / Demonstration loaded, password: {PASSWORD}")


@contextmanager
def _writing(year: bool) -> Iterator[Session]:
    """Give the product's own session; for the year the database owner's, who alone can choose a past moment.

    The stamps of what comes later follow the demonstration's date; the year's have a clock of their own.
    """
    db.session.rollback()  # the owner changes tables that it has read
    owner = create_engine(current_app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    if year:
        with Session(owner, autoflush=False, info={"scope": Actor.command().scope}) as session:
            yield session
    with owner.begin() as connection:
        follow_the_date(connection)
    if not year:
        yield db.session


def _set_up(session: Session) -> None:
    """Make the logins, and what papers and classes name."""
    _make_users(session)
    _say_where(session)
    _name_documents(session)
    session.add_all(Project(**facts) for facts in PROJECTS)
    session.flush()


def _load(session: Session, kind: str, stream: BinaryIO, declared: Declared, day: date) -> LoadReport:
    """Take in what another authority has sent on a day."""
    vault, source = current_app.extensions["vault"], f"demo-{kind}.csv"
    return load_and_record(session, kind, stream, vault, day, source=source, declared=declared)


def _begin(session: Session) -> None:
    """Move the demonstration to the day on which it begins, if one is set; time runs forward only."""
    if wanted := current_app.config["DEMO_DATE"]:
        try:
            ahead = (date.fromisoformat(wanted) - clock.today(current_app.config, session)).days
            clock.move_forward(session, ahead)
        except ValueError as error:
            raise click.ClickException(
                f"DEMO_DATE 须是今天以后的日期，如 2031-01-01：{wanted} / DEMO_DATE must be a later day"
            ) from error


def _make_users(session: Session) -> None:
    offices = {office.code: office for office in session.scalars(select(Office))}
    for user in USERS:
        make_user(
            session, Actor.command(), user.username, user.name, offices[user.office], [user.role], PASSWORD
        )


def _say_where(session: Session) -> None:
    """Print the addresses for the papers; plainly of a demonstration."""
    for office in session.scalars(select(Office).where(Office.code.in_((*COUNTIES, PREFECTURE, PROVINCE)))):
        office.address = f"{office.region.name}示范路1号（演示地址）"
        office.phone = "028-00000000（演示）"


def _name_documents(session: Session) -> None:
    """Confirm the shipped values as a policy officer would confirm them, so that papers name a document."""
    for programme in programmes():
        for parameter in programme.policy.parameters.values():
            value = None if parameter.default is None else str(parameter.default)
            session.add(
                PolicyValue(
                    programme=programme.code,
                    parameter=parameter.code,
                    value=value,
                    starts_on=SINCE,
                    document=f"《{programme.title}实施办法》（演示文件，非真实发文）",
                )
            )
