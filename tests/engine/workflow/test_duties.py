"""Which login may give which move from which list: the separation of duties, held by the server."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from tests.desk.clerks import HiringDesk, uscc_of
from tests.desk.days import TODAY, after

CLERK, REVIEWER, CASHIER = "clerk", "reviewer", "cashier"
TABLE = {
    "submit": CLERK,
    "withdraw": CLERK,
    "approve": REVIEWER,
    "reject": REVIEWER,
    "return": REVIEWER,
    "publicize": REVIEWER,
    "pass_publicity": REVIEWER,
    "fail_publicity": REVIEWER,
    "revoke": REVIEWER,
    "list": CASHIER,
    "dissolve": CASHIER,
    "disburse": CASHIER,
}
LISTS = {
    "applications": set(TABLE) - {"dissolve"},
    "query": {"submit", "withdraw"},
    "review": {"approve", "reject", "return"},
    "publicity": {"publicize", "pass_publicity", "fail_publicity", "revoke"},
    "outcome": {"pass_publicity", "fail_publicity"},
    "notices": {"pass_publicity", "fail_publicity"},
    "disbursement": {"list", "disburse"},
    "payment_lists": {"disburse", "dissolve"},
}
NOBODY = ("auditor", "policy", "county_admin", "province_admin", "admin")
FORBIDDEN = (403, 404)


@pytest.mark.parametrize("login", [CLERK, REVIEWER, CASHIER, *NOBODY])
def test_a_move_is_given_by_its_duty_and_nobody_else(demo_app, login):
    desk = HiringDesk(demo_app, login)
    for place, offered in LISTS.items():
        for move, duty in TABLE.items():
            form = {"action": move, "all": "1"}
            answer = desk.client.post(f"/hiring/{place}/action_post", data=form)
            may = login == duty and move in offered
            assert (answer.status_code == 302) is may, (place, move, answer.status_code)
            assert may or answer.status_code in FORBIDDEN, (place, move, answer.status_code)


def test_a_changed_duty_moves_with_every_list_that_offers_it(application, monkeypatch):
    for view in application.appbuilder.baseviews:
        for move in getattr(view, "moves", ()):
            with monkeypatch.context() as patched:
                other = replace(view.programme.transitions[move], duty="somebody")
                patched.setitem(view.programme.transitions, move, other)
                holders = [role for role, permissions in view.granted.items() if move in permissions]
            assert holders == ["somebody"], (view.endpoint, move)


def test_a_duty_taken_away_between_the_dialog_and_its_run_stops_the_run(demo_app, demo_files):
    from app.extensions import db

    clerk, reviewer = (HiringDesk(demo_app, name) for name in (CLERK, REVIEWER))
    clerk.hand_in(demo_files, "1-good.xlsx")
    dialog = reviewer.post("/hiring/review/action_post", {"action": "approve", "all": "1"})
    with demo_app.app_context():
        db.session.execute(
            db.text(
                """DELETE FROM ab_user_role WHERE user_id =
                       (SELECT id FROM ab_user WHERE username = 'reviewer')"""
            )
        )
        db.session.commit()
    assert reviewer.client.post(f"{dialog}/run").status_code in FORBIDDEN
    assert "40" in clerk.get("/hiring/query/list/?state=submitted")


def test_a_batch_is_its_makers_alone_and_acts_once(demo_app, demo_files):
    clerk, other = (HiringDesk(demo_app, name) for name in (CLERK, "clerk_b"))
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    clerk.bank(application)
    dialog = clerk.post(f"/hiring/applications/apply/{application}")
    for stranger in (other, HiringDesk(demo_app, REVIEWER)):
        for address in (dialog, f"{dialog}/result", f"{dialog}/download"):
            assert stranger.client.get(address).status_code == 404
        assert stranger.client.post(f"{dialog}/run").status_code == 404
    clerk.get(clerk.post(f"{dialog}/run"))
    pages = (clerk.get(clerk.post(f"{dialog}/run")) for _ in range(2))
    first, again = (page[page.index("<main") : page.index("</main>")] for page in pages)
    assert first == again
    assert 'id="moved">40<' in again
    assert clerk.client.get(dialog).headers["Location"].endswith("/result")


def test_a_dialog_asks_again_for_what_is_missing(demo_app, demo_files):
    clerk, reviewer = (HiringDesk(demo_app, name) for name in (CLERK, REVIEWER))
    clerk.hand_in(demo_files, "1-good.xlsx")
    dialog = reviewer.post("/hiring/review/action_post", {"action": "return", "all": "1"})
    assert "请填写审核意见。" in reviewer.post(f"{dialog}/run", {"opinion": "  "}, expect=422)
    approve = reviewer.post("/hiring/review/action_post", {"action": "approve", "all": "1"})
    reviewer.post(f"{approve}/run")
    chosen = reviewer.post("/hiring/publicity/action_post", {"action": "publicize", "all": "1"})
    short = reviewer.post(f"{chosen}/run", {"start": str(TODAY), "end": str(TODAY)}, expect=422)
    earliest = date.fromisoformat(re.search(r"结束日期最早为(\d{4}-\d\d-\d\d)", short)[1])
    short = reviewer.post(f"{chosen}/run", {"start": str(TODAY), "end": str(after(-1, earliest))}, expect=422)
    assert f"结束日期最早为{earliest}" in short
    page = reviewer.get(reviewer.post(f"{chosen}/run", {"start": str(TODAY), "end": str(earliest)}))
    assert 'id="moved">40<' in page
    late = reviewer.get(reviewer.post(f"{dialog}/run", {"opinion": "补材料"}))
    assert "当前状态为“公示中”，不能办理“退回修改”" in late
