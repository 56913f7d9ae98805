"""An application at the clerk's desk: rows by what stopped them, corrected in place or together, removed and put back; the account that is remembered; what came back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, FailedRow
from app.engine.intake.held_sheets import HeldSheet
from tests.desk.clerks import HiringDesk, uscc_of

MIXED, GOOD = "2-mixed.xlsx", "1-good.xlsx"


@pytest.fixture
def clerk(demo_app) -> HiringDesk:
    return HiringDesk(demo_app, "clerk")


@pytest.fixture
def draft(clerk, demo_files) -> str:
    application = clerk.open_application(uscc_of(demo_files, MIXED))
    clerk.check(application, demo_files / MIXED)
    return application


def page_of(clerk: HiringDesk, application: str) -> str:
    return clerk.get(f"/hiring/applications/show/{application}")


def under(page: str, rule: str) -> list[tuple[str, int]]:
    """(row id, row number) of the rows that stand under a rule: the first reason of each."""
    rows = re.findall(r'<tr id="row-(\d+)" data-line="(\d+)">(.*?)</tr>', page, re.S)
    return [(id_, int(no)) for id_, no, cells in rows if re.search(r'data-rule="([^"]+)"', cells)[1] == rule]


def failed(session, application: str) -> int:
    return session.scalar(
        select(func.count()).select_from(FailedRow).where(FailedRow.application_id == int(application))
    )


def test_rows_stand_by_what_stopped_them_with_how_many_and_what_would_help(clerk, draft, everything):
    page = page_of(clerk, draft)
    short = under(page, "HS-02")
    assert len(short) > 1
    head = re.search(rf"<b>合同不足12个月</b>\s*<span>{len(short)} 人，终止日期应不早于", page)
    assert head, "the reason, the people, what would help"
    assert len(re.findall(r'<tr id="row-', page)) == failed(everything, draft), "each row stands once"
    assert ">HS-02<" not in page, "a code is for auditors"
    assert "2-mixed.xlsx" in page and "30 行" in page, "the last sheet"


def test_a_row_is_corrected_in_its_place_with_the_fields_that_are_wrong(clerk, draft, everything):
    row, number = under(page_of(clerk, draft), "HS-02")[0]
    address = f"/hiring/applications/correct/{draft}/{row}"
    fragment = clerk.get(f"{address}?in=row")
    assert "<main" not in fragment and f'data-line="{number}"' in fragment
    assert 'name="contract_end"' in fragment and 'name="citizen_id"' not in fragment
    held = everything.get(FailedRow, int(row))
    finding = next(f for f in held.findings if f["rule"] == "HS-02")
    assert f'value="{finding["evidence"]["least_end"]}"' in fragment, "the earliest end that would do"
    revealed = select(func.count(AuditEntry.id)).where(AuditEntry.event == "reveal")
    assert everything.scalar(revealed) == 0, "nothing is shown that the page didn't show"
    before = failed(everything, draft)
    name = held.name
    clerk.post(address, {"contract_end": finding["evidence"]["least_end"]})
    everything.expire_all()
    page = page_of(clerk, draft)
    assert f"{name}更正后校验通过。" in page and failed(everything, draft) == before - 1
    claim = everything.scalars(select(Claim).where(Claim.name == name)).one()
    assert str(claim.contract_end) == finding["evidence"]["least_end"]
    assert claim.category and claim.contract_start, "fields that weren't shown stay"
    edit = everything.scalars(select(AuditEntry).where(AuditEntry.event == "edit")).one()
    assert (edit.subject, edit.after) == (name, {"contract_end": finding["evidence"]["least_end"]})
    assert set(edit.before) == {"contract_end"} and edit.before["contract_end"] in page


def test_a_number_stands_in_the_row_only_where_it_may_be_wrong_and_leaves_a_trace(clerk, draft, everything):
    row, number = under(page_of(clerk, draft), "C-01")[0]
    assert 'name="citizen_id"' in clerk.get(f"/hiring/applications/correct/{draft}/{row}?in=row")
    seen = everything.scalars(select(AuditEntry).where(AuditEntry.event == "reveal")).one()
    assert seen.after == {"row_no": number}


def test_rows_under_one_reason_are_put_right_together(clerk, draft, everything):
    short = [int(row) for row, _ in under(page_of(clerk, draft), "HS-02")]
    alone = [
        row
        for row in everything.scalars(select(FailedRow).where(FailedRow.id.in_(short)))
        if sum(f["verdict"] in ("fail", "unknown") for f in row.findings) == 1
    ]
    names, before = {row.name for row in alone}, failed(everything, draft)
    assert names
    clerk.post(f"/hiring/applications/recheck/{draft}", {"rule": "HS-02", "suggested": "1"})
    everything.expire_all()
    assert failed(everything, draft) == before - len(names)
    assert names <= set(everything.scalars(select(Claim.name)))
    assert f"已重新校验{len(short)}人" in page_of(clerk, draft)


def test_a_value_is_given_to_all_rows_under_a_reason(clerk, draft, everything):
    short = under(page_of(clerk, draft), "HS-02")
    clerk.post(f"/hiring/applications/recheck/{draft}", {"rule": "HS-02", "contract_end": "2035-12-31"})
    everything.expire_all()
    assert under(page_of(clerk, draft), "HS-02") == []
    ends = everything.scalars(select(Claim.contract_end)).all()
    assert 0 < [str(end) for end in ends].count("2035-12-31") <= len(short)


def test_checking_again_changes_nothing_where_the_registers_have_not_changed(clerk, draft, everything):
    page = page_of(clerk, draft)
    lines = sorted(no for _, no in under(page, "HS-01"))
    assert f"重新校验 {len(lines)} 人" in page
    clerk.post(f"/hiring/applications/recheck/{draft}", {"rule": "HS-01"})
    assert sorted(no for _, no in under(page_of(clerk, draft), "HS-01")) == lines
    clerk.post(f"/hiring/applications/recheck/{draft}", {"rule": "XX-01"}, expect=404)


def test_what_was_removed_is_put_back_as_it_was(demo_app, clerk, draft, everything):
    row, number = under(page_of(clerk, draft), "HS-02")[0]
    held = everything.get(FailedRow, int(row))
    facts, before = (held.name, held.findings, held.cells_cipher), failed(everything, draft)
    clerk.post(f"/hiring/applications/drop/{draft}", {"row": row})
    page = page_of(clerk, draft)
    assert f"已移除第 {number} 行，{facts[0]}" in page and failed(everything, draft) == before - 1
    removal = {"removal": re.search(r'name="removal" value="([^"]+)"', page)[1]}
    HiringDesk(demo_app, "clerk_b").post(f"/hiring/applications/restore/{draft}", removal, expect=404)
    clerk.get(f"/desk/sheets/{removal['removal']}", expect=404)
    clerk.post(f"/hiring/applications/restore/{draft}", removal)
    everything.expire_all()
    back = everything.scalars(select(FailedRow).where(FailedRow.row_no == number)).one()
    assert (back.name, back.findings, back.cells_cipher) == facts
    assert failed(everything, draft) == before
    assert "撤销</button>" not in page_of(clerk, draft), "once"
    events = ("remove", "restore")
    told = select(AuditEntry.event).where(AuditEntry.event.in_(events)).order_by(AuditEntry.id)
    assert tuple(everything.scalars(told)) == events
    assert facts[0] in clerk.get(f"/hiring/applications/correct/{draft}/{back.id}"), "its cells open"


def test_a_removal_is_not_undone_later_nor_twice_nor_over_a_new_row(clerk, draft, demo_files, everything):
    rows = under(page_of(clerk, draft), "HS-02")
    clerk.post(f"/hiring/applications/drop/{draft}", {"rule": "HS-02"})
    page = page_of(clerk, draft)
    assert f"已移除 {len(rows)} 行未通过的人员" in page and under(page, "HS-02") == []
    removal = {"removal": re.search(r'name="removal" value="([^"]+)"', page)[1]}
    clerk.check(draft, demo_files / MIXED)
    assert "已重新录入本申请" in clerk.post(f"/hiring/applications/restore/{draft}", removal, expect=409)
    everything.execute(HeldSheet.__table__.update().values(held_at=func.now() - timedelta(minutes=2)))
    everything.commit()
    assert "不能再撤销" in clerk.post(f"/hiring/applications/restore/{draft}", removal, expect=409)
    assert 'name="removal"' not in page_of(clerk, draft)


def test_the_last_account_is_taken_over_with_the_submission(clerk, demo_files, everything):
    former, again = (clerk.open_application(uscc_of(demo_files, GOOD)) for _ in range(2))
    clerk.bank(former)
    clerk.check(again, demo_files / GOOD)
    page = page_of(clerk, again)
    assert "尾号 5678，沿用上次" in page and "与上次不同" not in page
    kept = re.search(r'name="kept" value="(\d+)"', page[page.index('class="bar"') :])[1]
    stale = clerk.post(f"/hiring/applications/apply/{again}", {"kept": "999999"}, expect=409)
    assert "收款账户已有变化" in stale
    dialog = clerk.post(f"/hiring/applications/apply/{again}", {"kept": kept})
    assert "/batches/" in dialog
    everything.expire_all()
    first, second = everything.scalars(select(Application).order_by(Application.id))
    assert second.account.last4 == first.account.last4 == "5678"
    account = clerk.account(again, number="6217003810012349999")
    clerk.post(f"/hiring/applications/account/{again}", account)
    page = page_of(clerk, again)
    assert "<b>与上次不同</b>" in page and "尾号5678 → 尾号9999" in page


def test_what_came_back_says_why_and_saving_leads_on_to_submitting(demo_app, clerk, demo_files, everything):
    application = clerk.hand_in(demo_files, GOOD)
    assert "人员名单文件" not in page_of(clerk, application), "all are submitted"
    claim = everything.scalars(select(Claim).order_by(Claim.id).limit(1)).one()
    HiringDesk(demo_app, "reviewer").act("review", "return", [str(claim.id)], opinion="终止日期与附件不一致")
    page = page_of(clerk, application)
    assert "终止日期与附件不一致" in page and f"修改{claim.name}" in page and "提交 1 人" in page
    assert "人员名单文件" in page
    address = f"/hiring/query/edit/{claim.id}"
    form = clerk.get(address)
    assert "终止日期与附件不一致" in form and "保存并重新提交" in form
    everything.expire_all()
    facts = {
        "category": "登记失业半年以上人员",
        "contract_start": str(claim.contract_start),
        "contract_end": "",
        "phone": "",
        "remark": "",
        "version": str(claim.version),
        "seen": re.search(r'name="seen" value="([^"]+)"', form)[1],
        "then": "submit",
    }
    dialog = clerk.post(address, facts)
    asked = clerk.get(dialog)
    assert f"已保存{claim.name}的修改" in asked and "→ 无固定期限" in asked
    clerk.confirm(dialog)
    everything.expire_all()
    assert claim.state == "submitted"


def test_the_desk_leads_to_the_one_application_that_is_a_draft(clerk, draft, demo_files):
    home = clerk.get("/")
    line = home[home.index('class="what">草稿') :]
    assert re.search(r'href="([^"]+)"', line)[1] == f"/hiring/applications/show/{draft}"
    second = clerk.open_application(uscc_of(demo_files, GOOD))
    clerk.check(second, demo_files / GOOD)
    home = clerk.get("/")
    line = home[home.index('class="what">草稿') :]
    assert re.search(r'href="([^"]+)"', line)[1].startswith("/hiring/query/list/?state=draft")


def test_every_reason_is_named_however_many_rows_there_are(clerk, draft, everything, monkeypatch):
    whole = page_of(clerk, draft)
    heads = re.findall(r'<tr class="group">.*?<b>([^<]+)</b>\s*<span>\s*(\d+) 人', whole, re.S)
    monkeypatch.setattr("app.web.cases.applications.SHOWN", 5)
    page = page_of(clerk, draft)
    assert re.findall(r'<tr class="group">.*?<b>([^<]+)</b>\s*<span>\s*(\d+) 人', page, re.S) == heads
    assert sum(int(count) for _, count in heads) == failed(everything, draft)
    assert page.count('<tr id="row-') == len(heads) and "各类只列出前几行" in page
