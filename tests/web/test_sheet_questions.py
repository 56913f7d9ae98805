"""A sheet that would undo something is kept until its sender has said how it is meant, and is then taken in once."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.engine.cases.claims import Claim, FailedRow
from app.engine.intake.held_sheets import HeldSheet, drop_old
from app.kernel.dates import month_start
from app.programmes.training.model import Enrolment, Project
from app.registers.ciphers import text_of
from app.registers.models import Contribution, Employer, Person
from app.web.longwork import works
from app.web.longwork.works import do
from tests.desk.classes import CLASSES, COMPLETION, TrainingDesk
from tests.desk.clerks import HiringDesk, uscc_of


def shortened(source: Path, target: Path, without: int) -> list[str]:
    """A people sheet without its last rows; the names that are gone."""
    book = load_workbook(source)
    page = book.worksheets[0]
    header = next(row[0].row for row in page.iter_rows() if str(row[0].value).startswith("姓名"))
    people = [row for row in range(header + 1, page.max_row + 1) if page.cell(row, 1).value]
    gone = [page.cell(row, 1).value for row in people[-without:]]
    page.delete_rows(people[-without], without)
    book.save(target)
    return gone


def keys(page: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', page)


@pytest.fixture
def handed_in(demo_app, demo_files, tmp_path):
    """(the clerk's desk, the application of 40 people, a list that lacks two, their names)."""
    desk = HiringDesk(demo_app, "clerk")
    application = desk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    desk.check(application, demo_files / "1-good.xlsx")
    gone = shortened(demo_files / "1-good.xlsx", tmp_path / "v2.xlsx", 2)
    return desk, application, tmp_path / "v2.xlsx", gone


def drafts(session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Claim).where(Claim.state == "draft"))


def test_a_list_that_lacks_people_says_whom_and_changes_nothing(handed_in, everything):
    desk, application, sheet, gone = handed_in
    asked = desk.check(application, sheet, expect=303)
    page = desk.get(asked)
    assert "少了2人" in page and all(name in page for name in gone)
    assert len(keys(page)) == 2
    assert drafts(everything) == 40


@pytest.mark.parametrize(("choice", "left", "told"), [("none", 40, "保留2人"), ("all", 38, "移出2人")])
def test_they_stay_or_go_as_answered(handed_in, everything, choice, left, told):
    desk, application, sheet, _ = handed_in
    asked = desk.check(application, sheet, expect=303)
    shown = desk.post(f"{asked}/answer", {"choice": choice})
    assert told in desk.get(shown)
    assert drafts(everything) == left
    assert "已经办理过" in desk.post(f"{asked}/answer", {"choice": choice}, expect=404)
    assert drafts(everything) == left


def test_only_the_checked_go(handed_in, everything):
    desk, application, sheet, gone = handed_in
    asked = desk.check(application, sheet, expect=303)
    page = desk.get(asked)
    desk.post(f"{asked}/answer", {"choice": "checked", "key": keys(page)[0]})
    assert drafts(everything) == 39
    left = set(everything.scalars(select(Claim.name)))
    assert [name in left for name in gone] == [False, True]


def test_giving_up_changes_nothing_and_forgets_the_sheet(handed_in, everything):
    desk, application, sheet, _ = handed_in
    asked = desk.check(application, sheet, expect=303)
    desk.post(f"{asked}/answer", {"choice": "give_up"}, expect=303)
    assert drafts(everything) == 40
    desk.get(asked, expect=404)


def test_the_page_leads_back_to_the_question_until_it_is_answered(handed_in, demo_app):
    desk, application, sheet, _ = handed_in
    page = f"/hiring/applications/show/{application}"
    assert "等待您确认" not in desk.get(page)
    asked = desk.check(application, sheet, expect=303)
    assert f'等待您确认。 <a href="{asked}">' in desk.get(page)
    assert "等待您确认" not in HiringDesk(demo_app, "reviewer").get(page), "it is nobody else's"
    assert "等待您确认" not in desk.get(desk.post(f"{asked}/answer", {"choice": "none"}).partition("#")[0])


def test_who_left_meanwhile_and_who_came_is_asked_about_again(handed_in, everything, demo_files, tmp_path):
    desk, application, sheet, _ = handed_in
    asked = desk.check(application, sheet, expect=303)
    shortened(demo_files / "1-good.xlsx", tmp_path / "v3.xlsx", 38)
    smaller = desk.check(application, tmp_path / "v3.xlsx", expect=303)
    assert smaller != asked
    desk.get(asked, expect=404)
    desk.post(f"{smaller}/answer", {"choice": "all"})
    assert drafts(everything) == 2


