"""Whatever is merged, an error or not reckoned, anywhere: no person is lost, none is judged on a blank that shows something."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.engine.access.roles import CLERK
from app.engine.cases.claims import Claim, FailedRow
from app.engine.intake.check import check_people
from app.engine.scope import seeing
from app.engine.sheets import Sheet, parse_row
from app.programmes.training import completion
from app.programmes.training.model import Enrolment
from app.programmes.training.results import FIELDS
from app.programmes.training.sheet import RESULTS
from tests.bench.county import TODAY as COUNTY_DAY
from tests.bench.county import County
from tests.cases.grid import Error, Formula, Grid
from tests.cases.reading import FIRST, TODAY, read_bytes
from tests.cases.writers import by_hand, by_openpyxl, by_xlsxwriter, by_xlwt
from tests.desk import school
from tests.desk.subsidies import HIRING_SHEET as HIRING

WRITERS = (by_hand, by_openpyxl, by_xlsxwriter, by_xlwt)
BLANK, UNREADABLE = None, object()
OFTEN = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOAK = settings(OFTEN, max_examples=1000)


@dataclass
class Drawn:
    """A sheet with faults put into it: the grid to be written, and what a person sees in each cell."""

    grid: Grid
    shown: dict[tuple[int, int], object]

    def rows(self) -> list[int]:
        """Indexes of rows that hold anything of their own."""
        return sorted({row for row, _, _ in self.grid.cells if row >= FIRST - 1})


@st.composite
def spoilt(draw, sheet: Sheet, persons: list[dict[str, object]]) -> Drawn:
    """The persons' rows with unreadable and blank cells anywhere, and up to four merged ranges."""
    cells = [[person.get(column.field) or None for column in sheet.columns] for person in persons]
    height, width = len(cells), len(sheet.columns)
    kinds = st.sampled_from(("error", "uncached", "blank"))
    for row, column in draw(st.lists(places(height, width), max_size=8)):
        kind = draw(kinds)
        cells[row][column] = {"error": Error("#N/A"), "uncached": Formula("A1&A1"), "blank": None}[kind]
    taken: set[tuple[int, int]] = set()
    merges = []
    for top, left in draw(st.lists(places(height, width), max_size=4)):
        bottom, right = draw(st.integers(top, height - 1)), draw(st.integers(left, min(left + 1, width - 1)))
        covered = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if len(covered) > 1 and not covered & taken:
            taken |= covered
            merges.append((top, left, bottom, right))
            for r, c in covered - {(top, left)}:
                cells[r][c] = None
    above = [[sheet.title], [column.title for column in sheet.columns]]
    shift = len(above)
    grid = Grid(above + cells, [(t + shift, l, b + shift, r) for t, l, b, r in merges])  # noqa: E741
    return Drawn(grid, seen(grid))


def places(height: int, width: int):
    return st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))


def seen(grid: Grid) -> dict[tuple[int, int], object]:
    """What each cell shows: its own text, a merged one's, or something that no reader can make out."""
    shown = {(r, c): cell for r, row in enumerate(grid.rows) for c, cell in enumerate(row)}
    for top, left, bottom, right in grid.merges:
        first = shown[top, left]
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                shown[row, column] = first if column == left or first is None else UNREADABLE
    return {p: UNREADABLE if isinstance(cell, Error | Formula) else cell for p, cell in shown.items()}


def check_rows(sheet: Sheet, drawn: Drawn, rows, today=TODAY) -> None:
    """Every row that holds something is there, and each cell is what it shows, refused, or truly blank."""
    assert [row.number - 1 for row in rows] == drawn.rows()
    for row in rows:
        for index, column in enumerate(sheet.columns):
            cell, name = drawn.shown[row.number - 1, index], column.field
            if cell is UNREADABLE:
                assert name in row.errors and row.values[name] is None
                assert row.raw[name].strip(), "what stands for it isn't blank"
                again = parse_row(sheet, row.raw, 0, today=today)
                assert name in again.errors, "nor is it when the row is corrected"
            elif cell is None:
                assert row.values.get(name) is None
            else:
                alone = parse_row(sheet, {name: str(cell)}, 0, today=today)
                assert name not in row.errors and row.values[name] == alone.values[name]


