"""Long work: the same function at once or by a worker, with progress, stopped by who asked, never done twice."""

from __future__ import annotations

import asyncio
import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import openpyxl
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim, FailedRow
from app.engine.longwork import works
from app.engine.longwork.works import LongWork
from app.engine.scope import Scope
from app.extensions import db
from app.web.cases import application_people
from app.web.commands.jobs import queue_of
from app.web.longwork import exporting, work_pages
from app.web.longwork import works as web_works
from tests.desk.clerks import HiringDesk, uscc_of
from tests.desk.database import DEMO
from tests.desk.jobs import run_jobs


@pytest.fixture(scope="module")
def office(application, cluster, demo_files):
    """The demonstration, once for the module: every test opens an application of its own."""
    with cluster.copied(application, DEMO):
        yield application


@pytest.fixture
def everything(office):
    """A session of its own that sees all; no context stays pushed, for requests would share its login."""
    with office.app_context():
        engine = db.engine
    with Session(engine, info={"scope": Scope.everything()}) as session:
        yield session


@pytest.fixture(scope="module")
def clerk(office):
    return HiringDesk(office, "clerk")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Nearly everything is too long to be done at once."""
    monkeypatch.setattr(web_works, "AT_ONCE", 5)
    monkeypatch.setattr(exporting, "STEP", 4)


@pytest.fixture
def opened(clerk, demo_files):
    return clerk.open_application(uscc_of(demo_files, "2-mixed.xlsx"))


def upload(desk: HiringDesk, opened: str, sheet) -> str:
    """Checks a sheet that is too long for a request; the address of the work."""
    return desk.check(opened, sheet, expect=303)


def meanwhile(deed, *args, **facts) -> None:
    """In another thread: a request must not share the worker's context."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(deed, *args, **facts).result()


def counts(everything, opened: str) -> tuple[int, int, int]:
    """Claims and failed rows of an application, and its imports in the audit log."""
    everything.rollback()
    of_it = int(opened)
    imports = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "import")
    return (
        everything.scalar(select(func.count(Claim.id)).where(Claim.application_id == of_it)),
        everything.scalar(select(func.count(FailedRow.id)).where(FailedRow.application_id == of_it)),
        everything.scalar(imports.where(AuditEntry.application_id == of_it)),
    )


def held(everything, work: str) -> LongWork:
    """The row of the work at an address."""
    everything.rollback()
    return everything.get(LongWork, work.rpartition("/")[2])


