"""In production the date is the real one, nobody can move it, and no known password opens anything."""

from datetime import date, datetime

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app import create_app
from app.demo.users import PASSWORD, USERS
from app.engine import clock
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.dates import SHANGHAI
from tests.desk.database import settings

FIXED = date(2000, 1, 1)


@pytest.fixture
def production(app, cluster, keys):
    """As an operator runs it, with a wrong date lying in its settings and in the demo's table."""
    made = create_app(settings(cluster.urls, TESTING=False, DEMO=False, TODAY=FIXED, **keys))
    with made.app_context():
        db.session.info["scope"] = Scope.everything()
        db.session.add(clock.DemoClock(id=1, days_ahead=100))
        db.session.commit()
        yield made
        db.session.remove()
        db.engine.dispose()


def test_only_the_real_date_counts(production):
    before = datetime.now(SHANGHAI).date()
    today = clock.today(production.config, db.session)
    assert before <= today <= datetime.now(SHANGHAI).date()


def test_the_demos_clock_ignores_a_date_in_the_settings(production):
    demo = {**production.config, "DEMO": True}
    assert (clock.today(demo, db.session) - datetime.now(SHANGHAI).date()).days in (99, 100)


def test_there_is_no_address_that_moves_the_date(production):
    client = production.test_client()
    for method in ("POST", "GET", "PUT"):
        assert client.open("/desk/clock", method=method, data={"days": "1"}).status_code in (404, 405)
    assert client.post("/desk/clock", data={"days": "1"}).status_code == 404
    db.session.rollback()
    assert db.session.scalars(select(clock.DemoClock.days_ahead)).all() == [100]


def test_no_demo_login_exists_without_the_demo(production):
    assert db.session.scalar(select(func.count(User.id))) == 0
    client = production.test_client()
    for user in USERS:
        answer = client.post("/login/", data={"username": user.username, "password": PASSWORD})
        assert answer.status_code == 401
    assert PASSWORD not in client.get("/login/").text
    assert client.get("/demo/sheets/1-good.xlsx").status_code == 404


def test_the_demo_is_not_loaded_into_a_production_database(production):
    result = production.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code != 0
    assert db.session.scalar(select(func.count(User.id))) == 0
