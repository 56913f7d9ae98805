"""A claim's page shows its way; a person's page what else the person was claimed for."""

import io
import re
from types import SimpleNamespace

import pytest
from lxml import html

from app.engine.workflow.flow import Flow
from app.web.page.findings import ReadableFinding
from app.web.stages.evidence import Evidence
from app.web.wording.steps import steps
from tests.desk.clerks import HiringDesk, uscc_of
from tests.security.cases import PDF


def moved(before: str, after: str) -> SimpleNamespace:
    return SimpleNamespace(before={"state": before}, after={"state": after})


PATH = ("draft", "submitted", "approved", "publicizing", "publicized", "disbursed")
TWICE = ("draft", "submitted", "in_second_review", "approved", "disbursed")


@pytest.mark.parametrize(
    ("path", "at"), [(path, at) for path in (PATH, TWICE) for at in range(len(path))], ids=str
)
def test_a_claim_on_its_way_stands_between_what_was_and_what_will_be(path, at):
    found = steps(path, path[at], [])
    assert [step.state for step in found] == list(path)
    assert [step.place for step in found] == ["done"] * at + ["here"] + ["ahead"] * (len(path) - at - 1)


def test_the_switches_say_which_way_it_is():
    assert Flow().path(second_review=False) == PATH
    assert Flow(publicity=None).path(second_review=True) == TWICE


@pytest.mark.parametrize(
    ("history", "way"),
    [
        ([("draft", "submitted"), ("submitted", "returned")], ["draft", "submitted", "returned"]),
        ([("submitted", "returned"), ("returned", "withdrawn")], ["draft", "submitted", "withdrawn"]),
        ([("publicizing", "publicity_failed")], [*PATH[:4], "publicity_failed"]),
        ([("approved", "revoked")], [*PATH[:3], "revoked"]),
    ],
)
def test_a_claim_that_left_the_way_ends_where_it_left(history, way):
    found = steps(PATH, way[-1], [moved(*entry) for entry in history])
    assert [step.state for step in found] == way
    assert [step.place for step in found] == ["done"] * (len(way) - 1) + ["ended"]


def test_the_person_behind_a_claim_has_a_page_with_all_claims_in_scope(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get("/hiring/query/list/"))[1]
    page = clerk.get(f"/hiring/query/show/{claim}")
    assert re.search(r'<li class="here"[^>]*>\s*<b>申请</b>', page)
    assert "提交时适用的政策参数" not in page
    clerk.bank(application)
    clerk.apply(application)
    page = clerk.get(f"/hiring/query/show/{claim}")
    assert re.search(r"1000\.00 <span[^>]*>《一次性吸纳就业补贴实施办法》（[^）]+），2020-01-01起施行<", page)
    person = clerk.get(f"/desk/history/{claim}")
    assert f'href="/hiring/query/show/{claim}"' in person and "共 1 条，已发放合计 0.00 元" in person


def test_a_case_that_a_colleague_has_moved_on_is_shown_where_it_is(demo_app, demo_files):
    """A list that is still open leads on; what nobody may see, and what never was, stays unknown."""
    clerk, reviewer = HiringDesk(demo_app, "clerk"), HiringDesk(demo_app, "reviewer")
    clerk.hand_in(demo_files, "1-good.xlsx")
    claim = re.search(r"/hiring/review/show/(\d+)", reviewer.get("/hiring/review/list/"))[1]
    colleague = HiringDesk(demo_app, "reviewer")
    colleague.act("review", "approve", [claim])
    answer = reviewer.client.get(f"/hiring/review/show/{claim}")
    assert (answer.status_code, answer.location) == (302, f"/hiring/query/show/{claim}")
    page = reviewer.get(answer.location)
    assert "此件不在“" in page and "现在是“待公示”" in page
    for stranger, number in ((HiringDesk(demo_app, "reviewer_b"), claim), (reviewer, "999999")):
        stranger.get(f"/hiring/review/show/{number}", expect=404)


def application_and_claim(desk: HiringDesk, files) -> tuple[str, str]:
    application = desk.hand_in(files, "1-good.xlsx")
    return application, re.search(r"/hiring/query/show/(\d+)", desk.get("/hiring/query/list/"))[1]


def buttons(page: str) -> list[tuple[str, str]]:
    """What the bar at the foot offers: (move, where it is sent)."""
    found = html.fromstring(page).xpath("//form[@class='bar']//button[@name='action']")
    return [(button.get("value"), button.get("formaction")) for button in found]


