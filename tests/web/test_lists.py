"""Lists: pages that start where another ended, filters that are kept, many numbers at once, exports of what is shown."""

import errno
import io
import re

import openpyxl
import pytest
from sqlalchemy import Integer, cast, func, select, text, update
from werkzeug.datastructures import MultiDict

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.desk.searches import Search
from app.extensions import PLANNED_EACH_TIME, db
from app.registers.ciphers import text_of
from app.registers.models import Employer, Person
from app.web.crud.private_queries import in_clear
from app.web.crud.views import ModelView
from app.web.longwork import exporting
from app.web.settings.registers import LABELS, TransferView
from tests.desk.clerks import HiringDesk, uscc_of
from tests.desk.database import DEMO
from tests.desk.days import TODAY
from tests.desk.heard import heard

LIST = "/hiring/query/list/"


@pytest.fixture(scope="module")
def stage(application, cluster, demo_files):
    def walk():
        desk = HiringDesk(application, "clerk")
        number = desk.open_application(uscc_of(demo_files, "1-good.xlsx"))
        desk.check(number, demo_files / "1-good.xlsx")
        return desk

    return cluster.walked(application, DEMO, TODAY, walk)


@pytest.fixture
def clerk(demo_app, stage):
    return stage.given


def shown(page: str) -> list[str]:
    return re.findall(r'name="rowid" value="(\d+)"', page)


def link(page: str, title: str) -> str | None:
    found = re.search(rf'<a(?: rel="\w+")? href="([^"]+)">{title}</a>', page)
    return found and found[1].replace("&amp;", "&")


def walk(desk: HiringDesk, address: str, title: str) -> list[list[str]]:
    """The rows of page after page, following one link."""
    pages = []
    while address:
        page = desk.get(address)
        pages.append(shown(page))
        address = link(page, title)
    return pages


