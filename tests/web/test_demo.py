"""The demonstration: what it loads, that it loads once, and that its sheets show every rule at work."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.demo.sheets import NOTE, SHEETS
from app.demo.users import PASSWORD, USERS
from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.cases.claims import Claim, FailedRow
from app.engine.cases.periods import Slot
from app.engine.clock import DemoClock
from app.engine.intake.applications import open_application
from app.engine.intake.check import check_people
from app.engine.policy_values import stored
from app.engine.scope import Scope
from app.engine.sheets.reading import read
from app.extensions import db
from app.kernel.dates import SHANGHAI
from app.programmes.installed import programmes
from app.registers.models import (
    Contribution,
    Coverage,
    Employer,
    Person,
    RegisterLoad,
    Transfer,
    Unemployment,
)
from app.registers.organisation import Office, Staff
from tests.desk.database import Demonstration, release
from tests.desk.days import TODAY, after
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.desk.subsidies import HIRING_SHEET as SHEET

GROUPS = {sheet.name: sheet for sheet in SHEETS}
OTHER_DAYS = (date(2026, 3, 1), date(2028, 2, 29), date(2027, 12, 31))
any_day = pytest.mark.parametrize(
    "demo",
    [TODAY, *(pytest.param(day, marks=pytest.mark.system) for day in OTHER_DAYS)],
    indirect=True,
    ids=str,
)


@pytest.fixture
def load(app, demo_installation, session, tmp_path, monkeypatch):
    """Runs `flask demo load` in a demo installation whose files lie in `tmp_path`."""
    monkeypatch.setitem(demo_installation.config, "DATA_DIR", tmp_path)

    def run():
        with demo_installation.app_context():
            result = demo_installation.test_cli_runner().invoke(args=["demo", "load"])
            release(demo_installation)
            return result

    return run


@pytest.fixture
def demo(app, cluster, demonstrations, monkeypatch, request) -> Demonstration:
    """The demonstration as of the day of the run, or of one that a test asks for."""
    loaded = demonstrations(getattr(request, "param", TODAY))
    monkeypatch.setitem(app.config, "TODAY", loaded.day)
    release(app)
    cluster.fresh(loaded.template)
    return loaded


def _count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def test_an_installation_that_is_no_demo_refuses(app, session):
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 2 and "No such command 'demo'" in result.output
    assert _count(session, User) == _count(session, Person) == 0


def test_it_loads_logins_registers_and_sheets(app, session, demo):
    assert _count(session, User) == len(USERS) == 15
    assert _count(session, Person) == 2_000 and _count(session, Employer) == 60
    assert 30_000 < _count(session, Contribution) < 48_000
    assert _count(session, Unemployment) > 300 and _count(session, Transfer) > 100
    assert (
        _count(session, RegisterLoad) == 13 and sum(session.scalars(select(RegisterLoad.rows_refused))) == 0
    )
    assert set(session.scalars(select(Coverage.region_code))) == {"510104", "510105", "510107"}
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.event == "register_load")) == 13
    assert {path.name for path in demo.files.iterdir()} == {*GROUPS, NOTE}


def test_the_contributions_are_those_of_the_last_two_years(app, session, demo):
    today = app.config["TODAY"]
    spans = session.execute(
        select(Coverage.first_day, Coverage.last_day).where(Coverage.kind == "contributions").distinct()
    ).all()
    first, last = spans[0]
    months = session.scalars(select(Contribution.month).distinct()).all()
    assert len(spans) == 1 and len(months) == 24
    assert first == min(months) and max(months) < today.replace(day=1) and last == today


def test_it_loads_once(session, load, demo):
    before = [_count(session, model) for model in (User, Person, Contribution, AuditEntry)]
    result = load()
    assert result.exit_code == 0 and "已在" in result.output
    assert [_count(session, model) for model in (User, Person, Contribution, AuditEntry)] == before


def test_the_logins_open(app, demo):
    sign_in = app.appbuilder.sm.auth_user_db
    assert all(sign_in(user.username, PASSWORD) for user in USERS)
    assert not sign_in("clerk", "something else")


@pytest.fixture
def uploaded(app, session, demo):
    """Checks a ready-made sheet as the clerk whom the note names would; returns its application's id."""
    note = (demo.files / NOTE).read_text(encoding="utf-8-sig")

    def upload(name: str) -> int:
        said = note[note.index(name) :]
        employer = session.scalars(select(Employer).where(Employer.uscc == said.split("（")[1][:18])).one()
        clerk = session.scalars(select(Staff).join(User).where(User.username == GROUPS[name].username)).one()
        office = clerk.office
        scope = Scope.of_office(session, office)
        actor = Actor(clerk.user_id, "clerk", office.id, office.code, office.name, "test", scope)
        today = app.config["TODAY"]
        application = open_application(session, actor, PROGRAMME, employer.id, employer.region_code, today)
        with (demo.files / name).open("rb") as file:
            rows = read(SHEET, file, today=today).rows
        check_people(session, actor, PROGRAMME, application.id, rows, app.extensions["vault"], today)
        db.session.commit()
        return application.id

    return upload