@pytest.fixture
def county(app, session):
    return County.founded(session, app.extensions["vault"], 6)


def judge(county: County, clerk, opened: int, drawn: Drawn, write) -> None:
    rows = read_bytes(HIRING, write(drawn.grid)).rows
    check_rows(HIRING, drawn, rows, COUNTY_DAY)
    with county.session.begin_nested() as unsaved:
        report = check_people(county.session, clerk, county.programme, opened, rows, county.vault, COUNTY_DAY)
        assert report.passed + report.failed == len(rows)
        drafts = county.session.scalars(select(Claim).where(Claim.application_id == opened)).all()
        failed = county.session.scalars(select(FailedRow.row_no).where(FailedRow.application_id == opened))
        assert len(drafts) + len(failed.all()) == len(rows)
        ends = {row.values["citizen_id"]: row for row in rows if not row.errors}
        assert len(drafts) <= len(ends), "who passed had nothing unreadable"
        unsaved.rollback()
    county.session.expire_all()


@pytest.mark.parametrize(
    "how", [pytest.param(OFTEN, id="often"), pytest.param(SOAK, id="soak", marks=pytest.mark.soak)]
)
def test_no_person_is_lost_and_none_judged_on_a_blank_that_shows_something(county, how):
    clerk = county.staff("clerk", CLERK)
    opened = county.open(clerk)
    persons = [county.typed(number) for number in range(len(county.people))]

    @how
    @given(spoilt(HIRING, persons), st.sampled_from(WRITERS))
    def hold(drawn, write):
        judge(county, clerk, opened, drawn, write)

    hold()


@pytest.mark.parametrize(
    "how", [pytest.param(OFTEN, id="often"), pytest.param(SOAK, id="soak", marks=pytest.mark.soak)]
)
def test_no_stored_result_disappears(session, actors, approved, vault, how):  # noqa: F811
    held, _ = approved
    clerk = actors["clerk"]
    persons = [
        {
            **line.raw,
            "theory_score": 85,
            "practical_score": 90,
            "passed": "合格",
            "certificate_no": f"ZS-{n}",
            "completed_on": school.CLOSES.isoformat(),
        }
        for n, line in enumerate(completion.roster(session, vault, held))
    ]
    take(session, clerk, held, vault, Grid([[c.title for c in RESULTS.columns], *cells_of(persons)]))
    session.commit()
    before = results(session, held)
    assert all(value is not None for result in before.values() for value in result)

    @how
    @given(spoilt(RESULTS, persons), st.sampled_from(WRITERS))
    def hold(drawn, write):
        with session.begin_nested() as unsaved:
            take(session, clerk, held, vault, drawn.grid, write)
            session.expire_all()
            after = results(session, held)
            assert after.keys() == before.keys()
            assert all(value is not None for result in after.values() for value in result)
            unsaved.rollback()

    hold()


def cells_of(persons: list[dict[str, object]]) -> list[list[object]]:
    return [[person[column.field] for column in RESULTS.columns] for person in persons]


def take(session, clerk, held: int, vault, grid: Grid, write=by_hand) -> None:  # noqa: F811
    rows = read_bytes(RESULTS, write(copy.deepcopy(grid))).rows
    with seeing(session, clerk.scope):
        completion.import_results(session, clerk, held, rows, vault, school.TODAY)


def results(session, held: int) -> dict[int, tuple]:
    columns = [getattr(Enrolment, name) for name in FIELDS]
    found = session.execute(select(Enrolment.id, *columns).where(Enrolment.class_id == held)).all()
    return {row[0]: tuple(row[1:]) for row in found}
