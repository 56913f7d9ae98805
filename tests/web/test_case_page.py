"""A claim's page shows its way; a person's page what else the person was claimed for."""

import io
import re
from types import SimpleNamespace

import pytest

from app.web.wording.steps import PATH, steps
from tests.desk.clerks import HiringDesk, uscc_of
from tests.security.cases import PDF


def moved(before: str, after: str) -> SimpleNamespace:
    return SimpleNamespace(before={"state": before}, after={"state": after})


@pytest.mark.parametrize("at", range(len(PATH)))
def test_a_claim_on_its_way_stands_between_what_was_and_what_will_be(at):
    found = steps(PATH[at], [])
    assert [step.state for step in found] == list(PATH)
    assert [step.place for step in found] == ["done"] * at + ["here"] + ["ahead"] * (len(PATH) - at - 1)


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
    found = steps(way[-1], [moved(*entry) for entry in history])
    assert [step.state for step in found] == way
    assert [step.place for step in found] == ["done"] * (len(way) - 1) + ["ended"]


def test_the_person_behind_a_claim_has_a_page_with_all_claims_in_scope(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get("/hiring/query/list/"))[1]
    page = clerk.get(f"/hiring/query/show/{claim}")
    assert re.search(r'<li class="here"[^>]*>草稿', page)
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
