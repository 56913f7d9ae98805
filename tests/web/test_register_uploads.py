"""A register's file on a screen: one uploads, another confirms; nothing counts before that, and nobody does both."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.engine.audit import AuditEntry
from app.engine.intake.register_uploads import RegisterUpload
from app.registers.ciphers import text_of
from app.registers.definitions.models import RegisterFact
from app.registers.models import Coverage, Person
from app.web.longwork import works as web_works
from tests.desk.clerks import Desk
from tests.desk.jobs import run_jobs

HEADER = ["公民身份号码", "死亡日期"]


@pytest.fixture
def two(demo_app):
    """The province's two policy officers."""
    return Desk(demo_app, "policy"), Desk(demo_app, "policy_2")


@pytest.fixture
def people(demo_app, everything):
    """Citizen ids of people who live."""
    dead = select(RegisterFact.person_id).where(RegisterFact.register == "deaths")
    rows = everything.scalars(select(Person).where(Person.id.not_in(dead)).order_by(Person.id).limit(3))
    return [text_of(demo_app.extensions["vault"], row, Person.id_cipher) for row in rows]


def csv_of(*rows, header=HEADER):
    lines = [header, *rows]
    return io.BytesIO("\n".join(",".join(line) for line in lines).encode("utf-8-sig"))


def xlsx_of(*rows, header=HEADER):
    book, file = Workbook(), io.BytesIO()
    for row in (header, *rows):
        book.active.append(row)
    book.save(file)
    file.seek(0)
    return file


def upload(desk, file, name="死亡.csv", expect=302, **said):
    form = {"register": "deaths", "region_code": "", "first_day": "", "last_day": "", **said}
    return desk.post("/registers/uploads/add", {**form, "file": (file, name)}, expect)


def deaths(session):
    session.expire_all()
    return session.scalar(
        select(func.count()).select_from(RegisterFact).where(RegisterFact.register == "deaths")
    )


@pytest.mark.parametrize(("name", "made"), [("死亡.csv", csv_of), ("死亡.xlsx", xlsx_of)])
def test_a_file_counts_once_a_second_person_has_confirmed_it(two, everything, people, name, made):
    first, second = two
    before, loads = deaths(everything), everything.scalar(text("SELECT count(*) FROM register_loads"))
    address = upload(first, made([people[0], "2026-10-01"], [people[1], "2026/10/2"]), name)
    page = first.get(address)
    assert "待确认" in page and "须由另一人确认后才装载" in page and "确认装载</button>" not in page
    assert deaths(everything) == before
    assert everything.scalar(text("SELECT count(*) FROM register_loads")) == loads, "it was only tried"
    row = everything.scalars(select(RegisterUpload)).one()
    assert (row.rows_read, row.rows_added, row.rows_changed, row.rows_refused) == (2, 2, 0, 0)
    page = second.get(address)
    assert "确认后，2行装入登记库" in page
    second.post(f"/registers/uploads/confirm/{row.id}")
    assert deaths(everything) == before + 2
    everything.refresh(row)
    assert (row.state, row.file_cipher) == ("confirmed", None) and row.decided_by != row.uploaded_by
    entry = everything.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.event, entry.subject, entry.after["added"]) == ("register_load", name, 2)
    assert row.load_id == entry.after["load_id"]
    assert "已装载" in second.get(address)
    events = everything.scalars(select(AuditEntry.event).where(AuditEntry.event.like("%upload%"))).all()
    assert events == ["register_upload"]


def test_nobody_confirms_what_they_have_uploaded(two, everything, people):
    first, _ = two
    before = deaths(everything)
    upload(first, csv_of([people[0], "2026-10-01"]))
    row = everything.scalars(select(RegisterUpload)).one()
    for way in ("confirm", "refuse"):
        assert "须由另一人确认" in first.post(f"/registers/uploads/{way}/{row.id}", expect=422)
    assert deaths(everything) == before
    with pytest.raises(IntegrityError, match="upload_two_people"), everything.begin_nested():
        everything.execute(
            text(
                "UPDATE register_uploads SET state = 'refused', decided_by = uploaded_by, decided_at = now(), file_cipher = NULL"
            )
        )


@pytest.mark.parametrize(("who", "way", "state"), [(1, "refuse", "refused"), (0, "withdraw", "withdrawn")])
def test_a_file_that_is_not_loaded_changes_nothing(two, everything, people, who, way, state):
    before = deaths(everything)
    upload(two[0], csv_of([people[0], "2026-10-01"]))
    row = everything.scalars(select(RegisterUpload)).one()
    if way == "withdraw":
        assert "只有上传的人可以撤回" in two[1].post(f"/registers/uploads/withdraw/{row.id}", expect=422)
    two[who].post(f"/registers/uploads/{way}/{row.id}")
    everything.refresh(row)
    assert (row.state, row.file_cipher, deaths(everything)) == (state, None, before)
    for again in ("confirm", "refuse"):
        assert "已经处理过" in two[1].post(f"/registers/uploads/{again}/{row.id}", expect=422)


