"""Training through the web: opening, declaration, publicity by person, completion, disbursement (manual 3.2)."""

import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.engine.cases.claims import Claim
from app.programmes.training.model import Enrolment, Project, TrainingClass
from app.registers.ciphers import text_of
from app.registers.models import Person
from tests.desk.classes import CLASSES, COMPLETION, DECLARATIONS, TrainingDesk
from tests.desk.clerks import moved
from tests.desk.days import after, at_the_turn


@pytest.fixture
def demo_files(demonstration):
    return demonstration.files


@at_the_turn
def test_a_class_from_opening_to_the_money(
    demo_app, demonstration, everything, firm, staff, tmp_path, monkeypatch
):
    clerk, reviewer, cashier = (TrainingDesk(demo_app, name) for name in ("clerk", "reviewer", "cashier"))
    project = everything.scalars(select(Project.id).where(Project.code == "YS-001")).one()
    opened = clerk.open_class(firm.uscc, project)
    cohort = f"510104-{clerk.opens_on:%Y%m%d}"
    assert f"{cohort}-001" in clerk.get(f"{CLASSES}/show/{opened}")
    for person in staff:
        offers = clerk.offered(opened, person.name[:2])
        offer = next(one for one in offers if one["masked_id"] == person.masked_id)
        assert offer["name"] == person.name
        clerk.post(f"{CLASSES}/students/{opened}", {"person_id": offer["id"]})
    assert moved(clerk.move(f"{CLASSES}/submit/{opened}")) == 1
    assert moved(reviewer.act("class_review", "approve_class", [opened])) == 1

    address = clerk.post(f"{DECLARATIONS}/declare/{opened}")
    application = re.search(r"/show/(\d+)", address)[1]
    clerk.bank(application)
    assert moved(clerk.apply(application)) == 5
    assert "没有未申报的学员" in clerk.post(f"{DECLARATIONS}/declare/{opened}", expect=409)
    listed = "/training/review/list/?enrolment.training_class.cohort_no"
    assert staff[0].masked_id in reviewer.get(f"{listed}={cohort}")
    assert staff[0].masked_id not in reviewer.get(f"{listed}=510104-{after(1, clerk.opens_on):%Y%m%d}")
    assert moved(reviewer.act("review", "approve")) == 5
    assert (
        moved(
            reviewer.act("publicity", "publicize", start=str(demonstration.day), end=str(demonstration.end))
        )
        == 5
    )
    monkeypatch.setitem(demo_app.config, "TODAY", demonstration.over)
    assert moved(reviewer.act("outcome", "pass_publicity")) == 5
    page = cashier.act("disbursement", "disburse", paid_on=str(demonstration.over), voucher_no="PX-1")
    assert moved(page) == 0
    assert "尚未结业" in page

    path = tmp_path / "roster.xlsx"
    path.write_bytes(clerk.client.get(f"{COMPLETION}/roster/{opened}").data)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("学号"))
    columns = {str(cell.value).strip("*"): cell.column for cell in header}
    for number in range(4):
        row = header[0].row + 1 + number
        sheet.cell(row, columns["理论成绩"]).value = 80 + number
        sheet.cell(row, columns["是否合格"]).value = "合格" if number else "不合格"
        sheet.cell(row, columns["证书编号"]).value = f"ZS-{number}"
        sheet.cell(row, columns["结业日期"]).value = str(clerk.closes_on)
    last = header[0].row + 5
    for column in columns.values():
        sheet.cell(last, column).value = None
    book.save(path)
    with path.open("rb") as file:
        clerk.post(f"{COMPLETION}/results/{opened}", {"sheet": (file, path.name)})
    left = everything.scalars(select(Enrolment.id).where(Enrolment.passed.is_(None))).one()
    facts = {
        "passed": "yes",
        "certificate_no": "ZS-9",
        "completed_on": str(clerk.closes_on),
        "theory_score": "91.5",
    }
    clerk.post(f"{COMPLETION}/student/{left}", facts)
    assert moved(clerk.move(f"{COMPLETION}/submit/{opened}")) == 1
    assert moved(reviewer.act("completion_review", "approve_completion", [opened])) == 1

    page = cashier.act("disbursement", "disburse", paid_on=str(demonstration.over), voucher_no="PX-1")
    assert moved(page) == 4
    assert "结业不合格" in page
    paid = select(func.count(), func.sum(Claim.amount)).where(Claim.state == "disbursed")
    assert everything.execute(paid).one() == (4, Decimal("4000.00"))
    assert everything.scalar(select(TrainingClass.state)) == "completed"
    for person in ("clerk", "reviewer", "auditor"):
        assert f"{cohort}-001" in TrainingDesk(demo_app, person).get("/training/query/list/")


def test_students_by_sheet_come_back_with_reasons(demo_app, everything, firm, staff, tmp_path):
    clerk = TrainingDesk(demo_app, "clerk")
    opened = clerk.open_class(firm.uscc, everything.scalars(select(Project.id)).first())
    book = load_workbook(io.BytesIO(clerk.client.get(f"{CLASSES}/template").data))
    sheet = book.worksheets[0]
    top = next(row[0].row for row in sheet.iter_rows() if str(row[0].value).startswith("姓名"))
    vault = demo_app.extensions["vault"]
    people = everything.scalars(select(Person).where(Person.id.in_([p.id for p in staff])))
    whole = {person.id: text_of(vault, person, Person.id_cipher) for person in people}
    lines = [(staff[0].name, whole[staff[0].id]), ("别人", whole[staff[1].id]), (staff[2].name, "123")]
    for offset, (name, number) in enumerate(lines, 1):
        sheet.cell(top + offset, 1).value, sheet.cell(top + offset, 2).value = name, number
    path = tmp_path / "students.xlsx"
    book.save(path)
    with path.open("rb") as file:
        page = clerk.post(f"{CLASSES}/roll/{opened}", {"sheet": (file, path.name)}, expect=200)
    assert "[C-03]" in page and "[C-01]" in page
    assert everything.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_another_county_sees_no_class(demo_app, everything, firm, staff):
    clerk, other = TrainingDesk(demo_app, "clerk"), TrainingDesk(demo_app, "clerk_b")
    opened = clerk.open_class(firm.uscc, everything.scalars(select(Project.id)).first())
    other.get(f"{CLASSES}/show/{opened}", expect=404)
    other.get(f"{CLASSES}/edit/{opened}", expect=404)
    offer = clerk.offered(opened, staff[0].name[:2])[0]
    other.post(f"{CLASSES}/students/{opened}", {"person_id": offer["id"]}, expect=404)
    assert f"510104-{clerk.opens_on:%Y}" not in other.get(f"{CLASSES}/list/")