def workbook(content: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_a_long_check_is_done_by_a_worker_as_a_request_would(
    office, clerk, opened, everything, demo_files, monkeypatch
):
    sheet = demo_files / "2-mixed.xlsx"
    work = upload(clerk, opened, sheet)
    assert "等待处理" in clerk.get(work)
    assert counts(everything, opened) == (0, 0, 0)
    assert "人员校验" in clerk.get("/")
    HiringDesk(office, "clerk_b").get(work, expect=404)
    run_jobs(office)
    page, by_worker = clerk.get(work), counts(everything, opened)
    passed, failed, imports = by_worker
    assert passed > 5
    assert imports == 1
    assert f"校验完成：{passed}人通过，{failed}人未通过。" in page
    assert f"{clerk.base}/applications/show/{opened}#people" in page
    row = held(everything, work)
    assert (row.state, row.total, row.file_cipher) == ("done", passed + failed, None)
    entry = everything.scalars(select(AuditEntry).where(AuditEntry.application_id == int(opened)))
    assert {one.address for one in entry} == {"127.0.0.1"}
    monkeypatch.setattr(web_works, "AT_ONCE", 2_000)
    other = clerk.open_application(uscc_of(demo_files, "2-mixed.xlsx"))
    assert clerk.check(other, sheet).endswith("#people")
    assert counts(everything, other) == by_worker


def test_a_sheet_that_is_none_is_refused_while_the_person_waits(clerk, opened, demo_files, tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    clerk.check(opened, broken, expect=422)


def test_the_file_is_kept_sealed_until_the_job_has_taken_it(clerk, opened, everything, demo_files):
    sheet = demo_files / "2-mixed.xlsx"
    work = upload(clerk, opened, sheet)
    row = held(everything, work)
    assert row.file_cipher is not None
    assert sheet.read_bytes()[:200] not in row.file_cipher
    args = text(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'do_long_work' ORDER BY id DESC LIMIT 1"
    )
    assert everything.scalar(args) == {"work_id": row.id}


def test_what_was_sent_twice_is_done_once(office, clerk, opened, everything, demo_files):
    first = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    assert upload(clerk, opened, demo_files / "2-mixed.xlsx") == first
    everything.execute(
        text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'do_long_work', 0, NULL, NULL, "
            "jsonb_build_object('work_id', CAST(:id AS text)), NULL)::procrastinate_job_to_defer_v1])"
        ),
        {"id": first.rpartition("/")[2]},
    )
    everything.commit()
    run_jobs(office)
    assert counts(everything, opened)[2] == 1


def test_two_workers_with_one_work_do_it_once(office, clerk, opened, everything, demo_files):
    """As when a worker was only slow and its job was given to another."""
    address = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    work = address.rpartition("/")[2]

    def do(_):
        with office.app_context():
            db.session.info["scope"] = Scope.everything()
            web_works.do(db.session, work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(do, range(2)))
    assert counts(everything, opened)[2] == 1
    assert held(everything, address).attempts == 1


def test_a_bulk_action_is_fired_by_a_worker(office, clerk, everything, demo_files, monkeypatch):
    opened = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    with monkeypatch.context() as patch:
        patch.setattr(web_works, "AT_ONCE", 2_000)
        clerk.check(opened, demo_files / "1-good.xlsx")
    clerk.bank(opened)
    drafts = counts(everything, opened)[0]
    dialog = clerk.post(f"/hiring/applications/apply/{opened}")
    work = clerk.post(f"{dialog}/run", expect=303)
    assert clerk.post(f"{dialog}/run", expect=303) == work
    assert clerk.client.get(dialog).location.endswith(work)
    assert clerk.client.get(f"{dialog}/result").location.endswith(dialog)
    run_jobs(office)
    assert f"已办理{drafts}人，未办理0人。" in clerk.get(work)
    assert f'<b id="moved">{drafts}</b>' in clerk.get(f"{dialog}/result")
    assert clerk.post(f"{dialog}/run").endswith(f"{dialog}/result")
    moved = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "submit")
    everything.rollback()
    assert everything.scalar(moved.where(AuditEntry.application_id == int(opened))) == drafts


def test_a_cancelled_check_leaves_nothing(office, clerk, opened, everything, demo_files, monkeypatch):
    """In the midst of a statement that would never end: the work's own connection is told to stop."""
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    check = application_people.check_people

    def check_and_wait(session, *args, **more):
        check(session, *args, **more)
        meanwhile(clerk.post, f"{work}/cancel", expect=303)
        session.execute(text("SELECT pg_sleep(60)"))

    monkeypatch.setattr(application_people, "check_people", check_and_wait)
    run_jobs(office)
    assert counts(everything, opened) == (0, 0, 0)
    row = held(everything, work)
    assert (row.state, row.file_cipher) == ("cancelled", None)
    assert "已取消" in clerk.get(work)


def test_a_database_that_went_away_is_tried_again(office, clerk, opened, everything, demo_files, monkeypatch):
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    check, times = application_people.check_people, []

    def check_on_a_dead_connection(session, *args, **more):
        times.append(None)
        if len(times) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return check(session, *args, **more)

    monkeypatch.setattr(application_people, "check_people", check_on_a_dead_connection)
    run_jobs(office)
    assert counts(everything, opened) == (0, 0, 0)
    everything.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))
    everything.commit()
    run_jobs(office)
    assert counts(everything, opened)[2] == 1
    assert "已完成" in clerk.get(work)


def test_the_job_of_a_dead_worker_is_done_by_another(office, clerk, opened, everything, demo_files):
    """As a killed worker leaves it: taken, begun, and no heartbeat any more; what the clock queued meanwhile is taken too."""
    run_jobs(office)
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    killed = everything.scalar(text("SELECT procrastinate_register_worker_v1()"))
    take = text("SELECT (procrastinate_fetch_job_v2(NULL, :killed)).task_name")
    taken = []
    while (name := everything.scalar(take, {"killed": killed})) is not None:
        taken.append(name)
    assert taken.count(works.TASK) == 1
    everything.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
    begun = update(LongWork).where(LongWork.subject == opened)
    everything.execute(begun.values(state="running", attempts=1))
    everything.commit()
    run_jobs(office)
    assert counts(everything, opened) == (0, 0, 0)
    queue = queue_of(office)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(take_over, queue).result()
    run_jobs(office)
    assert counts(everything, opened)[2] == 1
    assert "已完成" in clerk.get(work)


