"""`flask demo load`: logins, registers and sheets in which every rule passes and fails as of today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.demo.sheets import FOLDER, write_sheets
from app.demo.stories import tell
from app.demo.users import COUNTIES, JINJIANG, PASSWORD, PREFECTURE, PROVINCE, USERS
from app.demo.world import World
from app.engine import clock
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.intake.register_loads import load_and_record
from app.engine.policy import PolicyValue
from app.extensions import db
from app.programmes.installed import programmes
from app.programmes.training.model import Project
from app.registers.organisation import Office

SINCE = date(2020, 1, 1)

PROJECTS = (
    {"code": "YS-001", "name": "电子商务师", "occupation": "电子商务师", "level": "四级", "hours": 40},
    {"code": "YS-002", "name": "餐厅服务员", "occupation": "餐厅服务员", "level": "五级", "hours": 30},
    {"code": "YS-003", "name": "保育师", "occupation": "保育师", "level": "四级", "hours": 24},
)

demo = AppGroup("demo", help="演示 / a demonstration's logins and data")


@demo.command("load")
def load_demo() -> None:
    """装载演示数据；已装载时不做任何事 / Load the demonstration once."""
    db.session.info["scope"] = Actor.command().scope
    if db.session.scalar(select(func.count(User.id)).where(User.username.in_([u.username for u in USERS]))):
        click.echo("演示数据已在 / The demonstration is loaded already")
        return
    _begin()
    _make_users()
    _say_where()
    _name_documents()
    db.session.add_all(Project(**facts) for facts in PROJECTS)
    today, vault = clock.today(current_app.config, db.session), current_app.extensions["vault"]
    world = World(today)
    groups = tell(world)
    for kind, stream, declared in world.files():
        source = f"demo-{kind}.csv"
        report = load_and_record(db.session, kind, stream, vault, today, source=source, declared=declared)
        click.echo(f"{kind}: {report.stored}/{report.read}")
    write_sheets(Path(current_app.config["DATA_DIR"]) / FOLDER, groups, world.institution_of(JINJIANG))
    db.session.commit()
    click.echo(f"演示数据已装载，口令 / Demonstration loaded, password: {PASSWORD}")


def _begin() -> None:
    """Move the demonstration to the day on which it begins, if one is set; time runs forward only."""
    if wanted := current_app.config["DEMO_DATE"]:
        try:
            ahead = (date.fromisoformat(wanted) - clock.today(current_app.config, db.session)).days
            clock.move_forward(db.session, ahead)
        except ValueError as error:
            raise click.ClickException(
                f"DEMO_DATE 须是今天以后的日期，如 2031-01-01：{wanted} / DEMO_DATE must be a later day"
            ) from error


def _make_users() -> None:
    offices = {office.code: office for office in db.session.scalars(select(Office))}
    for user in USERS:
        make_user(
            db.session, Actor.command(), user.username, user.name, offices[user.office], [user.role], PASSWORD
        )


def _say_where() -> None:
    """Print the addresses for the papers; plainly of a demonstration."""
    for office in db.session.scalars(
        select(Office).where(Office.code.in_((*COUNTIES, PREFECTURE, PROVINCE)))
    ):
        office.address = f"{office.region.name}示范路1号（演示地址）"
        office.phone = "028-00000000（演示）"


def _name_documents() -> None:
    """Confirm the shipped values as a policy officer would confirm them, so that papers name a document."""
    for programme in programmes():
        for parameter in programme.policy.parameters.values():
            value = None if parameter.default is None else str(parameter.default)
            db.session.add(
                PolicyValue(
                    programme=programme.code,
                    parameter=parameter.code,
                    value=value,
                    starts_on=SINCE,
                    document=f"《{programme.title}实施办法》（演示文件，非真实发文）",
                )
            )