def test_our_own_workbook_of_failed_rows_does_not_ask(demo_app, demo_files, everything, tmp_path):
    desk = HiringDesk(demo_app, "clerk")
    application = desk.open_application(uscc_of(demo_files, "2-mixed.xlsx"))
    desk.check(application, demo_files / "2-mixed.xlsx")
    before = drafts(everything)
    path = tmp_path / "failed.xlsx"
    path.write_bytes(desk.client.get(f"/hiring/applications/failed/{application}").data)
    desk.check(application, path)
    assert drafts(everything) == before > 0
    assert everything.scalar(select(func.count()).select_from(FailedRow)) > 0


def test_nobody_else_sees_or_answers_the_question(handed_in, demo_app, everything):
    desk, application, sheet, _ = handed_in
    asked = desk.check(application, sheet, expect=303)
    for stranger in ("clerk_b", "reviewer"):
        other = HiringDesk(demo_app, stranger)
        other.get(asked, expect=404)
        other.post(f"{asked}/answer", {"choice": "all"}, expect=404)
    assert drafts(everything) == 40


def test_a_sheet_that_nobody_answers_is_forgotten(handed_in, everything):
    desk, application, sheet, _ = handed_in
    desk.check(application, sheet, expect=303)
    assert drop_old(everything) == 0
    everything.execute(
        HeldSheet.__table__.update().values(held_at=func.now() - func.make_interval(0, 0, 0, 3))
    )
    assert drop_old(everything) == 1
    everything.commit()


def test_a_long_list_is_asked_about_by_the_worker(handed_in, demo_app, everything, monkeypatch):
    desk, application, sheet, _ = handed_in
    monkeypatch.setattr(works, "AT_ONCE", 5)
    progress = desk.check(application, sheet, expect=303)
    work = progress.rsplit("/", 1)[1]
    with demo_app.app_context():
        from app.extensions import db

        do(db.session, work)
        db.session.commit()
    page = desk.get(progress)
    assert "少了2人" in page
    asked = re.search(r'href="(/desk/sheets/[^"]+)"', page)[1]
    monkeypatch.setattr(works, "AT_ONCE", 2000)
    desk.post(f"{asked}/answer", {"choice": "all"})
    assert drafts(everything) == 38


@pytest.fixture
def firm(everything) -> Employer:
    return everything.scalars(
        select(Employer)
        .where(Employer.kind == "enterprise", Employer.scale == "small", Employer.region_code == "510104")
        .order_by(Employer.id)
        .limit(1)
    ).one()


@pytest.fixture
def opened(demo_app, everything, firm):
    """(the clerk's desk, an approved class of three with its roster as a workbook)."""
    clerk, reviewer = (TrainingDesk(demo_app, name) for name in ("clerk", "reviewer"))
    project = everything.scalars(select(Project.id).where(Project.code == "YS-001")).one()
    opened = clerk.open_class(firm.uscc, project)
    paid = select(Contribution.person_id).where(
        Contribution.employer_id == firm.id,
        Contribution.paid,
        Contribution.month == month_start(clerk.opens_on),
    )
    for person in everything.scalars(select(Person).where(Person.id.in_(paid)).order_by(Person.id).limit(3)):
        offers = clerk.offered(opened, person.name[:2])
        offer = next(one for one in offers if one["masked_id"] == person.masked_id)
        clerk.post(f"{CLASSES}/students/{opened}", {"person_id": offer["id"]})
    return clerk, reviewer, opened


def roster(clerk, opened: str, path: Path, **cells: str) -> Path:
    """The exported roster with the cells filled in for everybody."""
    book = load_workbook(io.BytesIO(clerk.client.get(f"{COMPLETION}/roster/{opened}").data))
    page = book.worksheets[0]
    header = next(row for row in page.iter_rows() if str(row[0].value).startswith("学号"))
    columns = {str(cell.value).strip("*"): cell.column for cell in header if cell.value}
    for n, row in enumerate(range(header[0].row + 1, header[0].row + 4)):
        for title, value in {"证书编号": f"ZS-{n}", "结业日期": str(clerk.closes_on), **cells}.items():
            page.cell(row, columns[title]).value = value
    book.save(path)
    return path


