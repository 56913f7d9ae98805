"""Those who move no cases have desks of their own: administrators, policy officers, auditors."""

from __future__ import annotations

import re
from datetime import timedelta

from app.programmes.installed import programme_of
from app.web.page.lanes import Scale, year_from, year_to
from app.web.page.timelines import timelines
from tests.desk.clerks import Desk
from tests.desk.days import TODAY
from tests.desk.logins import BASE, WRONG, new, try_in

LAST = TODAY + timedelta(days=12)


def lines(page: str) -> list[str]:
    """The lines of the to-do list, as text."""
    return [
        " ".join(re.sub("<[^>]+>", " ", one).split())
        for one in re.findall(
            r"<li class=[^>]*>(.*?)</li>",
            page.partition('id="todo"')[2].partition('class="shortcuts"')[0],
            re.DOTALL,
        )
    ]


def test_an_administrator_sees_what_waits_for_whom(demo_app, facts):
    county, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    county.post(f"{BASE}/grant/{facts.id('clerk')}", {"role": "cashier", "until": LAST.isoformat()})
    county.post(f"{BASE}/add", new(facts, roles=[]), expect=200)
    for _ in range(5):
        try_in(demo_app, "reviewer", WRONG)
    own, above = lines(county.get("/")), lines(province.get("/"))
    assert any("您提出的" in line and "陈小敏，授予发放" in line for line in own)
    assert any("待您确认" in line and "陈小敏，授予发放" in line for line in above)
    assert any("锁定" in line and "周国强" in line and "解锁" in line for line in own)
    assert any("角色到期，陈小敏的发放" in line and "12 天后" in line for line in own)
    assert any("1 人还没有角色" in line and "王丽" in line for line in own)


def test_posts_say_who_holds_them_and_who_is_alone(demo_app, facts):
    county = Desk(demo_app, "county_admin")
    posts = county.get("/").partition('id="posts"')[2]
    assert "陈小敏" in posts and "只有一人，不在岗时没人能办" in posts and "杨雪梅" not in posts
    county.post(f"{BASE}/stop/{facts.id('clerk')}")
    posts = county.get("/").partition('id="posts"')[2]
    assert "没有人，这一步办不下去" in posts
    back = re.search(r'formaction="([^"]+)"', posts)[1]
    county.post(back)
    assert facts.user("clerk")[2] is True


def sign_all(demo_app) -> None:
    """The second officer signs whatever waits."""
    second = Desk(demo_app, "policy_2")
    for address in re.findall(r'action="(/settings/policy/sign/\d+)"', second.get("/settings/policy/list/")):
        second.post(address)


def test_a_policy_officer_sees_the_gap_and_the_change_ahead(demo_app):
    policy = Desk(demo_app, "policy")
    row = {"parameter": "service_subsidy.amount", "document": "川人社（演示）"}
    policy.post("/settings/policy/add", row | {"value": "350", "starts_on": str(LAST)})
    assert "将改为350.00 元" not in policy.get("/")
    sign_all(demo_app)
    last = LAST + timedelta(days=1)
    other = {"parameter": "hiring_subsidy.amount", "document": "川人社（演示）"}
    page = policy.get("/")
    assert "将改为350.00 元" in page and "12 天后" in page
    assert 'class="track-bar next"' in page and "一年内有 1 项取值变动" in page
    policy.post("/settings/policy/add", other | {"value": "1100", "starts_on": str(last), "split": "y"})
    sign_all(demo_app)
    page = policy.get("/settings/policy/list/?programme=service_subsidy&parameter=amount")
    assert f"{LAST}起 350.00 元" in page and "将要执行" in page and "各段相接，没有空档" in page
    assert "is-chosen" in policy.get("/settings/policy/list/?programme=nobody&parameter=none")


def test_a_value_that_nobody_continues_leaves_a_gap(demo_app):
    from app.engine.policy_values import PolicyValue

    programme = "hiring_subsidy"
    with demo_app.test_request_context():
        row = PolicyValue(
            programme=programme, parameter="amount", value="900", starts_on=TODAY, ends_on=LAST, document="文"
        )
        line = next(one for one in timelines([row], TODAY) if one.programme is programme_of(programme))
        kinds = [bar.kind for bar in line.bars(year_from(TODAY))]
        assert kinds == ["shipped", "now", "gap"] and line.gaps == 1


def test_who_moves_cases_too_keeps_the_desk_of_cases(demo_app, facts):
    Desk(demo_app, "county_admin").post(f"{BASE}/grant/{facts.id('clerk')}", {"role": "auditor"})
    assert 'id="flow"' in Desk(demo_app, "clerk").get("/")


def test_a_scale_cuts_what_lies_beyond_it():
    scale = Scale(TODAY, TODAY + timedelta(days=99))
    assert scale.at(TODAY) == 0 and scale.at(TODAY + timedelta(days=50)) == 50
    bar = scale.bar(TODAY - timedelta(days=400), TODAY + timedelta(days=24), "now")
    assert (bar.x, bar.width) == (0, 25)
    assert not scale.shows(TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    assert [len(list(one.months())) for one in (year_to(TODAY), year_from(TODAY))] == [12, 12]
    assert year_to(TODAY).last >= TODAY and year_from(TODAY).first <= TODAY