def take_over(queue) -> None:
    async def once():
        async with queue.open_async():
            await queue.tasks["retry_stalled"](timestamp=0)

    asyncio.run(once())


def test_a_work_that_fails_says_so_and_can_be_started_again(
    office, clerk, opened, everything, demo_files, monkeypatch, caplog
):
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(application_people, "check_people", lambda *args: 1 / 0)
        run_jobs(office)
    page = clerk.get(work)
    assert "没有成功" in page
    assert "重新开始" in page
    number = re.search(r"请把编号 (\S+) 告诉", page)[1]
    assert f"long work {number} broke" in caplog.text
    assert counts(everything, opened) == (0, 0, 0)
    clerk.post(f"{work}/again", expect=303)
    clerk.post(f"{work}/again", expect=303)
    run_jobs(office)
    assert counts(everything, opened)[2] == 1


def test_a_work_that_kills_its_workers_is_given_up(office, clerk, opened, everything, demo_files):
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    begun = update(LongWork).where(LongWork.subject == opened)
    everything.execute(begun.values(state="running", attempts=works.MOST_ATTEMPTS))
    everything.commit()
    run_jobs(office)
    assert "多次被中断" in clerk.get(work)
    assert counts(everything, opened) == (0, 0, 0)


ROLE = """UPDATE ab_user_role SET user_id = (SELECT id FROM ab_user WHERE username = '{}')
          WHERE user_id = (SELECT id FROM ab_user WHERE username = '{}')
            AND role_id = (SELECT id FROM ab_role WHERE name = 'clerk')"""
ACTIVE = "UPDATE ab_user SET active = {} WHERE username = 'clerk'"


@pytest.mark.parametrize(
    ("withdraw", "give_back"),
    [
        (ACTIVE.format(False), ACTIVE.format(True)),
        (ROLE.format("auditor", "clerk"), ROLE.format("clerk", "auditor")),
    ],
)
def test_who_may_no_longer_do_it_has_it_done_no_more(
    office, clerk, opened, everything, demo_files, withdraw, give_back
):
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx")
    everything.execute(text(withdraw))
    everything.commit()
    run_jobs(office)
    everything.execute(text(give_back))
    everything.commit()
    assert counts(everything, opened) == (0, 0, 0)
    assert held(everything, work).state == "failed"
    assert "不再有此项功能的权限" in clerk.get(work)


def test_a_long_list_is_exported_by_a_worker(office, clerk, everything):
    auditor = HiringDesk(office, "auditor")
    work = auditor.post("/desk/exports/start", {"view": "PersonView", "query": ""}, expect=303)
    auditor.get(f"{work}/file", expect=404)
    run_jobs(office)
    row = held(everything, work)
    state = auditor.client.get(f"{work}/state").json
    assert (state["state"], state["done"]) == ("done", row.total)
    assert len(workbook(auditor.client.get(f"{work}/file").data)) == row.total + 2
    clerk.get(f"{work}/file", expect=404)
    exported = select(AuditEntry.after).where(AuditEntry.event == "export")
    assert everything.scalars(exported).all() == [{"rows": row.total}]


def test_an_export_stops_between_rows(office, clerk, everything, monkeypatch):
    auditor = HiringDesk(office, "auditor")
    work = auditor.post("/desk/exports/start", {"view": "PersonView", "query": ""}, expect=303)
    noticed, lines = Event(), exporting._lines

    def wait_for_the_watcher(view, rows, progress):
        for number, line in enumerate(lines(view, rows, progress)):
            if number == 1:
                meanwhile(auditor.post, f"{work}/cancel", expect=303)
                while not progress.cancelled:
                    noticed.wait(0.05)
            yield line

    monkeypatch.setattr(exporting, "_lines", wait_for_the_watcher)
    run_jobs(office)
    row = held(everything, work)
    assert (row.state, row.content) == ("cancelled", None)


def test_the_page_says_how_long_it_will_take(office, everything):
    now = everything.scalar(select(func.now() - text("interval '10 seconds'")))
    work = LongWork(state="running", done=25_000, total=100_000, started_at=now)
    with office.test_request_context():
        said = work_pages.how_far(work)
    assert "已处理约25,000行，共100,000行" in said
    assert 28 <= int(re.search(r"还需约(\d+)秒", said)[1]) <= 33