def test_the_foot_of_a_case_offers_what_this_login_may_do_with_it_and_nothing_else(demo_app, demo_files):
    """Wherever it is opened: the list that has the move gets it; the way on stands last."""
    clerk, reviewer = HiringDesk(demo_app, "clerk"), HiringDesk(demo_app, "reviewer")
    _, claim = application_and_claim(clerk, demo_files)
    assert buttons(clerk.get(f"/hiring/query/show/{claim}")) == [("withdraw", "/hiring/query/action_post")]
    offered = buttons(reviewer.get(f"/hiring/query/show/{claim}"))
    assert offered == [(name, "/hiring/review/action_post") for name in ("reject", "return", "approve")]
    assert offered == buttons(reviewer.get(f"/hiring/review/show/{claim}"))
    assert buttons(HiringDesk(demo_app, "cashier").get(f"/hiring/query/show/{claim}")) == []
    moved = reviewer.confirm(reviewer.post(offered[-1][1], {"action": "approve", "rowid": claim}))
    assert 'id="moved">1<' in moved
    assert [name for name, _ in buttons(reviewer.get(f"/hiring/query/show/{claim}"))] == [
        "revoke",
        "publicize",
    ]


def test_a_returned_case_carries_its_opinion_and_is_sent_in_again_from_its_form(demo_app, demo_files):
    clerk, reviewer = HiringDesk(demo_app, "clerk"), HiringDesk(demo_app, "reviewer")
    _, claim = application_and_claim(clerk, demo_files)
    reviewer.act("review", "return", [claim], opinion="终止日期与附件不一致，请核对。")
    page = html.fromstring(clerk.get(f"/hiring/query/show/{claim}"))
    (banner,) = page.find_class("banner--now")
    assert "终止日期与附件不一致，请核对。" in banner.text_content()
    assert banner.find(".//a").get("href") == f"/hiring/query/edit/{claim}"
    road = [(stop.get("class"), stop.find("b").text) for stop in page.find_class("journey")[0]]
    assert road == [("done", "申请"), ("here", "退回修改"), (None, "审核"), (None, "公示"), (None, "发放")]
    form = html.fromstring(clerk.get(f"/hiring/query/edit/{claim}"))
    assert "终止日期与附件不一致" in form.find_class("banner--now")[0].text_content()
    typed = dict(form.xpath("//form[@data-guard]")[0].form_values())
    dialog = clerk.post(f"/hiring/query/edit/{claim}", typed | {"then": "submit", "remark": "已改"})
    assert dialog.startswith("/batches/")
    assert 'id="moved">1<' in clerk.confirm(dialog)
    page = html.fromstring(reviewer.get(f"/hiring/review/show/{claim}"))
    road = [stop.find("b").text for stop in page.find_class("journey")[0]]
    assert road == ["申请", "退回后再提交", "审核", "公示", "发放"]
    assert page.find_class("banner--now") == []


def test_evidence_is_looked_at_before_it_is_read(demo_app, demo_files):
    """A picture by SVG attributes alone; what is no news in one line; rule codes for auditors."""
    clerk = HiringDesk(demo_app, "clerk")
    _, claim = application_and_claim(clerk, demo_files)
    page = clerk.get(f"/hiring/query/show/{claim}")
    drawn = html.fromstring(page)
    (picture,) = drawn.xpath("//*[@class='lanes']/svg")
    assert "在本单位缴费的月份：20" in picture.get("aria-label")
    assert len(picture.find_class("lane-cell")) >= 12 and picture.find_class("on")
    assert picture.find_class("lane-bar--ink") and not drawn.xpath("//@style")
    (folded,) = drawn.xpath("//*[@class='evidence']/li/details")
    assert folded.find("summary").text_content().strip() == "号码、重复、姓名、单位资格、政策期限均通过"
    assert "C-01" not in drawn.find_class("evidence")[0].text_content()
    auditor = html.fromstring(HiringDesk(demo_app, "auditor").get(f"/hiring/query/show/{claim}"))
    assert "C-01" in auditor.find_class("evidence")[0].text_content()


def finding(code: str, verdict: str, *, routine: bool = False) -> ReadableFinding:
    return ReadableFinding("hiring_subsidy", code, code, verdict, "", {}, (), routine)


def test_what_fails_stands_first_and_open():
    passed = finding("HS-01", "pass")
    routine = [finding("C-01", "pass", routine=True), finding("C-02", "pass", routine=True)]
    failed, warned = finding("HS-02", "fail"), finding("C-07", "warn")
    evidence = Evidence(None, [failed, warned, *routine, passed], [], [])
    assert (evidence.open, evidence.passed, evidence.routine) == ([failed, warned], [passed], routine)
    alone = Evidence(None, [routine[0]], [], [])
    assert (alone.passed, alone.routine) == ([routine[0]], []), "one line folds nothing"


def test_a_claim_lists_the_documents_of_its_application(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get("/hiring/query/list/"))[1]
    assert "附件" not in clerk.get(f"/hiring/query/show/{claim}")
    paper = {"kind": "contract", "file": (io.BytesIO(PDF), "劳动合同.pdf")}
    clerk.post(f"/hiring/applications/attach/{application}", paper)
    page = clerk.get(f"/hiring/query/show/{claim}")
    address = re.search(r'href="(/hiring/applications/attachment/\d+)">劳动合同.pdf', page)[1]
    assert clerk.client.get(address).data == PDF
