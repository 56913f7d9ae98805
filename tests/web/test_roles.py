"""Roles for a time, roles of an office's own, the table of permissions, and work that changes hands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import (
    User,
    assoc_permissionview_role,
    assoc_user_role,
)
from lxml import html
from sqlalchemy import delete, select

from app.demo.users import JINJIANG, QINGYANG
from app.engine.access import grants, roles
from app.engine.audit import EVENTS, AuditEntry
from app.engine.cases.claims import Application
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Staff
from app.web.staff.matrix import ACTIONS
from tests.desk.clerks import Desk, HiringDesk, uscc_of
from tests.desk.days import TODAY, after
from tests.desk.logins import BASE, agree, changed, new
from tests.desk.roles import ROLES, TITLE, name_of, own, permission, ticked


@pytest.fixture
def leader(demo_app, facts):
    """A role of 锦江区 of clerk and reviewer, and its id."""
    admin = Desk(demo_app, "county_admin")
    admin.post(f"{ROLES}/add", {"title": TITLE, "parts": ["clerk", "reviewer"]})
    return own(facts)


def test_every_action_is_called_something(application):
    views = [view for view in application.appbuilder.baseviews if view.base_permissions]
    called = {view: {*getattr(view, "permission_titles", ()), *ACTIONS, *EVENTS} for view in views}
    assert not [(view.endpoint, name) for view in views for name in {*view.base_permissions} - called[view]]


def test_a_permission_is_named_where_it_is(application):
    """By the one view that has it, else by the matrix; a name of no permission says nothing."""
    views = application.appbuilder.baseviews
    for view in views:
        assert set(getattr(view, "permission_titles", ())) <= set(view.base_permissions or ())
    assert set(ACTIONS) <= {name for view in views for name in view.base_permissions or ()}


def test_a_move_keeps_the_permission_of_its_former_name(application):
    """Hosts of the release before still ask for it, on the view that makes the move."""
    assert roles.RENAMED == {("submit_completion", "CompletionView"): ("graduate", "CompletionView")}


def row_of(page: str, title: str) -> list[str]:
    """What a line of the table says: of the two compared roles in words, of the others by their dots."""
    table = html.fromstring(page).find_class("matrix")[0]
    line = next(row for row in table.iter("tr") if row[0].text_content().strip() == title)
    dots = [dot.get("aria-label") for dot in line.find_class("may")]
    return [
        line[1].text_content().strip(),
        line[2].text_content().strip(),
        line[3].text_content().strip(),
        *dots,
    ]


def test_the_table_says_who_may_do_what(demo_app):
    page = Desk(demo_app, "county_admin").get(f"{ROLES}/list/?a=cashier&b=reviewer&open=0")
    assert row_of(page, "解散发放清单")[:3] == ["全部", "≠", "—"]
    assert row_of(page, "审核通过")[:3] == ["—", "≠", "全部"]
    assert row_of(page, "提交")[:4] == ["—", "", "—", "全部"]
    assert row_of(page, "一次性吸纳就业补贴")[1] == "≠"
    same = Desk(demo_app, "county_admin").get(f"{ROLES}/list/?a=clerk&b=clerk")
    assert "≠" not in same.partition("<tbody>")[2]


def test_only_the_differences_are_shown_on_demand(demo_app):
    page = Desk(demo_app, "county_admin").get(f"{ROLES}/list/?a=cashier&b=reviewer&open=0&different=1")
    assert row_of(page, "审核通过")[1] == "≠" and ">提交</a>" not in page


def test_one_asks_a_permission_who_holds_it(demo_app, facts):
    county, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    page = county.get(f"{ROLES}/list/?a=cashier&b=reviewer&open=0")
    address = re.search(r'href="([^"]+line=\d+)"[^>]*>编制发放清单</a>', page)[1].replace("&amp;", "&")
    county.post(f"{BASE}/grant/{facts.id('clerk')}", {"role": "cashier"})
    holders = county.get(address).partition("谁能")[2]
    assert (
        "刘芳" in holders
        and "陈小敏" in holders
        and "待确认" in holders
        and "自己审过的自己不能发" in holders
    )
    assert "周国强" not in holders and "韩丽" not in holders
    assert "韩丽" in province.get(address).partition("谁能")[2]
    for odd in ("open=99&line=1", "open=x", "open=0&line=999", "a=nobody"):
        county.get(f"{ROLES}/list/?{odd}")


def test_who_holds_a_role_is_seen_in_the_own_subtree(demo_app):
    county, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    assert ">clerk</td>" in county.get(f"{ROLES}/show/clerk") and "clerk_b" not in county.get(
        f"{ROLES}/show/clerk"
    )
    assert "clerk_b" in province.get(f"{ROLES}/show/clerk")
    county.get(f"{ROLES}/show/nobody", expect=404)


def test_what_somebody_may_do_is_seen_with_the_role_that_gives_it(demo_app, facts):
    page = Desk(demo_app, "county_admin").get(f"{BASE}/show/{facts.id('cashier')}")
    assert re.search(r"一次性吸纳就业补贴发放清单.*?<td>发放</td>", page, re.DOTALL)


def test_what_a_request_learns_at_once_is_what_it_would_learn_apart(demo_app):
    """Roles, what they permit and what the office sees; without a role in force nothing is seen."""
    with demo_app.app_context():
        everybody = db.session.scalars(select(Staff)).all()
        assert len(everybody) > 5
        for staff in everybody:
            roles, permissions, scope = grants.standing(db.session, staff.user_id, TODAY, staff.office)
            assert (roles, permissions) == grants.held_in_force(db.session, staff.user_id, TODAY)
            assert roles and scope == Scope.of_office(db.session, staff.office)
        db.session.execute(delete(assoc_user_role))
        nothing = grants.standing(db.session, staff.user_id, TODAY, staff.office)
        assert nothing == (frozenset(), frozenset(), Scope())


def test_a_role_ends_after_its_last_day_without_anybody_doing_anything(demo_app, facts, monkeypatch):
    admin = Desk(demo_app, "county_admin")
    last = TODAY + timedelta(days=3)
    form = changed(facts, admin, "clerk", roles=["clerk", "cashier"], **{"until-clerk": last.isoformat()})
    admin.post(f"{BASE}/change/{facts.id('clerk')}", form)
    assert agree(facts, "clerk") == 1
    clerk = Desk(demo_app, "clerk")
    monkeypatch.setitem(demo_app.config, "TODAY", last)
    clerk.get("/hiring/applications/add")
    monkeypatch.setitem(demo_app.config, "TODAY", last + timedelta(days=1))
    clerk.get("/hiring/applications/add", expect=403)
    clerk.get("/hiring/disbursement/list/")
    assert "经办" not in re.search(r'class="who".*?</summary>', clerk.get("/"), re.DOTALL)[0]
    listed = admin.get(f"{BASE}/list/?user=clerk")
    assert f"经办（至{last}）" in listed and "已到期" in listed
    told = [after for event, _, _, after in facts.events("clerk") if event == "role_change"]
    assert told == [{"roles": ["cashier", "clerk"], "ends": {"clerk": str(last)}}]


@pytest.mark.parametrize("day", ["2020-01-01", "soon", "2026-13-01"])
def test_no_role_is_given_until_a_day_that_is_over_or_none(demo_app, facts, day):
    admin, before = Desk(demo_app, "county_admin"), facts.everything()
    form = changed(facts, admin, "clerk", **{"until-clerk": day})
    page = admin.post(f"{BASE}/change/{facts.id('clerk')}", form, expect=422)
    assert "截止日期须是今天或以后" in page and f'value="{day}"' in page
    assert facts.everything() == before


def test_a_role_that_is_taken_away_and_given_again_has_no_end(demo_app, facts):
    admin, address = Desk(demo_app, "county_admin"), f"{BASE}/change/{facts.id('clerk')}"
    admin.post(address, changed(facts, admin, "clerk", **{"until-clerk": str(after(38))}))
    admin.post(address, changed(facts, admin, "clerk", roles=["cashier"]))
    admin.post(address, changed(facts, admin, "clerk", roles=["clerk"]))
    assert str(after(38)) not in admin.get(address)


def test_an_own_role_holds_what_was_ticked_and_at_once(demo_app, facts, leader):
    admin = Desk(demo_app, "county_admin")
    address = f"{ROLES}/edit/{leader}"
    form = changed(facts, admin, "clerk", roles=[name_of(facts, leader)])
    admin.post(f"{BASE}/change/{facts.id('clerk')}", form)
    assert agree(facts, "clerk") == 1
    clerk = Desk(demo_app, "clerk")
    assert TITLE in clerk.get("/")
    clerk.get("/hiring/review/list/")
    clerk.get("/hiring/applications/add")
    dropped = str(permission(facts, "HiringReviewView", "can_list"))
    kept = [one for one in ticked(admin.get(address)) if one != dropped]
    admin.post(address, {"title": TITLE, "parts": ["clerk", "reviewer"], "may": kept})
    clerk.get("/hiring/review/list/", expect=403)
    clerk.get("/hiring/applications/add")
    assert ("own_role_change", "罗丽华") in [entry[:2] for entry in facts.events(TITLE)]


def test_an_own_role_is_no_way_up(demo_app, facts, leader):
    """Each with its trace in the log."""
    admin, address = Desk(demo_app, "county_admin"), f"{ROLES}/edit/{leader}"
    users = str(permission(facts, "UserView", "can_change"))
    pays = str(permission(facts, "HiringDisbursementView", "disburse"))
    known = {"title": TITLE, "parts": ["clerk", "reviewer"]}
    system = facts.role_id("system_administrator")
    tries = [
        (address, {**known, "may": [users]}, 422, None),
        (address, {**known, "may": [pays]}, 422, None),
        (address, {**known, "parts": ["county_admin"]}, 422, None),
        (address, {**known, "parts": []}, 422, None),
        (f"{ROLES}/add", {"title": "新", "parts": ["province_admin"]}, 422, None),
        (f"{ROLES}/add", {"title": "新", "parts": ["system_administrator"]}, 422, None),
        (f"{ROLES}/add", {"title": TITLE, "parts": ["clerk"]}, 422, None),
        (f"{ROLES}/edit/{system}", {**known, "may": [users]}, 404, None),
        (f"{ROLES}/drop/{system}", {}, 404, None),
        (f"{ROLES}/edit/{facts.role_id('clerk')}", {**known, "may": [users]}, 404, None),
        (f"{ROLES}/drop/{facts.role_id('clerk')}", {}, 404, None),
        (address, known, 403, "clerk"),
        (f"{ROLES}/add", {"title": "新", "parts": ["clerk"]}, 403, "reviewer"),
        (f"{ROLES}/drop/{leader}", {}, 403, "auditor"),
    ]
    for path, form, status, by in tries:
        desk, before, seen = Desk(demo_app, by) if by else admin, facts.everything(), facts.refusals()
        desk.post(path, form, expect=status)
        assert facts.everything() == before, path
        assert facts.refusals() == [*seen, (by or "county_admin", path, status)]


def test_an_own_role_stays_in_its_subtree(demo_app, facts, leader):
    province, name = Desk(demo_app, "province_admin"), name_of(facts, leader)
    before = facts.everything()
    page = province.post(f"{BASE}/add", new(facts, QINGYANG, roles=[name]), expect=422)
    assert "只能授予锦江区" in page and facts.everything() == before
    mixed = new(facts, JINJIANG, roles=[name, "county_admin"])
    assert "不能与业务角色同时" in province.post(f"{BASE}/add", mixed, expect=422)
    province.post(f"{ROLES}/add", {"title": "全省组长", "parts": ["clerk"]})
    county = Desk(demo_app, "county_admin")
    assert "全省组长" in county.get(f"{ROLES}/list/")
    county.get(f"{ROLES}/edit/{own(facts, '全省组长')}", expect=404)
    county.client.post(f"{ROLES}/drop/{own(facts, '全省组长')}")
    assert own(facts, "全省组长")


def test_a_role_that_somebody_holds_is_not_dropped(demo_app, facts, leader):
    admin = Desk(demo_app, "county_admin")
    admin.post(f"{BASE}/add", new(facts, roles=[name_of(facts, leader)]), expect=200)
    assert "还有人持有此角色" in admin.post(f"{ROLES}/drop/{leader}", expect=409)
    admin.post(f"{BASE}/change/{facts.id('wang.li')}", changed(facts, admin, "wang.li", roles=["clerk"]))
    assert f"收回{TITLE}" in admin.get(f"{BASE}/list/")
    admin.post(f"{ROLES}/drop/{leader}")
    assert TITLE not in admin.get(f"{ROLES}/list/")


def test_the_preparation_keeps_own_roles(demo_app, facts, leader):
    before = facts.everything()
    result = demo_app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0, result.output
    assert facts.everything() == before


def test_a_release_that_takes_something_from_a_part_takes_it_from_own_roles(demo_app, facts, leader):
    """As if the part had been able to read the audit log, and no longer is."""
    beyond = permission(facts, "AuditView", "can_list")
    with demo_app.app_context():
        db.session.execute(
            assoc_permissionview_role.insert().values(permission_view_id=beyond, role_id=leader)
        )
        db.session.commit()
    before, may = facts.everything(), facts.may(leader)
    assert demo_app.test_cli_runner().invoke(args=["prepare"]).exit_code == 0
    assert facts.may(leader) == may - {beyond}
    assert facts.everything()[0] == before[0]
    changes = facts.query(
        select(AuditEntry.before, AuditEntry.after).where(AuditEntry.event == "own_role_change")
    )
    lost = set(changes[-1][0]["permissions"]) - set(changes[-1][1]["permissions"])
    assert lost == {"AuditView.can_list"}


def test_work_changes_hands(demo_app, facts, demo_files):
    clerk, admin = HiringDesk(demo_app, "clerk"), Desk(demo_app, "county_admin")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    admin.post(f"{BASE}/add", new(facts), expect=200)
    address = f"{BASE}/handover/{facts.id('clerk')}"
    form = {"receiver": str(facts.id("wang.li")), "stop": "y"}
    page = admin.get(address)
    assert "经办的" in page and "reviewer_b" not in page and "county_admin 罗" not in page
    admin.post(address, {**form, "receiver": str(facts.id("clerk_b"))}, expect=422)
    admin.post(address, form)
    assert "/login/" in clerk.client.get("/").headers["Location"]
    assert facts.user("clerk")[2] is False
    handed = [entry for entry in facts.events("clerk") if entry[0] == "handover"]
    assert handed[0][3]["applications"] >= 1 and handed[0][3]["to"] == "wang.li"
    opened = facts.query(select(User.username).where(User.id == _successor(facts, application)))
    assert opened == [("wang.li",)]


def _successor(facts, application: str) -> int:
    return facts.query(select(Application.successor_id).where(Application.id == int(application)))[0][0]