def test_refused_lines_are_shown_and_downloaded(two, everything, people):
    first, second = two
    rows = (
        [people[0], "2026-10-01"],
        [people[1], "2027-01-01"],
        ["510104199001011234", "2026-10-01"],
        [people[2], ""],
    )
    address = upload(first, csv_of(*rows))
    page = first.get(address)
    assert "拒绝的行：3行" in page and "晚于今天" in page and "公民身份号码无效" in page
    assert "510104199001011234" not in page
    row = everything.scalars(select(RegisterUpload)).one()
    assert (row.rows_read, row.rows_added, row.rows_refused) == (4, 1, 3)
    content = first.client.get(f"/registers/uploads/refused/{row.id}").data
    lines = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(content)).active]
    expected = [[3, "死亡日期"], [4, "公民身份号码"], [5, "死亡日期"]]
    assert sorted(line[:2] for line in lines[2:]) == expected
    second.post(f"/registers/uploads/confirm/{row.id}")
    everything.refresh(row)
    assert row.state == "confirmed"


def test_coverage_is_said_as_a_whole_and_reaches_the_regions_below(two, everything, people):
    first, second = two
    refused = upload(first, csv_of([people[0], "2026-10-01"]), expect=422, region_code="510100")
    assert "请同时填写" in refused
    said = {"region_code": "510100", "first_day": "2026-01-01", "last_day": "2026-11-01"}
    upload(first, csv_of([people[0], "2026-10-01"]), **said)
    row = everything.scalars(select(RegisterUpload)).one()
    second.post(f"/registers/uploads/confirm/{row.id}")
    everything.refresh(row)
    codes = set(everything.scalars(select(Coverage.region_code).where(Coverage.load_id == row.load_id)))
    assert {"510100", "510104", "510105"} <= codes and "510300" not in codes
    late = {**said, "last_day": "2030-01-01"}
    assert "晚于今天" in upload(first, csv_of([people[0], "2026-10-01"]), expect=422, **late)


@pytest.mark.parametrize(
    ("file", "name", "sentence"),
    [
        (b"\x00\x01nothing", "x.xlsx", ""),
        ("姓名,年龄\n甲,1\n".encode(), "x.csv", ""),
        (b"", "", "没有选择文件"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_and_kept_nowhere(two, everything, file, name, sentence):
    page = upload(two[0], io.BytesIO(file), name, expect=422)
    assert "problems" in page and sentence in page
    assert everything.scalar(select(func.count()).select_from(RegisterUpload)) == 0


def test_a_long_file_is_work_for_a_worker(demo_app, two, everything, people, monkeypatch):
    monkeypatch.setattr(web_works, "AT_ONCE", 1)
    first, second = two
    before = deaths(everything)
    address = upload(first, csv_of([people[0], "2026-10-01"], [people[1], "2026-10-01"]), expect=303)
    assert "/desk/works/" in address
    run_jobs(demo_app)
    assert "文件已读入并试装" in first.get(address)
    row = everything.scalars(select(RegisterUpload)).one()
    address = second.post(f"/registers/uploads/confirm/{row.id}", expect=303)
    assert "/desk/works/" in address and deaths(everything) == before
    run_jobs(demo_app)
    assert "已装载：新增2行" in second.get(address) and deaths(everything) == before + 2


def test_the_template_of_each_register_is_read_again(two):
    first, _ = two
    page = first.get("/registers/uploads/add")
    codes = re.findall(r"/registers/uploads/template/(\w+)", page)
    assert len(codes) == 8
    for code in codes:
        content = first.client.get(f"/registers/uploads/template/{code}")
        assert content.status_code == 200 and load_workbook(io.BytesIO(content.data)).sheetnames
    first.get("/registers/uploads/template/dogs", expect=404)


def test_what_waits_stands_on_the_other_ones_home(two, people):
    first, second = two
    upload(first, csv_of([people[0], "2026-10-01"]))
    assert "登记库文件待确认" in second.get("/") and "登记库文件待确认" not in first.get("/")


@pytest.mark.parametrize("username", ["clerk", "reviewer", "cashier", "county_admin", "admin", "auditor"])
def test_only_policy_officers_upload_and_confirm(demo_app, two, everything, people, username):
    upload(two[0], csv_of([people[0], "2026-10-01"]))
    row = everything.scalars(select(RegisterUpload)).one()
    desk = Desk(demo_app, username)
    upload(desk, csv_of([people[0], "2026-10-01"]), expect=403)
    for way in ("confirm", "refuse", "withdraw"):
        desk.post(f"/registers/uploads/{way}/{row.id}", expect=403)
    desk.get(f"/registers/uploads/show/{row.id}", expect=404 if username == "auditor" else 403)
