"""A phone beside the name of a class's contact becomes a ciphertext; no id and no phone is kept in a class, a role or a name."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from app.engine.audit import AuditEntry
from app.extensions import db
from app.programmes.training.classes import contacts
from app.programmes.training.model import Enrolment, Project, TrainingClass
from app.registers.organisation import OwnRole
from tests.desk.classes import CLASSES, COMPLETION, TrainingDesk
from tests.desk.clerks import Desk, opened
from tests.desk.logins import changed

ID, PHONE, OTHER = "510104199001015678", "13812345678", "13912345679"


@pytest.fixture
def desk(demo_app) -> TrainingDesk:
    return TrainingDesk(demo_app, "clerk")


@pytest.fixture
def open_class(desk, firm, everything):  # noqa: F811
    project = everything.scalars(select(Project.id)).first()
    return lambda **typed: desk.open_class(firm.uscc, project, **typed)


def held(everything, number: str) -> TrainingClass:
    everything.expire_all()
    return everything.get(TrainingClass, int(number))


def phone_of(app, everything, number: str) -> str | None:
    return contacts.phone_of(app.extensions["vault"], held(everything, number))


def holds(everything, *numbers: str) -> list[str]:
    """The tables of which a row holds one of the numbers."""
    found = "SELECT count(*) FROM {} one WHERE one::text LIKE ANY(:parts)"
    tables = ("training_classes", "enrolments", "own_roles", "ab_user", "audit_entries", "long_works")
    parts = {"parts": [f"%{number}%" for number in numbers]}
    return [table for table in tables if everything.scalar(text(found.format(table)), parts)]


def test_a_phone_beside_the_name_is_moved_and_revealed_by_permission(demo_app, desk, open_class, everything):
    number = open_class(
        contact=f"王主任（手机 {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}）", teacher=f"李老师{OTHER}"
    )
    row = held(everything, number)
    assert (row.contact, row.teacher) == ("王主任", "李老师*******5679")
    assert phone_of(demo_app, everything, number) == PHONE
    page = desk.get(f"{CLASSES}/show/{number}")
    assert "*******5678" in page and PHONE not in page
    for name in ("clerk", "reviewer", "auditor"):
        assert f'<code class="full">{PHONE}</code>' in Desk(demo_app, name).post(
            f"{CLASSES}/reveal/{number}", expect=200
        )
    written = everything.scalars(select(AuditEntry).where(AuditEntry.event == "reveal")).all()
    assert [(e.class_id, e.after) for e in written] == [(int(number), {"shown": "contact_phone"})] * 3
    assert not holds(everything, PHONE, OTHER)


def test_a_class_without_a_phone_has_none_to_reveal(desk, open_class):
    number = open_class(contact="王主任")
    assert f"{CLASSES}/reveal/" not in desk.get(f"{CLASSES}/show/{number}")
    desk.post(f"{CLASSES}/reveal/{number}", expect=404)


@pytest.mark.parametrize(
    ("contact", "phone", "field", "sentence"),
    [
        (PHONE, "", "contact", "请填写班级联系人的姓名"),
        (f"王主任{PHONE}", OTHER, "contact", "联系人中写有另一个电话"),
        ("王主任", "问门卫", "contact_phone", "联系人电话应为手机号码或带区号的固定电话"),
        ("王主任", ID, "contact_phone", "联系人电话应为手机号码或带区号的固定电话"),
    ],
)
def test_what_can_not_be_told_apart_is_asked_for(desk, firm, everything, contact, phone, field, sentence):  # noqa: F811
    project = everything.scalars(select(Project.id)).first()
    first, last = str(desk.opens_on), str(desk.closes_on)
    typed = {"employer": firm.uscc, "project_id": str(project), "opens_on": first, "closes_on": last}
    more = {"stop_from": first, "stop_to": last, "hours": "40"}
    named = {"platform": "川培", "teacher": "李老师", "contact": contact, "contact_phone": phone}
    page = desk.post(f"{CLASSES}/add", typed | more | named, expect=422)
    assert re.search(rf'<div id="{field}-note" class="note">[^/]*<strong class="error">{sentence}', page)
    assert f'name="{field}" ' in page


def test_an_edit_keeps_the_phone_or_replaces_it_and_is_written_down(demo_app, desk, open_class, everything):
    number = open_class(contact="王主任", contact_phone=PHONE)
    address = f"{CLASSES}/edit/{number}"
    page = desk.get(address)
    assert "已登记，不显示；不改则留空" in page and PHONE not in page
    desk.post(address, opened(page) | {"contact": "赵主任"})
    assert phone_of(demo_app, everything, number) == PHONE
    desk.post(address, opened(desk.get(address)) | {"contact_phone": OTHER})
    assert phone_of(demo_app, everything, number) == OTHER
    edits = everything.scalars(select(AuditEntry).where(AuditEntry.event == "edit")).all()
    assert [(e.before, e.after) for e in edits] == [
        ({"contact": "王主任"}, {"contact": "赵主任"}),
        ({"contact_phone": "*******5678"}, {"contact_phone": "*******5679"}),
    ]
    assert "联系人电话" in desk.get(f"{CLASSES}/show/{number}")
    assert not holds(everything, PHONE, OTHER)


def approved(app, desk, open_class, staff) -> str:  # noqa: F811
    number = open_class()
    for person in staff[:1]:
        offer = desk.offered(number, person.name)[0]
        desk.post(f"{CLASSES}/students/{number}", {"person_id": offer["id"]})
    desk.move(f"{CLASSES}/submit/{number}")
    TrainingDesk(app, "reviewer").act("class_review", "approve_class", [number])
    return number


def test_no_certificate_is_numbered_by_a_person_on_screen_or_sheet(
    demo_app,
    desk,
    open_class,
    staff,  # noqa: F811
    everything,
):
    number = approved(demo_app, desk, open_class, staff)
    student = everything.scalars(select(Enrolment).where(Enrolment.class_id == int(number))).one()
    day = str(desk.closes_on)
    form = {"passed": "yes", "certificate_no": ID, "completed_on": day}
    page = desk.post(f"{COMPLETION}/student/{student.id}", form, expect=422)
    assert re.search(r'id="certificate_no-note"[^§]*?证书编号不能填公民身份号码或手机号码', page)
    book = load_workbook(io.BytesIO(desk.client.get(f"{COMPLETION}/roster/{number}").data))
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("学号"))
    columns = {str(cell.value).strip("*"): cell.column for cell in header}
    for title, value in {"是否合格": "合格", "证书编号": PHONE, "结业日期": day}.items():
        sheet.cell(header[0].row + 1, columns[title]).value = value
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    page = desk.post(f"{COMPLETION}/results/{number}", {"sheet": (stream, "roster.xlsx")}, expect=422)
    assert "证书编号不能填公民身份号码或手机号码" in page
    everything.expire_all()
    assert student.certificate_no is None
    own = {**form, "certificate_no": "S000051010012345678901"}
    desk.post(f"{COMPLETION}/student/{student.id}", own)
    everything.expire_all()
    assert student.certificate_no == "S000051010012345678901"
    assert not holds(everything, ID, PHONE)


def test_a_role_and_a_persons_name_are_kept_without_numbers(demo_app, facts, everything):
    admin = Desk(demo_app, "county_admin")
    admin.post("/settings/roles/add", {"title": f"组长{PHONE}", "parts": ["clerk"]})
    role = everything.scalars(select(OwnRole)).one()
    assert role.title == "组长*******5678"
    form = {"title": f"副组长{OTHER}", "parts": ["clerk"]}
    admin.post(f"/settings/roles/edit/{role.role_id}", form)
    everything.expire_all()
    assert role.title == "副组长*******5679"
    admin.post(
        f"/settings/users/change/{facts.id('clerk')}", changed(facts, admin, "clerk", name=f"陈小敏{PHONE}")
    )
    assert facts.user("clerk")[0] == "陈小敏*******5678"
    with demo_app.app_context():
        db.session.remove()
    assert not holds(everything, PHONE, OTHER)