def _claims(session, application_id: int) -> list[Claim]:
    return session.scalars(select(Claim).where(Claim.application_id == application_id)).all()


def _failures(session, application_id: int) -> list[dict[str, str]]:
    """Per failed row: rule → why it failed."""
    failed = session.scalars(select(FailedRow).where(FailedRow.application_id == application_id))
    return [
        {f["rule"]: f["evidence"].get("why", "") for f in row.findings if f["verdict"] in ("fail", "unknown")}
        for row in failed
    ]


@any_day
def test_everybody_on_the_good_sheet_passes(session, uploaded):
    application = uploaded("1-good.xlsx")
    claims = _claims(session, application)
    assert len(claims) == 40 and _failures(session, application) == []
    assert not any(claim.warned for claim in claims)
    assert {claim.category for claim in claims} == {"unemployed", "stranded_migrant"}


@any_day
def test_the_mixed_sheet_fails_every_rule_of_a_person(session, uploaded):
    application = uploaded("2-mixed.xlsx")
    claims, failures = _claims(session, application), _failures(session, application)
    assert (len(claims), len(failures)) == (10, 20)
    assert sum(claim.warned for claim in claims) == 1
    alone = Counter(next(iter(failed.items())) for failed in failures if len(failed) == 1)
    assert alone == {
        ("HS-01", "none"): 2, ("HS-01", "stale"): 2, ("HS-02", "short"): 2, ("HS-03", "none"): 1,
        ("HS-03", "short"): 2, ("HS-03", "cancelled"): 1, ("HS-04", "none"): 2, ("HS-05", "insured"): 2,
        ("C-01", "invalid"): 1, ("C-02", "repeated"): 1, ("C-03", "differ"): 2, ("C-03", "absent"): 1,
    }  # fmt: skip
    together = [failed for failed in failures if len(failed) > 1]
    assert any(failed.get("C-06") == "outside" for failed in together)


def test_a_large_employers_people_fail_for_that_alone(session, uploaded):
    application = uploaded("5-large-employer.xlsx")
    assert _failures(session, application) == [{"C-05": "large"}] * 6


def test_who_has_been_claimed_fails_elsewhere(session, uploaded):
    for claim in _claims(session, uploaded("1-good.xlsx")):
        session.add(Slot(programme=PROGRAMME.code, person_id=claim.person_id, slot_no=1, claim_id=claim.id))
    session.flush()
    application = uploaded("6-qingyang.xlsx")
    assert len(_claims(session, application)) == 10
    assert _failures(session, application) == [{"C-04": "taken"}]
    assert {"C-04": "taken"} in _failures(session, uploaded("2-mixed.xlsx"))


@pytest.mark.parametrize(("name", "passed", "failed"), [("3-dreadful.xlsx", 6, 5), ("4-dreadful.csv", 6, 0)])
def test_the_dreadful_sheets_are_read(session, uploaded, name, passed, failed):
    application = uploaded(name)
    failures = _failures(session, application)
    assert (len(_claims(session, application)), len(failures)) == (passed, failed)
    if failed:
        assert {"C-01": "rounded"} in failures and {"C-02": "repeated"} in failures
        assert sum("F-01" in found for found in failures) == 3


def test_the_papers_of_the_demonstration_name_a_document_and_an_address(session, demo):
    policy = [p.policy.documents(stored(session, p.code), TODAY) for p in programmes()]
    assert all(len(documents) == 1 and "演示文件" in documents[0] for documents in policy)
    county = session.scalars(select(Office).where(Office.code == "510104")).one()
    assert "演示地址" in county.address and county.phone


def test_a_demonstration_begins_on_a_later_day(app, session, load, demo_installation, monkeypatch):
    monkeypatch.setitem(demo_installation.config, "DEMO_DATE", str(after(100)))
    assert load().exit_code == 0
    assert session.scalars(select(DemoClock.days_ahead)).one() == 100


def test_time_stamps_follow_the_date_of_a_demonstration(app, session, load, demo_installation, monkeypatch):
    monkeypatch.setitem(demo_installation.config, "DEMO_DATE", str(after(100)))
    assert load().exit_code == 0
    record(session, Actor.command(), "login")
    session.flush()
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.at - datetime.now(SHANGHAI) + timedelta(minutes=5)).days == 100


@pytest.mark.parametrize("day_set", [str(TODAY), str(after(-1)), "2031-02-29", "soon"])
def test_a_demonstration_begins_on_no_other_day(app, session, load, demo_installation, monkeypatch, day_set):
    monkeypatch.setitem(demo_installation.config, "DEMO_DATE", day_set)
    result = load()
    assert result.exit_code == 1 and "DEMO_DATE" in result.output
    assert _count(session, User) == _count(session, Person) == 0
