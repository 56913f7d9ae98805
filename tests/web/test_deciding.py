"""What a list says before and after a decision: tabs, the case beside it, whom a dialog is about, what a result made."""

import re

import pytest
from sqlalchemy import select

from app.engine.cases.claims import Claim
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import HiringDesk, moved, uscc_of
from tests.desk.database import DEMO
from tests.desk.days import END, OVER, TODAY


@pytest.fixture(scope="module")
def stage(application, cluster, demo_files):
    def walk():
        clerk, reviewer, cashier = (
            HiringDesk(application, name) for name in ("clerk", "reviewer", "cashier")
        )
        number = clerk.hand_in(demo_files, "1-good.xlsx")
        return clerk, reviewer, cashier, claims_of(application), number

    return cluster.walked(application, DEMO, TODAY, walk)


@pytest.fixture
def sent(demo_app, stage):
    """(clerk, reviewer, cashier, id → name of 40 claims that wait for review, application's id)."""
    return stage.given


def claims_of(app) -> dict[int, str]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return dict(db.session.execute(select(Claim.id, Claim.name).order_by(Claim.id)).all())


def tabs(page: str) -> dict[str, tuple[str, str]]:
    """Title → (count, address) of the tabs of a list."""
    bar = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)[0]
    found = re.findall(r'<a href="([^"]+)"[^>]*>([^<\n]+)(?:\s*<span class="n[^"]*">([^<]+))?', bar)
    return {title.strip(): (count, address) for address, title, count in found}


def test_tabs_say_where_the_cases_of_a_programme_are(sent):
    _, reviewer, _, claims, _ = sent
    some = [str(claim) for claim in list(claims)[:10]]
    reviewer.act("review", "approve", some)
    reviewer.act("review", "return", [str(list(claims)[10])], opinion="请补材料。")
    page = reviewer.get("/hiring/review/list/")
    assert tabs(page) == {
        "待审核": ("29", "/hiring/review/list/"),
        "已退回": ("1", "/hiring/query/list/?state=returned"),
        "待公示": ("10", "/hiring/publicity/list/?state=approved"),
        "全部": ("", "/hiring/query/list/"),
    }
    assert 'aria-current="page">待审核' in page


def test_tabs_lead_nobody_where_he_may_not_go(sent):
    clerk, _, cashier, _, _ = sent
    for desk in (clerk, cashier):
        for _, address in tabs(desk.get("/hiring/query/list/")).values():
            desk.get(address)


