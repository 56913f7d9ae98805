"""The year that a demonstration has behind it: lawful, whole, the same each time, and in nobody's way."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, text

from app import create_app
from app.demo.sheets import FOLDER, SHEETS
from app.demo.stamps import COLUMNS as STAMPED
from app.demo.users import COUNTIES
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.claims import Application, Check, Claim, FailedRow, Notice
from app.engine.cases.payments import PaymentList
from app.engine.casework.objections import Objection
from app.engine.intake.applications import open_application
from app.engine.intake.check import check_people
from app.engine.oversight import sealing
from app.engine.scope import Scope
from app.engine.sheets.reading import read
from app.programmes.installed import programmes
from app.programmes.training.model import TrainingClass
from app.programmes.training.states import STATES as CLASS_STATES
from app.registers.models import Employer
from app.registers.organisation import Staff
from tests.desk.clerks import uscc_of
from tests.desk.database import command, release, settings
from tests.desk.days import TODAY
from tests.desk.subsidies import HIRING

LIVED, AGAIN = "benefits_year", "benefits_year_again"
DIGEST = """
    SELECT a.number, p.last4, c.name, c.state, c.amount::text, c.submitted_on, c.paid_on
    FROM claims c JOIN applications a ON a.id = c.application_id JOIN persons p ON p.id = c.person_id ORDER BY c.id
"""
DEFAULTS = """
    SELECT c.oid::regclass::text, a.attname, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
PLAIN = """
    SELECT k.insured_region, k.month, k.paid, e.uscc, p.last4, p.name
    FROM contributions k JOIN persons p ON p.id = k.person_id JOIN employers e ON e.id = k.employer_id
"""


@pytest.fixture(scope="module")
def lived(cluster, keys, tmp_path_factory):
    """A demonstration that has lived a year, as a template; with the folder of its sheets."""
    return _load(cluster, keys, LIVED, tmp_path_factory.mktemp(LIVED))


def _load(cluster, keys, name, place):
    cluster.fresh(name=name)
    loaded = settings(cluster.urls_of(name), DEMO=True, DATA_DIR=place, TODAY=TODAY, **keys)
    command(create_app(loaded), "demo", "load", "--year")
    return place / FOLDER


@pytest.fixture
def year(lived, app, cluster, session):
    """A session on a copy of it, which sees everything."""
    release(app)
    cluster.fresh(LIVED)
    return session


def _on(session, app, cluster, template=None):
    """Put the session on another database."""
    session.remove()
    release(app)
    cluster.fresh(*([template] if template else []))
    session.info["scope"] = Scope.everything()


def _by(session, *columns):
    return {
        tuple(row[:-1]): row[-1] for row in session.execute(select(*columns, func.count()).group_by(*columns))
    }


def states_of(programme) -> set[str]:
    """The states that a programme's claims may come to."""
    moves = [move for move in programme.transitions.values() if move.subject is None]
    return {state for move in moves for state in (*move.sources, move.target)}


def test_every_state_of_every_programme_is_there(year):
    states = set(_by(year, Claim.programme, Claim.state))
    assert states == {(programme.code, state) for programme in programmes() for state in states_of(programme)}
    assert {state for (state,) in _by(year, TrainingClass.state)} == set(CLASS_STATES)
    assert {state for (state,) in _by(year, Objection.state)} == {"open", "upheld", "dismissed"}
    assert {"open", "signed", "refused"} <= {state for (state,) in _by(year, AccountCorrection.state)}


def test_three_counties_have_business_of_each_programme_and_people_fewer_at_spring_festival(year):
    offices = {
        (code, programme)
        for code, programme in year.execute(
            text(
                "SELECT DISTINCT o.code, a.programme FROM applications a JOIN offices o ON o.id = a.office_id"
            )
        )
    }
    assert offices == {(code, programme.code) for code in COUNTIES for programme in programmes()}
    assert 1_000 <= year.scalar(select(func.count(Claim.id))) <= 1_500
    days = year.scalars(select(Application.created_on)).all()
    assert 330 < (TODAY - min(days)).days < 400 and max(days) < TODAY
    assert len({(day.year, day.month) for day in days}) >= 12