def hand_in(clerk, opened: str, path: Path, expect: int = 302) -> str:
    with path.open("rb") as file:
        return clerk.post(f"{COMPLETION}/results/{opened}", {"sheet": (file, path.name)}, expect)


def results(session) -> list:
    session.rollback()
    return session.execute(
        select(Enrolment.theory_score, Enrolment.result_source).order_by(Enrolment.student_no)
    ).all()


@pytest.mark.parametrize(("choice", "score", "source"), [("none", 91, "screen"), ("all", 80, "sheet")])
def test_an_older_roster_asks_before_it_replaces_what_was_typed(
    opened, everything, tmp_path, choice, score, source
):
    clerk, reviewer, number = opened
    clerk.move(f"{CLASSES}/submit/{number}")
    reviewer.act("class_review", "approve_class", [number])
    older = roster(clerk, number, tmp_path / "older.xlsx", 理论成绩="80", 是否合格="是")
    student = everything.scalars(select(Enrolment.id).order_by(Enrolment.student_no)).first()
    typed = {
        "passed": "yes",
        "certificate_no": "ZS-0",
        "completed_on": str(clerk.closes_on),
        "theory_score": "91",
    }
    clerk.post(f"{COMPLETION}/student/{student}", typed)

    asked = hand_in(clerk, number, older, expect=303)
    page = clerk.get(asked)
    assert "91.00" in page and "80.00" in page
    assert f'<a href="{asked}">去确认</a>' in clerk.get(f"{COMPLETION}/show/{number}")
    assert results(everything) == [(91, "screen"), (None, None), (None, None)]
    clerk.post(f"{asked}/answer", {"choice": choice})
    assert results(everything) == [(score, source), (80, "sheet"), (80, "sheet")]


def test_contradictory_results_are_shown_to_the_clerk_and_to_the_reviewer(opened, everything, tmp_path):
    clerk, reviewer, number = opened
    clerk.move(f"{CLASSES}/submit/{number}")
    reviewer.act("class_review", "approve_class", [number])
    sheet = roster(clerk, number, tmp_path / "odd.xlsx", 理论成绩="5分", 是否合格="√", 证书编号="ZS-1")
    page = hand_in(clerk, number, sheet, expect=200)
    assert page.count("低于60分，却是“合格”") == 3
    shown = clerk.get(f"{COMPLETION}/show/{number}")
    assert shown.count("低于60分，却是“合格”") == shown.count("证书编号ZS-1与本班") == 3
    clerk.move(f"{COMPLETION}/submit/{number}")
    assert reviewer.get(f"/training/completion_review/show/{number}").count("低于60分") == 3


def test_a_list_of_students_that_lacks_some_asks(opened, everything, tmp_path, demo_app):
    clerk, _, number = opened
    book = load_workbook(io.BytesIO(clerk.client.get(f"{CLASSES}/template").data))
    page = book.worksheets[0]
    top = next(row[0].row for row in page.iter_rows() if str(row[0].value).startswith("姓名"))
    first = everything.scalars(select(Enrolment).order_by(Enrolment.student_no)).first()
    page.cell(top + 1, 1).value = first.person.name
    page.cell(top + 1, 2).value = text_of(demo_app.extensions["vault"], first.person, Person.id_cipher)
    path = tmp_path / "students.xlsx"
    book.save(path)
    with path.open("rb") as file:
        asked = clerk.post(f"{CLASSES}/roll/{number}", {"sheet": (file, path.name)}, expect=303)
    assert "少了2人" in clerk.get(asked)
    assert f'<a href="{asked}">去确认</a>' in clerk.get(f"{CLASSES}/show/{number}")
    assert "移出2人" in clerk.get(clerk.post(f"{asked}/answer", {"choice": "all"}))
    everything.rollback()
    states = everything.scalars(select(Enrolment.state).order_by(Enrolment.student_no)).all()
    assert states == ["enrolled", "withdrawn", "withdrawn"]


def test_the_answer_names_every_row_once():
    from app.web.longwork.questions import Question, QuestionRow

    question = Question(None, [], [QuestionRow("a", []), QuestionRow("b", [])], "", "", "")
    assert json.loads(question.answered("none", ["a"])) == {"a": False, "b": False}
    assert json.loads(question.answered("checked", ["a", "zz"])) == {"a": True, "b": False}
    assert json.loads(question.answered("all", [])) == {"a": True, "b": True}