def test_a_case_beside_the_list_offers_what_its_state_allows(sent):
    _, reviewer, _, claims, _ = sent
    first, second, *_ = claims
    answer = reviewer.client.get(f"/hiring/review/show/{first}", headers={"X-Fragment": "1"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert claims[first] in answer.text and 'class="evidence"' in answer.text
    assert re.findall(r'data-move="(\w+)"', answer.text) == ["approve", "reject", "return"]
    reviewer.act("review", "approve", [str(second)])
    gone = reviewer.client.get(f"/hiring/review/show/{second}", headers={"X-Fragment": "1"})
    assert gone.status_code == 302, "the page of the case says where it is now"


def dialog_of(desk: HiringDesk, stage: str, move: str, rows: list[int]) -> str:
    form = {"action": move, "query": "", "all": "0", "rowid": rows}
    return desk.get(desk.post(f"/hiring/{stage}/action_post", form))


def listed(desk: HiringDesk, query: str) -> list[str]:
    return re.findall(r'name="rowid" value="(\d+)"', desk.get(f"/hiring/review/list/?{query}"))


def beside(page: str) -> dict[str, str]:
    """Where the case's page leads on and back."""
    return {
        rel: link.replace("&amp;", "&") for link, rel in re.findall(r'href="([^"]+)"\s+rel="(\w+)"', page)
    }


@pytest.mark.parametrize("query", ["size=100", "size=100&order=person.name&direction=asc"])
def test_a_case_that_a_list_opened_leads_on_in_the_lists_order(sent, query):
    """Without scripts: each page of a row has links to the rows beside it, of whatever page of the list."""
    _, reviewer, _, _, _ = sent
    rows = listed(reviewer, query)
    page = reviewer.get(f"/hiring/review/list/?{query}")
    address = re.search(r'pin--end"><a href="(/hiring/review/show/[^"]+)"', page)[1]
    assert address.startswith(f"/hiring/review/show/{rows[0]}?list=")
    seen = []
    while "/show/" in address:
        seen.append(re.search(r"/show/(\d+)", address)[1])
        case = reviewer.get(address)
        address = reviewer.client.get(beside(case)["next"]).location
    assert seen == rows
    assert address == f"/hiring/review/list/?{query}"
    assert "后面没有了，已回到列表。" in reviewer.get(address)
    before = reviewer.client.get(beside(case)["prev"]).location
    assert f"/show/{rows[-2]}?" in before
    assert f'href="/hiring/review/list/?{query.replace("&", "&amp;")}" data-return' in case


def test_a_case_that_was_decided_keeps_its_place_in_the_list(sent):
    _, reviewer, _, claims, _ = sent
    first, second, third, *_ = listed(reviewer, "")
    reviewer.act("review", "approve", [second])
    answer = reviewer.client.get(f"/hiring/review/show/{second}?list=")
    assert answer.location == f"/hiring/query/show/{second}?list=&of=HiringReviewView"
    page = reviewer.get(answer.location)
    for rel, other in (("prev", first), ("next", third)):
        assert reviewer.client.get(beside(page)[rel]).location == f"/hiring/review/show/{other}?list="
    assert beside(reviewer.get(f"/hiring/review/show/{third}")) == {}, "opened from elsewhere"
    for address in (f"{second}?step=sideways", "x?step=next"):
        reviewer.get(f"/hiring/review/beside/{address}", expect=404)
    clerk = sent[0]
    clerk.get(f"/hiring/review/beside/{second}?step=next", expect=403)


def test_an_opinion_that_is_typed_at_the_case_stands_in_the_dialog(sent):
    _, reviewer, _, claims, _ = sent
    form = {"action": "return", "rowid": next(iter(claims)), "opinion": "请补充合同，电话13900001234。"}
    page = reviewer.get(reviewer.post("/hiring/review/action_post", form))
    assert re.search(r"<textarea[^>]*>\s*请补充合同，电话\*+1234。</textarea>", page)


def test_a_dialog_says_whom_into_which_account_and_what_comes_next(sent):
    _, reviewer, _, claims, _ = sent
    page = dialog_of(reviewer, "review", "approve", list(claims))
    assert "、".join(list(claims.values())[:5]) + "等40人" in page
    assert re.search(
        r'40 人</span>\s*<span class="number">40,000.00</span>\s*<span>中国建设银行成都锦江支行 尾号 5678',
        page,
    )
    assert "与上次不同" not in page
    assert "转入待公示" in page and "不能改回待审核" in page


def test_a_dialog_flags_an_account_that_differs_from_the_last(sent, demo_files):
    clerk, reviewer, _, claims, _ = sent
    some = list(claims)[:2]
    clerk.act("query", "withdraw", [str(claim) for claim in some], reason="重新申请。")
    again = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(again, demo_files / "1-good.xlsx")
    clerk.post(f"/hiring/applications/account/{again}", clerk.account(again, number="6217003810019999999"))
    clerk.apply(again)
    new = [
        int(row) for row in re.findall(r'name="rowid" value="(\d+)"', reviewer.get("/hiring/review/list/"))
    ]
    page = dialog_of(reviewer, "review", "approve", [max(new), list(claims)[5]])
    assert page.count("与上次不同") == 1
    assert re.search(r"尾号 9999\s*<em class=\"tag\">与上次不同", page)


def test_a_result_leads_to_what_it_made(sent, demo_app, monkeypatch):
    _, reviewer, cashier, _, _ = sent
    assert ">打开" not in reviewer.act("review", "approve")
    made = reviewer.act("publicity", "publicize", start=TODAY.isoformat(), end=END.isoformat())
    assert moved(made) == 40
    notice = re.search(r'href="([^"]+)">打开(GS-[\w-]+|[\w-]+)</a>', made)
    assert notice[2] in reviewer.get(notice[1])
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    made = cashier.act("disbursement", "list")
    paid = re.search(r'href="([^"]+)">打开([\w-]+)</a>', made)
    assert paid[2] in cashier.get(paid[1])
