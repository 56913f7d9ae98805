"""A people sheet that is handed in again: who is not in it is named, and leaves only when the clerk says so."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select

from app.engine.access.roles import CLERK
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim, FailedRow
from app.engine.intake.absentees import absentees, leave_out
from app.kernel.errors import Refused
from tests.bench.county import NEIGHBOUR, County
from tests.desk.subsidies import HIRING

SHORT = {"contract_end": "2026-12-31"}


@pytest.fixture
def county(app, session):
    return County.founded(session, app.extensions["vault"], 30)


@pytest.fixture
def clerk(county):
    return county.staff("clerk", CLERK)


@pytest.fixture
def opened(county, clerk):
    """Two drafts, a failed row of somebody known, and one of nobody."""
    application = county.open(clerk)
    rows = [county.typed(0), county.typed(1), county.typed(2, **SHORT), county.typed(3, citizen_id="5101")]
    report = county.check(clerk, application, rows)
    assert (report.passed, report.failed) == (2, 2)
    return application


def missing(county, clerk, application, *rows):
    return absentees(county.session, clerk, HIRING, application, county.read(rows), county.vault)


def names(found):
    return [one.name for one in found]


def test_who_is_not_in_the_list_is_named(county, clerk, opened):
    everybody = [county.typed(n) for n in range(3)] + [county.typed(3, citizen_id="5101")]
    assert missing(county, clerk, opened, *everybody) == []
    found = missing(county, clerk, opened, county.typed(0))
    assert names(found) == [county.people[n].name for n in (1, 2, 3)]
    assert [one.passed for one in found] == [True, False, False]
    assert found[0].masked_id.startswith("5101****") and county.people[1].citizen_id not in repr(found)


def test_a_failed_row_that_is_corrected_is_nobody_missing(county, clerk, opened):
    application = county.open(clerk)
    code = county.people[4].citizen_id
    county.check(clerk, application, [county.typed(4, citizen_id=code[:-1])])
    assert missing(county, clerk, application, county.typed(4)) == []


def test_a_first_list_lacks_nobody(county, clerk):
    assert missing(county, clerk, county.open(clerk), county.typed(0)) == []


def test_only_who_shall_go_goes(county, clerk, opened):
    found = {one.name: one.key for one in missing(county, clerk, opened, county.typed(0))}
    gone = [found[county.people[n].name] for n in (1, 3)]
    assert leave_out(county.session, clerk, opened, gone) == 2
    session = county.session
    assert set(session.scalars(select(Claim.name))) == {county.people[0].name}
    assert set(session.scalars(select(FailedRow.name))) == {county.people[2].name}
    written = session.scalars(select(AuditEntry.after).where(AuditEntry.event == "remove")).one()
    assert written == {"drafts": 1, "failed_rows": 1}
    assert leave_out(session, clerk, opened, []) == 0


def test_what_was_submitted_is_never_taken_out(county, clerk, opened):
    county.bank(clerk, opened)
    claims = county.claims(opened)
    (one, other) = (claims[county.people[n].name] for n in (0, 1))
    assert county.move(clerk, "submit", [one.id]).moved == 1
    assert county.people[0].name not in names(missing(county, clerk, opened, county.typed(5)))
    assert leave_out(county.session, clerk, opened, [f"d{one.id}", f"d{other.id}"]) == 1
    states = select(func.count()).where(Claim.state == "submitted")
    assert county.session.scalar(states) == 1


def test_another_applications_people_and_another_office_are_left_alone(county, clerk, opened):
    (claim, *_) = county.claims(opened).values()
    second = county.open(clerk)
    assert leave_out(county.session, clerk, second, [f"d{claim.id}"]) == 0
    neighbour = county.staff("clerk_b", CLERK, NEIGHBOUR)
    with pytest.raises(Refused):
        leave_out(county.session, neighbour, opened, [f"d{claim.id}"])
    with pytest.raises(Refused):
        missing(county, neighbour, opened)


def test_the_number_of_statements_does_not_grow(county, clerk, opened):
    def statements(count: int) -> int:
        heard = []
        application = county.open(clerk)
        county.check(clerk, application, [county.typed(n) for n in range(10, 10 + count)])
        engine = county.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *args: heard.append(args[2]))
        missing(county, clerk, application)
        return len(heard)

    assert statements(2) == statements(20)
