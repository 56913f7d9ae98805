"""Every list costs the same few statements however many rows it shows: no statement is sent once a row."""

from __future__ import annotations

import io
from collections import Counter

import openpyxl
import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, literal, select, update

from app.engine.access.api_keys import ApiKey
from app.engine.access.duties import DutyGrant
from app.engine.models import METADATA
from app.engine.policy_values import PolicyValue
from app.engine.sessions.second_factor import SecondFactor
from app.extensions import db
from app.registers.organisation import Staff
from app.web.crud import listing
from app.web.crud.views import ModelView
from tests.desk.clerks import Desk
from tests.desk.heard import heard
from tests.security.cases import ALL_A, CASES_DAY

PEOPLE = (ALL_A, "province_admin", "policy", "admin")
MOST = 30
"""Of which half belong to every page: the login, its permissions, its office and scope, its menu."""
DOUBLED = ("applications", "notices", "payment_lists", "objections")
"""Tables of which some lists would show one row."""


@pytest.fixture
def sent(cases_app):
    with cases_app.app_context():
        engine = db.engine
    with heard(engine) as statements:
        yield statements


@pytest.fixture
def rows(cases_app, monkeypatch):
    """Two rows at least in every list: stages of work show claims of all states."""
    views = [view for view in cases_app.appbuilder.baseviews if isinstance(view, ModelView)]
    for view in views:
        if getattr(view, "states", ()):
            monkeypatch.setattr(view, "_base_filters", view.datamodel.get_filters())
    with cases_app.app_context():
        for name in DOUBLED:
            table = METADATA.tables[name]
            copied = [column for column in table.columns if column.name != "id"]
            values = [c.concat("-2") if c.name == "number" else c for c in copied]
            db.session.execute(table.insert().from_select(copied, select(*values)))
        _signed_correction()
        claims, notices = METADATA.tables["claims"], METADATA.tables["notices"]
        db.session.execute(update(claims).values(post_check=True, submitted_on=claims.c.submitted_on - 60))
        _no_time_left()
        db.session.execute(update(notices).values(least_end=notices.c.ends_on + 1))
        _keys_and_telephones()
        db.session.commit()
    return views


def _signed_correction() -> None:
    """Beside the one that waits for a signature, of which a payee has one at most."""
    table = METADATA.tables["account_corrections"]
    another = select(func.min(User.id)).where(User.id != table.c.proposed_by).scalar_subquery()
    now = {"state": literal("signed"), "decided_by": another, "decided_at": func.now()}
    copied = [column for column in table.columns if column.name != "id"]
    values = [now.get(column.name, column) for column in copied]
    db.session.execute(table.insert().from_select(copied, select(*values)))


def _no_time_left() -> None:
    """Every programme decides and pays at once, so that whatever waits is late."""
    limits = PolicyValue.parameter.in_(("limit_review", "limit_payment"))
    db.session.execute(update(PolicyValue).where(limits).values(value="0"))


def _keys_and_telephones() -> None:
    """Two rows of what no case has, keys, telephones and duties that wait; of people who needn't log in here."""
    named = select(Staff).join(Staff.user).where(User.username.in_(("cashier", "clerk")))
    staff = db.session.scalars(named).all()
    for one in staff:
        facts = {
            "abilities": ["case_read"],
            "ends_on": CASES_DAY,
            "made_by": "某人",
            "office_id": one.office_id,
        }
        db.session.add(ApiKey(name="某系统", digest=f"{one.user_id:064}", **facts))
        db.session.add(SecondFactor(user_id=one.user_id, secret_cipher=b"-", last_step=0))
    for one, other in zip(staff, reversed(staff), strict=True):
        facts = {"cause": "given", "given_by": other.user_id, "given_in": one.office_id}
        db.session.add(DutyGrant(user_id=one.user_id, role_id=one.user.roles[0].id, **facts))


def test_no_list_asks_once_a_row(cases_app, rows, sent, monkeypatch):
    views, desks, read, shown = rows, [Desk(cases_app, name) for name in PEOPLE], listing.read, {}

    def reading(view, args):
        page = read(view, args)
        shown[view.endpoint] = len(page.rows)
        return page

    monkeypatch.setattr(listing, "read", reading)
    repeated, many = {}, {}
    for view in views:
        for desk in desks:
            sent.clear()
            answer = desk.client.get(f"{view.route_base}/list/?size=100")
            if answer.status_code == 200 and shown.get(view.endpoint, 0) > 1:
                break
        counted = Counter(sent)
        if again := [text for text, times in counted.items() if times > 1]:
            repeated[view.endpoint] = again
        if len(sent) > MOST:
            many[view.endpoint] = len(sent)
    assert (repeated, many) == ({}, {})
    assert {v.endpoint: shown.get(v.endpoint, 0) for v in views if shown.get(v.endpoint, 0) < 2} == {}


def test_no_export_asks_once_a_row(cases_app, rows, sent):
    desks, repeated, long = [Desk(cases_app, name) for name in PEOPLE], {}, set()
    for view in rows:
        for desk in desks:
            sent.clear()
            answer = desk.client.post("/desk/exports/start", data={"view": view.endpoint})
            if (
                answer.status_code == 200
                and openpyxl.load_workbook(io.BytesIO(answer.data)).active.max_row > 3
            ):
                long.add(view.endpoint)
                break
        if again := [text for text, times in Counter(sent).items() if times > 1]:
            repeated[view.endpoint] = again
    assert repeated == {}
    assert {"HiringQueryView", "ServiceQueryView", "PersonView"} <= long


BASES = {"hiring_subsidy": "/hiring", "service_subsidy": "/service", "training": "/training"}


@pytest.mark.parametrize("code", BASES)
def test_no_application_asks_once_a_person(cases_app, known, sent, code):
    desk, pages = Desk(cases_app, ALL_A), known.programmes[code]["applications"]
    for application in pages:
        sent.clear()
        desk.get(f"{BASES[code]}/applications/show/{application}")
        again = [statement for statement, times in Counter(sent).items() if times > 2]
        assert again == []


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/", 7),
        ("/hiring/query/list/", 6),
        ("/hiring/applications/list/", 7),
        ("/hiring/query/show/{}", 8),
        ("/hiring/applications/show/{}", 9),
    ],
)
def test_the_pages_of_every_day_ask_no_more_than_this(cases_app, known, sent, page, most):
    """A request of somebody who has been here before; each statement of these is felt by two hundred clerks."""
    desk = Desk(cases_app, "reviewer")
    of = "applications" if "applications" in page else "claims"
    address = page.format(next(iter(known.programmes["hiring_subsidy"][of])))
    desk.get(address)
    sent.clear()
    desk.get(address)
    assert len(sent) <= most, Counter(sent)