def test_something_has_to_be_done_today(year):
    ends = year.scalars(
        select(Notice.ends_on).where(
            select(Claim.id).where(Claim.notice_id == Notice.id, Claim.state == "publicizing").exists()
        )
    ).all()
    assert any(end < TODAY for end in ends), "ended, the outcome is due"
    assert TODAY in ends and any(end > TODAY for end in ends)
    on_list = Claim.payment_list_id.is_not(None)
    assert year.scalar(select(func.count(Claim.id)).where(Claim.state == "publicized", on_list))
    assert year.scalar(select(func.count(Claim.id)).where(Claim.state == "publicized", ~on_list))
    assert year.scalar(select(func.count(FailedRow.id)))
    stale = select(func.min(Application.created_on)).join(Claim).where(Claim.state == "draft")
    assert (TODAY - year.scalar(stale)).days > 45
    assert year.scalar(select(func.count(Claim.id)).where(Claim.post_check))


def test_the_audit_log_follows_the_calendar_and_its_chain_is_whole(year, vault):
    sealing.seal(year, vault)
    verdict = sealing.verify(year, vault)
    assert verdict.whole and verdict.tail == 0 and verdict.entries > 3_000
    backwards = """SELECT count(*) FROM (SELECT at, lag(at) OVER (ORDER BY id) AS before FROM audit_entries) e
                   WHERE at < before"""
    assert year.scalar(text(backwards)) == 0
    moved = """SELECT count(*) FROM audit_entries e JOIN claims c ON c.id = e.claim_id
               WHERE e.event = 'disburse' AND (e.at AT TIME ZONE 'Asia/Shanghai')::date <> c.paid_on"""
    assert year.scalar(text(moved)) == 0
    late = select(func.count(Check.id)).where(
        func.date(func.timezone("Asia/Shanghai", Check.ran_at)) != Check.day
    )
    assert year.scalar(late) == 0


def test_it_is_done_on_working_days_within_the_hours(year):
    done = (
        year.execute(
            text(
                "SELECT DISTINCT at AT TIME ZONE 'Asia/Shanghai' AS at FROM audit_entries WHERE event IN "
                "('submit', 'approve', 'publicize', 'list', 'disburse')"
            )
        )
        .scalars()
        .all()
    )
    assert all(7 <= moment.hour < 19 for moment in done)


def test_who_was_paid_stands_on_a_list_and_nobody_approved_what_he_paid(year):
    paid = select(func.count(Claim.id), func.sum(Claim.amount)).where(Claim.state == "disbursed")
    listed = paid.join(PaymentList, PaymentList.id == Claim.payment_list_id).where(
        PaymentList.dissolved_on.is_(None)
    )
    assert year.execute(paid).one() == year.execute(listed).one()
    both = """SELECT count(*) FROM audit_entries a JOIN audit_entries b USING (claim_id, actor_id)
              WHERE a.event = 'approve' AND b.event IN ('submit', 'edit', 'disburse')"""
    assert year.scalar(text(both)) == 0
    early = (
        """SELECT count(*) FROM claims c JOIN notices n ON n.id = c.notice_id WHERE c.paid_on <= n.ends_on"""
    )
    assert year.scalar(text(early)) == 0


def test_numbers_follow_their_own_day(year):
    for number, day in year.execute(select(Application.number, Application.created_on)):
        assert f"-{day:%Y%m%d}-" in number
    for number, day in year.execute(select(Notice.number, Notice.starts_on)):
        assert f"-{day:%Y}-" in number
    for number, day in year.execute(select(TrainingClass.cohort_no, TrainingClass.opens_on)):
        assert f"-{day:%Y%m%d}-" in number


def test_the_registers_know_no_more_on_a_day_than_had_come_in_by_then(year):
    """A check's evidence names the latest month that is paid: never one that was not over on its day."""
    latest = """SELECT count(*) FROM checks k, jsonb_array_elements(k.findings) f
                WHERE f->'evidence'->>'latest' >= to_char(k.day, 'YYYY-MM')"""
    assert year.scalar(text(latest)) == 0


def test_the_sheets_are_those_of_a_demonstration_without_a_year(lived, demo_files):
    assert {path.name for path in lived.iterdir()} == {path.name for path in demo_files.iterdir()}
    assert (lived / "4-dreadful.csv").read_bytes() == (demo_files / "4-dreadful.csv").read_bytes()
    assert {sheet.name for sheet in SHEETS} <= {path.name for path in lived.iterdir()}