OFFICE = """UPDATE staff SET office_id = (SELECT id FROM offices WHERE code = '{}')
            WHERE user_id = (SELECT id FROM ab_user WHERE username = '{}')"""
TAKEN_ROLE = """UPDATE ab_user_role SET user_id = (SELECT id FROM ab_user WHERE username = '{}')
                WHERE user_id = (SELECT id FROM ab_user WHERE username = '{}')
                  AND role_id = (SELECT id FROM ab_role WHERE name = '{}')"""
REFUSED = "SELECT count(*) FROM audit_entries WHERE event = 'attempt_refused' AND subject = :endpoint"


def losses(username: str, role: str, other: str) -> list[tuple[str, str]]:
    """What takes somebody's right to a thing away, and gives it back."""
    return [
        (OFFICE.format("510105", username), OFFICE.format("510104", username)),
        (TAKEN_ROLE.format(other, username, role), TAKEN_ROLE.format(username, other, role)),
    ]


def refused(everything, endpoint: str) -> int:
    everything.rollback()
    return everything.scalar(text(REFUSED), {"endpoint": endpoint})


@pytest.mark.parametrize("loss", range(2))
def test_a_finished_export_is_taken_by_nobody_who_may_no_longer_make_it(office, everything, loss):
    auditor = HiringDesk(office, "auditor")
    work = auditor.post("/desk/exports/start", {"view": "PersonView", "query": ""}, expect=303)
    run_jobs(office)
    assert auditor.client.get(f"{work}/file").status_code == 200
    lose, regain = losses("auditor", "auditor", "policy")[loss]
    before = refused(everything, "WorkView.file")
    everything.execute(text(lose))
    everything.commit()
    try:
        assert "不能再取用" in auditor.get(f"{work}/file", expect=403)
        page = auditor.get(work)
        assert "不能再取用" in page
        assert f"{work}/file" not in page
        assert refused(everything, "WorkView.file") == before + 1
    finally:
        everything.execute(text(regain))
        everything.commit()
    assert auditor.client.get(f"{work}/file").status_code == 200


@pytest.mark.parametrize("loss", range(2))
def test_a_batch_is_read_by_nobody_who_may_no_longer_make_it(
    office, clerk, opened, everything, demo_files, monkeypatch, loss
):
    monkeypatch.setattr(web_works, "AT_ONCE", 2_000)
    clerk.check(opened, demo_files / "2-mixed.xlsx")
    clerk.bank(opened)
    dialog = clerk.post(f"/hiring/applications/apply/{opened}")
    clerk.confirm(dialog)
    lose, regain = losses("clerk", "clerk", "auditor")[loss]
    before = refused(everything, "BatchView.download")
    everything.execute(text(lose))
    everything.commit()
    try:
        clerk.get(f"{dialog}/result", expect=403)
        clerk.get(f"{dialog}/download", expect=403)
        assert refused(everything, "BatchView.download") == before + 1
    finally:
        everything.execute(text(regain))
        everything.commit()
    assert clerk.client.get(f"{dialog}/download").status_code == 200


def test_a_sheet_that_waits_is_shown_to_nobody_who_may_no_longer_check_it(
    office, clerk, opened, everything, demo_files, monkeypatch
):
    monkeypatch.setattr(web_works, "AT_ONCE", 2_000)
    clerk.check(opened, demo_files / "2-mixed.xlsx")
    question = clerk.check(opened, demo_files / "1-good.xlsx", expect=303)
    assert "/desk/sheets/" in question
    lose, regain = losses("clerk", "clerk", "auditor")[0]
    everything.execute(text(lose))
    everything.commit()
    try:
        assert "不能再取用" in clerk.get(question, expect=403)
        clerk.post(f"{question}/answer", {"choice": "all"}, expect=403)
    finally:
        everything.execute(text(regain))
        everything.commit()
    clerk.get(question)


def test_a_worker_leaves_a_job_of_a_screen_that_it_does_not_know(
    office, clerk, opened, everything, demo_files
):
    """One that begins after the publication takes it, as if nobody had met it before."""
    work = upload(clerk, opened, demo_files / "2-mixed.xlsx").rpartition("/")[2]
    row = everything.get(LongWork, work)
    view, row.view = row.view, "SubsidyOfTomorrowView"
    everything.commit()
    run_jobs(office)
    left = held(everything, work)
    assert (left.state, left.attempts) == ("waiting", 0)
    left.view = view
    everything.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
    everything.commit()
    run_jobs(office)
    assert held(everything, work).state == "done"
