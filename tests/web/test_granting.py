"""Roles are given and taken one by one beside the list, or to several at once; what was changed is said and taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.desk.clerks import Desk
from tests.desk.days import TODAY
from tests.desk.logins import BASE, WRONG, agree, login, new, try_in

FRAGMENT = {"X-Fragment": "1"}
CHANGES = "/settings/changes/list/"


@pytest.fixture
def admin(demo_app):
    return Desk(demo_app, "county_admin")


def said(desk: Desk, address: str = f"{BASE}/list/") -> str:
    """What the next page says was done."""
    return re.search(r'<p class="banner banner--success".*?</p>', desk.get(address), re.DOTALL)[0]


def undo_on(banner: str) -> str:
    return re.search(r'form="undo" formaction="([^"]+)"', banner)[1]


def test_the_drawer_is_a_piece_of_the_page(admin, facts):
    address = f"{BASE}/show/{facts.id('clerk')}"
    piece = admin.client.get(address, headers=FRAGMENT).text
    assert "<html" not in piece and "陈小敏" in piece and "录入、修改、提交申请" in piece
    for words in ("自己录过的自己不能审", "等上级机构的管理员", "长期"):
        assert words in piece, words
    page = admin.get(address)
    assert "<html" in page and "可以办理的功能" in page and "自己录过的自己不能审" in page
    assert "data-drawer" in admin.get(f"{BASE}/list/")


def test_a_role_is_given_until_a_day_and_waits_for_the_second(admin, facts):
    last = TODAY + timedelta(days=9)
    admin.post(
        f"{BASE}/grant/{facts.id('clerk')}", {"role": "cashier", "term": "", "until": last.isoformat()}
    )
    assert facts.roles("clerk") == {"clerk", "cashier"}
    banner = said(admin)
    assert f"陈小敏：授予发放（至{last}）" in banner
    events = [event for event, *_ in facts.events("clerk")]
    assert events == ["role_change", "duty_given"]
    assert re.search(r'待第二人确认\s*<span class="n n--now">1</span>', admin.get(f"{BASE}/list/"))
    assert "陈小敏" in admin.get(f"{BASE}/list/?standing=waiting")
    assert "周国强" not in admin.get(f"{BASE}/list/?standing=waiting")
    assert agree(facts, "clerk") == 1
    assert "陈小敏" in admin.get(f"{BASE}/list/?standing=ending")


def test_what_was_changed_is_taken_back_where_it_is_said(admin, facts):
    admin.post(f"{BASE}/take/{facts.id('clerk')}", {"role": "clerk"})
    assert facts.roles("clerk") == set()
    banner = said(admin)
    assert "陈小敏：收回经办" in banner
    admin.post(undo_on(banner))
    assert facts.roles("clerk") == {"clerk"}
    assert "授予经办（长期）" in said(admin)
    kinds = [event for event, *_ in facts.events("clerk")]
    assert kinds == ["role_change", "role_change"]


def test_a_change_is_not_taken_back_past_a_later_one(admin, facts):
    clerk = facts.id("clerk")
    admin.post(f"{BASE}/grant/{clerk}", {"role": "auditor"})
    back = undo_on(said(admin))
    admin.post(f"{BASE}/take/{clerk}", {"role": "clerk"})
    before = facts.everything()
    assert "后来又有变动" in admin.post(back, expect=409)
    assert facts.everything() == before
    assert "授予稽核（长期）" in admin.get(CHANGES) and "收回经办" in admin.get(CHANGES)


def test_a_new_account_and_a_stopped_one_are_taken_back(demo_app, admin, facts):
    admin.post(f"{BASE}/add", new(facts), expect=200)
    page = admin.get(CHANGES)
    assert "新增用户王丽，锦江区就业服务管理局" in page
    admin.post(f"{BASE}/stop/{facts.id('clerk')}")
    assert facts.user("clerk")[2] is False and login(demo_app, "clerk", "Demo-2026!")[1] == 401
    back = undo_on(said(admin, f"{BASE}/list/?standing=stopped"))
    assert "陈小敏" in admin.get(f"{BASE}/list/?standing=stopped")
    admin.post(back)
    assert facts.user("clerk")[2] is True
    entry = re.findall(r'form="back-(\d+)">\s*停用', page)
    admin.post(f"{BASE}/take_back/{entry[0]}")
    assert facts.user("wang.li")[2] is False


def test_no_way_leads_up_from_the_drawer(demo_app, admin, facts):
    """Whatever is posted: a role beyond the list, the own account, an account out of sight, a day that is over."""
    province = Desk(demo_app, "province_admin")
    province.post(f"{BASE}/add", new(facts, username="second", roles=["county_admin"]), expect=200)
    clerk, other = facts.id("clerk"), facts.id("clerk_b")
    before = facts.everything()
    tries = [
        (f"{BASE}/grant/{clerk}", {"role": "county_admin"}, 422),
        (f"{BASE}/grant/{clerk}", {"role": "system_administrator"}, 422),
        (f"{BASE}/grant/{clerk}", {}, 422),
        (f"{BASE}/grant/{clerk}", {"role": "auditor", "until": "2020-01-01"}, 422),
        (f"{BASE}/grant/{facts.id('county_admin')}", {"role": "clerk"}, 409),
        (f"{BASE}/stop/{facts.id('county_admin')}", {}, 409),
        (f"{BASE}/take/{facts.id('second')}", {"role": "county_admin"}, 409),
        (f"{BASE}/grant/{other}", {"role": "auditor"}, 404),
        (f"{BASE}/start/{other}", {}, 404),
        (f"{BASE}/take_back/999999999", {}, 404),
        (f"{BASE}/take_back/x", {}, 404),
    ]
    for address, form, status in tries:
        admin.post(address, form, expect=status)
        assert facts.everything() == before, address


def test_another_countys_change_is_not_taken_back(demo_app, admin, facts):
    province = Desk(demo_app, "province_admin")
    province.post(f"{BASE}/grant/{facts.id('clerk_b')}", {"role": "auditor"})
    back = undo_on(said(province))
    before = facts.everything()
    admin.post(back, expect=404)
    assert facts.everything() == before
    assert "clerk_b" not in admin.get(CHANGES) and "clerk_b" in province.get(CHANGES)


def test_several_are_given_a_role_at_once_or_none_is(demo_app, admin, facts):
    ids = [facts.id(name) for name in ("clerk", "reviewer", "clerk_b", "county_admin")]
    page = admin.post(f"{BASE}/together", {"rowid": ids}, expect=200)
    assert "2 人：" in page and "陈小敏" in page and "周国强" in page and "杨雪梅" not in page
    admin.post(f"{BASE}/together", {"rowid": ids, "what": "give", "role": "auditor"})
    assert facts.roles("clerk") == {"clerk", "auditor"} and facts.roles("reviewer") == {"reviewer", "auditor"}
    assert facts.roles("clerk_b") == {"clerk"}
    assert "已为 2 人办理" in said(admin)
    before = facts.everything()
    province = Desk(demo_app, "province_admin")
    form = {"rowid": ids[:3], "what": "give", "role": "county_admin"}
    assert "不能与业务角色同时" in province.post(f"{BASE}/together", form, expect=422)
    assert facts.everything() == before
    admin.post(f"{BASE}/together", {"rowid": ids, "what": "stop"})
    assert [facts.user(name)[2] for name in ("clerk", "reviewer", "clerk_b")] == [False, False, True]


def test_nobody_ticked_is_answered_with_what_to_do(admin):
    assert "没有选中可以办理的人" in admin.post(f"{BASE}/together", {"what": "stop"}, expect=422)


def test_the_list_is_by_office_and_by_role(demo_app, facts):
    province = Desk(demo_app, "province_admin")
    page = province.get(f"{BASE}/list/")
    groups = re.findall(r'<tr class="group">\s*<td colspan="99">\s*<b>([^<]+)</b>', page)
    assert len(groups) == len(set(groups)) >= 4
    cashiers = province.get(f"{BASE}/list/?role=cashier")
    assert "刘芳" in cashiers and "陈小敏" not in cashiers


def test_who_is_locked_out_stands_under_that_tab(demo_app, admin, facts):
    for _ in range(5):
        try_in(demo_app, "clerk", WRONG)
    page = admin.get(f"{BASE}/list/?standing=locked")
    assert "陈小敏" in page and "周国强" not in page and '<span class="seal">已锁定</span>' in page
    assert "解锁" in admin.client.get(f"{BASE}/show/{facts.id('clerk')}", headers=FRAGMENT).text


def test_a_login_is_remembered_for_the_list(demo_app, admin):
    assert admin.get(f"{BASE}/list/").count("今天 ") == 1
    Desk(demo_app, "clerk")
    assert admin.get(f"{BASE}/list/").count("今天 ") == 2