@pytest.mark.parametrize(
    ("name", "passed", "failed"),
    [
        ("1-good.xlsx", 40, 0),
        ("2-mixed.xlsx", 10, 20),
        ("5-large-employer.xlsx", 0, 6),
        ("6-qingyang.xlsx", 11, 0),
    ],
)
def test_a_sheet_still_gives_what_its_note_says(year, lived, vault, name, passed, failed):
    username = next(sheet.username for sheet in SHEETS if sheet.name == name)
    staff = year.scalars(select(Staff).join(User).where(User.username == username)).one()
    office = staff.office
    scope = Scope.of_office(year, office)
    actor = Actor(staff.user_id, username, office.id, office.code, office.name, "test", scope)
    employer = year.scalars(select(Employer).where(Employer.uscc == uscc_of(lived, name))).one()
    application = open_application(year, actor, HIRING, employer.id, employer.region_code, TODAY)
    with (lived / name).open("rb") as file:
        rows = read(HIRING.sheet, file, today=TODAY).rows
    report = check_people(year, actor, HIRING, application.id, rows, vault, TODAY)
    assert (report.passed, report.failed) == (passed, failed)


def test_the_people_of_the_sheets_are_untouched_and_their_months_the_same(year, demonstration, cluster, app):
    """Everybody of the demonstration without a year has the same months, and no case."""
    here = Counter(tuple(row) for row in year.execute(text(PLAIN)))
    busy = set(
        year.scalars(text("SELECT p.last4 || p.name FROM claims c JOIN persons p ON p.id = c.person_id"))
    )
    _on(year, app, cluster, demonstration.template)
    plain = Counter(tuple(row) for row in year.execute(text(PLAIN)))
    assert plain <= here and sum(plain.values()) < sum(here.values())
    assert len(busy & set(year.scalars(text("SELECT last4 || name FROM persons")))) <= 3, "namesakes at most"


def test_the_database_is_left_as_it_was_and_a_second_load_adds_nothing(year, cluster, app, keys, tmp_path):
    after = year.execute(text(DEFAULTS)).all()
    assert year.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'demo_history'")) == 0
    before = [year.scalar(select(func.count()).select_from(model)) for model in (User, Claim, AuditEntry)]
    year.remove()
    loaded = settings(cluster.urls, DEMO=True, DATA_DIR=tmp_path, TODAY=TODAY, **keys)
    assert "已在" in command(create_app(loaded), "demo", "load", "--year")
    year.info["scope"] = Scope.everything()
    assert [
        year.scalar(select(func.count()).select_from(model)) for model in (User, Claim, AuditEntry)
    ] == before
    _on(year, app, cluster)
    plain = year.execute(text(DEFAULTS)).all()
    follows = dict.fromkeys(STAMPED, "demo_moment()")
    assert after == [(table, column, follows.get((table, column), value)) for table, column, value in plain]


@pytest.mark.system
def test_the_same_day_gives_the_same_year(year, cluster, keys, tmp_path, app):
    once = [tuple(row) for row in year.execute(text(DIGEST))]
    _load(cluster, keys, AGAIN, tmp_path)
    _on(year, app, cluster, AGAIN)
    assert [tuple(row) for row in year.execute(text(DIGEST))] == once


@pytest.mark.system
@pytest.mark.parametrize(
    "day",
    [
        date(2026, 3, 1),
        pytest.param(date(2028, 2, 29), marks=pytest.mark.soak),
        pytest.param(date(2027, 12, 31), marks=pytest.mark.soak),
    ],
    ids=str,
)
def test_any_day_has_a_year_with_every_state(cluster, keys, tmp_path, app, session, day):
    name = f"{LIVED}_{day:%Y%m%d}"
    cluster.fresh(name=name)
    loaded = settings(cluster.urls_of(name), DEMO=True, DATA_DIR=tmp_path, TODAY=day, **keys)
    command(create_app(loaded), "demo", "load", "--year")
    _on(session, app, cluster, name)
    assert set(_by(session, Claim.programme, Claim.state)) == {
        (p.code, s) for p in programmes() for s in states_of(p)
    }
    assert {state for (state,) in _by(session, TrainingClass.state)} == set(CLASS_STATES)