@pytest.mark.parametrize("column", ["contract_start", "amount", "submitted_on", "person.name", "paid_on"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_follow_each_other_both_ways(demo_app, clerk, everything, column, direction, monkeypatch):
    """Also where values are equal, and where some are missing."""
    ids = everything.scalars(select(Claim.id).order_by(Claim.id)).all()
    some = update(Claim).where(Claim.id.in_(ids[::3]))
    everything.execute(some.values(submitted_on=func.current_date() - cast(Claim.id % 3, Integer)))
    everything.commit()
    monkeypatch.setattr("app.web.crud.listing.SIZES", (7, 100))
    first = f"{LIST}?size=7&order={column}&direction={direction}"
    forth = walk(clerk, first, "下一页")
    assert [len(page) for page in forth] == [7] * (len(ids) // 7) + [len(ids) % 7] * (len(ids) % 7 > 0)
    rows = [row for page in forth for row in page]
    assert sorted(map(int, rows)) == ids
    assert rows == shown(clerk.get(f"{LIST}?size=100&order={column}&direction={direction}"))
    back = walk(clerk, link(clerk.get(first), "最后一页"), "上一页")
    assert [row for page in back[::-1] for row in page] == rows


def test_a_lists_statements_are_planned_for_whom_they_are_asked(demo_app, clerk):
    """The plan that PostgreSQL keeps for a province would read a million rows for a county that has none."""
    with demo_app.app_context():
        engine = db.engine
    with heard(engine) as seen:
        clerk.get("/hiring/query/list/")
    pages = [statement.options for statement in seen if "LIMIT" in statement and "FROM claims" in statement]
    assert len(pages) == 2, "the page's keys and how many there are"
    assert all(options.items() >= PLANNED_EACH_TIME.items() for options in pages)
    held = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%any one plan%'")
    for options, kept in (PLANNED_EACH_TIME, 0), ({}, 1):
        with engine.connect() as connection:
            for _ in range(8):
                connection.execute(text("SELECT 'any one plan', :x"), {"x": 1}, execution_options=options)
            assert connection.scalar(held) == kept


def test_a_page_says_which_rows_it_shows(clerk, everything):
    count = everything.scalar(select(func.count(Claim.id)))
    page = clerk.get(f"{LIST}?size=25")
    assert "第1–25条" in page
    assert f"第26–{min(50, count)}条" in clerk.get(link(page, "下一页"))
    assert f"–{count}条" in clerk.get(link(page, "最后一页"))


@pytest.mark.parametrize("place", ["after=999999999", "before=x", "after=²", "end=1&after=1", "at=-5"])
def test_a_place_that_is_none_is_the_beginning_or_the_end(clerk, place):
    assert shown(clerk.get(f"{LIST}?size=25&{place}"))


def test_names_sort_by_their_sound(clerk, everything):
    for name, claim in zip(
        ["赵一", "安二", "李三"], everything.scalars(select(Claim).order_by(Claim.id)), strict=False
    ):
        claim.name = name
    everything.commit()
    rows = shown(clerk.get(f"{LIST}?size=100&order=person.name&direction=asc"))
    names = dict(everything.execute(select(Claim.id, Claim.name)).all())
    sorted_names = [names[int(row)] for row in rows]
    places = [sorted_names.index(name) for name in ("安二", "李三", "赵一")]
    assert places == sorted(places)


def test_many_ids_numbers_and_names_at_once(demo_app, clerk, everything):
    vault = demo_app.extensions["vault"]
    claims = everything.scalars(select(Claim).order_by(Claim.id).limit(6)).all()
    codes = [text_of(vault, everything.get(Person, claim.person_id), Person.id_cipher) for claim in claims]
    address = clerk.post(
        "/desk/search", {"view": "HiringQueryView", "person": "\n".join(codes[:3])}, expect=303
    )
    assert sorted(shown(clerk.get(address))) == [str(claim.id) for claim in claims[:3]]
    mixed = f"{codes[3]}，{claims[4].name} 不在册的人"
    address = clerk.post("/desk/search", {"view": "HiringQueryView", "person": mixed}, expect=303)
    assert {str(claims[3].id), str(claims[4].id)} <= set(shown(clerk.get(address)))
    address = clerk.post(
        "/desk/search", {"view": "HiringQueryView", "person": f"{claims[4].name}，"}, expect=303
    )
    assert str(claims[4].id) in shown(clerk.get(address))
    firms = everything.scalars(select(Employer.uscc).where(Employer.region_code == "510104").limit(4)).all()
    address = clerk.post("/desk/search", {"view": "EmployerView", "uscc": " ".join(firms)}, expect=303)
    page = clerk.get(address)
    assert all(code in page for code in firms)


def test_a_long_search_is_kept_on_the_server(demo_app, clerk, everything):
    vault = demo_app.extensions["vault"]
    claims = everything.scalars(select(Claim).order_by(Claim.id)).all()
    people = everything.scalars(select(Person).limit(400)).all()
    codes = [text_of(vault, person, Person.id_cipher) for person in people]
    wanted = {str(claim.id) for claim in claims if claim.person_id in {p.id for p in people}}
    typed = {"view": "HiringQueryView", "person": "\n".join(codes), "state": "draft"}
    address = clerk.post("/desk/search", typed, expect=303)
    assert len(address) < 100
    page = clerk.get(f"{address}&size=100")
    assert set(shown(page)) == wanted
    assert "400项" in page
    without = re.search(r'href="([^"]*without=person[^"]*)"', page)[1].replace("&amp;", "&")
    assert len(shown(clerk.get(without))) == len(claims)
    query = address.partition("?")[2]
    dialog = clerk.post("/hiring/query/action_post", {"action": "withdraw", "all": "1", "query": query})
    assert f'<b id="batch-count">{len(wanted)}</b>' in clerk.get(dialog)
    assert HiringDesk(demo_app, "reviewer").get(address, expect=404)


def test_too_many_words_are_refused_with_a_way_out(clerk):
    typed = {"view": "HiringQueryView", "person": " ".join(f"人{n}" for n in range(1001))}
    address = clerk.post("/desk/search", typed, expect=303)
    assert "最多粘贴1000个" in clerk.get(address, expect=422)


def test_a_search_is_kept_by_name_until_it_is_dropped(demo_app, clerk, everything):
    typed = {"view": "HiringQueryView", "state": "draft", "keep_as": "我的草稿"}
    address = clerk.post("/desk/search", typed, expect=303)
    page = clerk.get(address)
    assert "我的草稿" in page
    assert '<a href="/hiring/query/list/?search=' in page and 'aria-current="page">草稿' in page
    clerk.post("/desk/search", {**typed, "state": "submitted"}, expect=303)
    kept = everything.scalars(select(Search)).one()
    assert not shown(clerk.get(f"{LIST}?search={kept.id}"))
    colleague = HiringDesk(demo_app, "clerk_b")
    assert "我的草稿" not in colleague.get(LIST)
    colleague.post("/desk/search/drop", {"view": "HiringQueryView", "search": kept.id}, expect=303)
    assert everything.scalar(select(func.count(Search.id))) == 1
    clerk.post("/desk/search/drop", {"view": "HiringQueryView", "search": kept.id}, expect=303)
    assert "我的草稿" not in clerk.get(LIST)


def test_a_chip_takes_its_filter_out_and_a_tab_keeps_the_others(clerk):
    page = clerk.get(f"{LIST}?state=submitted&person=王&size=50")
    assert "人员：王" in page
    left = re.search(r'href="([^"]+)" aria-label="取消条件 人员"', page)[1].replace("&amp;", "&")
    assert "person" not in left
    assert "state=submitted" in left and "size=50" in left
    whole = re.search(r'href="([^"]+)">全部\s*</a>', page)[1].replace("&amp;", "&")
    assert "state" not in whole
    assert "person=" in whole and "size=50" in whole


def workbook(content: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_a_short_list_is_exported_at_once(clerk, everything):
    answer = clerk.client.post(
        "/desk/exports/start", data={"view": "HiringQueryView", "query": "state=draft"}
    )
    title, header, *rows = workbook(answer.data)
    claims = everything.scalars(select(Claim).where(Claim.state == "draft").order_by(Claim.id.desc())).all()
    assert re.search(rf" · 锦江区就业服务管理局 陈小敏 {TODAY} \d\d:\d\d 导出", title[0])
    assert header[:2] == ("姓名", "公民身份号码")
    assert [row[1] for row in rows] == [claim.person.masked_id for claim in claims]
    assert "草稿" in rows[0]
    entry = everything.scalars(select(AuditEntry).where(AuditEntry.event == "export")).one()
    assert entry.after == {"rows": len(claims)}


def test_an_export_that_breaks_leaves_no_cursor_to_be_closed_in_another_transaction(clerk, monkeypatch):
    carry_out, left_open = exporting.carry_out, []

    def broken(title, headers, rows, *_) -> None:
        next(rows)
        raise OSError(errno.ENOSPC, "no room")

    def carry_out_and_look(*args):
        try:
            return carry_out(*args)
        finally:
            left_open.append(db.session.scalar(text("SELECT count(*) FROM pg_cursors WHERE name <> ''")))

    monkeypatch.setattr(exporting, "export", broken)
    monkeypatch.setattr(exporting, "carry_out", carry_out_and_look)
    clerk.client.post("/desk/exports/start", data={"view": "HiringQueryView"})
    assert left_open == [0]


def test_nobody_exports_what_he_may_not_list(demo_app, clerk):
    for name, view in (("clerk", "HiringReviewView"), ("policy", "HiringQueryView"), ("clerk", "AuditView")):
        HiringDesk(demo_app, name).post("/desk/exports/start", {"view": view}, expect=403)
    clerk.post("/desk/exports/start", {"view": "BatchView"}, expect=404)
    away = HiringDesk(demo_app, "clerk_b").client.post(
        "/desk/exports/start", data={"view": "HiringQueryView"}
    )
    assert len(workbook(away.data)) == 2


def test_every_list_exports(demo_app):
    """As somebody who may open it; a list that cannot would be found by its button alone."""
    desks = {
        name: HiringDesk(demo_app, name)
        for name in ("clerk", "reviewer", "cashier", "auditor", "policy", "county_admin")
    }
    views = [v.endpoint for v in demo_app.appbuilder.baseviews if isinstance(v, ModelView)]
    assert len(views) > 30
    for view in views:
        answers = (d.client.post("/desk/exports/start", data={"view": view}) for d in desks.values())
        first = next(answer.status_code for answer in answers if answer.status_code != 403)
        assert first in (200, 303), view


def test_choosing_all_needs_no_script(clerk):
    page = clerk.get("/hiring/query/list/?size=25")
    assert re.search(r'<input type="checkbox" name="all" value="1"', page)
    assert not re.search(r'<input type="hidden" name="all"', page)
    assert re.search(r"<input[^>]* data-check-all disabled", page), "what needs the script waits for it"


def test_the_id_of_a_kept_search_is_nobodys_number():
    looks_like_one = MultiDict({"search": "b4681590-5c01-4443-9759-651651165166"})
    assert not in_clear(looks_like_one)
    assert in_clear(MultiDict({"search": "510104199001010019"}))


def test_a_column_without_a_title_is_refused():
    """FAB would guess an English one, and keep it for all views that share the titles."""
    titles = dict(LABELS)

    class Untitled(TransferView):
        list_columns = [*TransferView.list_columns, "person.head4"]

    with pytest.raises(ValueError, match="Untitled: label_columns lacks person.head4"):
        Untitled()
    TransferView()
    assert titles == LABELS
