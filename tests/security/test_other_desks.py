"""What the desks of administrators, policy officers and auditors cost, and what an auditor's shows of the cases."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import update

from app.engine.models import METADATA
from app.extensions import db
from tests.desk.clerks import Desk
from tests.desk.heard import heard


def test_an_auditor_sees_payments_to_look_into_seals_and_counts(cases_app, known):
    claim = known.claims["disbursed"][0]
    with cases_app.app_context():
        table = METADATA.tables["claims"]
        db.session.execute(update(table).where(table.c.id == claim).values(post_check=True))
        db.session.commit()
    home = Desk(cases_app, "auditor").get("/")
    assert re.search(r"付后核查还有 [1-9]\d* 件", home) and re.search(r'href="/dossiers/\d+"', home)
    assert (
        'href="/post_checks/list/"' in home.partition("<main")[2]
        and 'class="counts"' in home
        and "审计日志封存" in home
    )
    assert 'id="flow"' not in home


@pytest.mark.parametrize("login", ["province_admin", "policy", "auditor"])
def test_these_desks_ask_no_more_than_the_others(cases_app, login):
    """A request of somebody who has been here before."""
    desk = Desk(cases_app, login)
    desk.get("/")
    with cases_app.app_context():
        engine = db.engine
    with heard(engine) as statements:
        desk.get("/")
    assert len(statements) <= 7, Counter(statements)
