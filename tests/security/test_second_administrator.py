"""No administrator makes itself a business: duties that decide or pay work once a second administrator has confirmed them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.demo.users import PASSWORD
from app.engine.access import duties
from app.engine.access.duties import AccountDeed, DutyGrant
from app.engine.audit import AuditEntry
from app.extensions import db
from app.registers.organisation import Staff
from tests.desk.administrators import CHENGDU, administrator, migrated_again, waiting
from tests.desk.clerks import JINJIANG, Desk, HiringDesk
from tests.desk.database import TEMPLATE
from tests.desk.days import TODAY
from tests.desk.logins import BASE, Facts, agree, changed, login, new, password_on

LIST = "/settings/confirmations"
REVIEW, PAYMENT = "/hiring/review/list/", "/hiring/disbursement/list/"


@pytest.fixture
def colleague(demo_app) -> Desk:
    """The county's other administrator."""
    return Desk(demo_app, administrator(demo_app, "county_admin2", JINJIANG, "county_admin"))


def reached(app, username: str, path: str) -> int:
    return Desk(app, username).client.get(path).status_code


def enter(app, username: str, password: str, chosen: str = PASSWORD):
    """First login after a password was given, with the change that it demands; the browser."""
    client, status = login(app, username, password)
    assert status == 302
    changed_to = {"old": password, "new": chosen, "again": chosen}
    assert client.post("/settings/password/", data=changed_to).status_code == 302
    return client


# The hole, and the ways around it.


def test_three_accounts_of_one_administrators_making_take_no_case_to_payment(demo_app, facts, demo_files):
    admin = Desk(demo_app, "county_admin")
    for role in ("clerk", "reviewer", "cashier"):
        page = admin.post(f"{BASE}/add", new(facts, username=f"my.{role}", roles=[role]), expect=200)
        enter(demo_app, f"my.{role}", password_on(page))
    HiringDesk(demo_app, "my.clerk").hand_in(demo_files, "1-good.xlsx")
    for role, path in (("reviewer", REVIEW), ("cashier", PAYMENT)):
        desk = HiringDesk(demo_app, f"my.{role}")
        desk.get(path, expect=403)
        for stage, move in (("review", "approve"), ("disbursement", "list")):
            desk.post(f"/hiring/{stage}/action_post", {"action": move, "all": "1"}, expect=403)
        assert "须由" in desk.get("/") and "确认后生效" in desk.get("/")
    for grant in waiting(facts, "my.reviewer"):
        admin.post(f"{LIST}/agree/{grant}", expect=409)
        Desk(demo_app, "my.reviewer").post(f"{LIST}/agree/{grant}", expect=403)
    assert agree(facts, "my.reviewer") == 1
    assert reached(demo_app, "my.reviewer", REVIEW) == 200
    assert reached(demo_app, "my.cashier", PAYMENT) == 403


def test_an_administrator_of_ones_making_confirms_nothing_in_the_same_office(demo_app, facts, colleague):
    """Who was once made, granted or reset by the first could be the first."""
    admin = Desk(demo_app, "county_admin")
    admin.post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    (grant,) = waiting(facts, "wang.li")
    for deed in ("made", "granted", "reset"):
        for user, by in (("county_admin2", "county_admin"), ("county_admin", "county_admin2")):
            with demo_app.app_context():
                row = {"user_id": facts.id(user), "by_id": facts.id(by), "deed": deed}
                db.session.execute(insert(AccountDeed).values(row))
                db.session.commit()
            assert "您不能确认这项授权" in colleague.post(f"{LIST}/agree/{grant}", expect=409)
            assert f"agree-{grant}" not in colleague.get(f"{LIST}/list/")
            with demo_app.app_context():
                db.session.execute(delete(AccountDeed).where(AccountDeed.deed == deed))
                db.session.commit()
    colleague.post(f"{LIST}/agree/{grant}")
    assert waiting(facts, "wang.li") == []


@pytest.mark.parametrize(
    ("giver", "second", "status"),
    [
        ("county_admin", "city", 302),
        ("county_admin", "province_admin", 302),
        ("city", "county_admin", 409),
        ("city", "province_admin", 302),
        ("province_admin", "city", 409),
        ("province_admin", "county_admin", 409),
        ("province_admin", "province2", 302),
        ("county_admin", "elsewhere", 404),
    ],
)
def test_only_somebody_above_or_beside_is_a_second_one(demo_app, facts, giver, second, status):
    administrator(demo_app, "city", CHENGDU, "prefecture_admin")
    administrator(demo_app, "province2", "510000", "province_admin")
    administrator(demo_app, "elsewhere", "510105", "county_admin")
    Desk(demo_app, giver).post(f"{BASE}/add", new(facts, roles=["cashier"]), expect=200)
    (grant,) = waiting(facts, "wang.li")
    Desk(demo_app, second).post(f"{LIST}/agree/{grant}", expect=status)
    assert (waiting(facts, "wang.li") == []) == (status == 302)


def test_a_reset_of_whoever_decides_waits_like_a_grant(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    password = password_on(admin.post(f"{BASE}/reset/{facts.id('reviewer')}", expect=200))
    reviewer = enter(demo_app, "reviewer", password, "Spring-2027")
    assert reviewer.get(REVIEW).status_code == 403
    page = Desk(demo_app, "province_admin").get(f"{LIST}/list/")
    assert "重置密码" in page and "罗丽华（county_admin）" in page
    assert agree(facts, "reviewer") == 1
    assert reviewer.get(REVIEW).status_code == 200


def test_ones_own_new_password_and_a_reset_of_a_clerk_wait_for_nobody(demo_app, facts):
    own = {"old": PASSWORD, "new": "Spring-2027", "again": "Spring-2027"}
    reviewer = Desk(demo_app, "reviewer")
    reviewer.post("/settings/password/", own)
    reviewer.get(REVIEW)
    Desk(demo_app, "county_admin").post(f"{BASE}/reset/{facts.id('clerk')}", expect=200)
    assert waiting(facts, "clerk") == waiting(facts, "reviewer") == []


def test_a_reset_of_the_second_factor_waits_too(demo_app, facts):
    from tests.desk.second_factor import CODE, code_of, demand, halfway, secret_on

    demand(demo_app, "reviewer")
    client = halfway(demo_app, "reviewer")
    client.post(CODE, data={"code": code_of(secret_on(client.get(CODE).text))})
    assert client.get(REVIEW).status_code == 200
    Desk(demo_app, "county_admin").post(f"/settings/second_factor/reset/{facts.id('reviewer')}")
    client = halfway(demo_app, "reviewer")
    client.post(CODE, data={"code": code_of(secret_on(client.get(CODE).text))})
    assert client.get(REVIEW).status_code == 403
    assert agree(facts, "reviewer") == 1
    assert client.get(REVIEW).status_code == 200


def test_a_longer_time_and_another_office_wait_and_a_shorter_time_does_not(demo_app, facts):
    administrator(demo_app, "city", CHENGDU, "prefecture_admin")
    city, address = Desk(demo_app, "city"), f"{BASE}/change/{facts.id('reviewer')}"

    def change(**more) -> int:
        city.post(address, changed(facts, city, "reviewer", **more))
        return len(waiting(facts, "reviewer"))

    assert change(**{"until-reviewer": str(TODAY + timedelta(days=9))}) == 0
    assert change(**{"until-reviewer": str(TODAY + timedelta(days=10))}) == 1
    assert agree(facts, "reviewer") == 1
    assert change() == 1, "without an end"
    assert agree(facts, "reviewer") == 1
    assert change(office=facts.office("510105")) == 1
    assert reached(demo_app, "reviewer", REVIEW) == 403


def test_a_role_taken_and_given_again_waits_anew(demo_app, facts):
    admin, address = Desk(demo_app, "county_admin"), f"{BASE}/change/{facts.id('reviewer')}"
    admin.post(address, changed(facts, admin, "reviewer", roles=["clerk"]))
    admin.post(address, changed(facts, admin, "reviewer", roles=["reviewer"]))
    assert reached(demo_app, "reviewer", REVIEW) == 403


def test_two_deeds_of_two_administrators_each_need_the_other(demo_app, facts, colleague):
    """Else the one who gave could confirm what the other reset, and have confirmed the own grant."""
    admin = Desk(demo_app, "county_admin")
    admin.post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    colleague.post(f"{BASE}/reset/{facts.id('wang.li')}", expect=200)
    given, reset = waiting(facts, "wang.li")
    colleague.post(f"{LIST}/agree/{reset}", expect=409)
    admin.post(f"{LIST}/agree/{reset}")
    admin.post(f"{LIST}/agree/{given}", expect=409)
    assert waiting(facts, "wang.li") == [given]
    colleague.post(f"{LIST}/agree/{given}")
    assert waiting(facts, "wang.li") == []


# Roles of an office's own.


def own_role(admin: Desk, facts: Facts, parts: list[str]) -> tuple[str, int]:
    from tests.desk.roles import ROLES, TITLE, name_of, own

    admin.post(f"{ROLES}/add", {"title": TITLE, "parts": parts})
    return name_of(facts, own(facts)), own(facts)


def test_an_own_role_waits_for_what_it_holds_not_for_what_it_is_called(demo_app, facts):
    from tests.desk.roles import ROLES, TITLE, permission, ticked

    admin = Desk(demo_app, "county_admin")
    name, number = own_role(admin, facts, ["clerk", "reviewer"])
    address = f"{ROLES}/edit/{number}"
    seen = str(permission(facts, "HiringReviewView", "can_list"))
    known = {"title": TITLE, "parts": ["clerk", "reviewer"]}
    every = ticked(admin.get(address))
    admin.post(address, {**known, "may": [seen]})
    admin.post(f"{BASE}/change/{facts.id('clerk')}", changed(facts, admin, "clerk", roles=[name]))
    assert reached(demo_app, "clerk", REVIEW) == 200, "to look decides nothing"
    admin.post(address, {**known, "may": every})
    assert reached(demo_app, "clerk", REVIEW) == 403, "now it decides, by one administrator's word"
    assert "扩大自定角色的权限" in admin.get(f"{LIST}/list/")
    assert agree(facts, "clerk") == 1
    assert reached(demo_app, "clerk", REVIEW) == 200
    admin.post(address, {**known, "may": [*every[:-1]]})
    assert reached(demo_app, "clerk", REVIEW) == 200, "less is no more"


def test_an_own_role_of_clerks_waits_for_nobody(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    name, _ = own_role(admin, facts, ["clerk", "auditor"])
    admin.post(f"{BASE}/change/{facts.id('clerk')}", changed(facts, admin, "clerk", roles=[name]))
    assert waiting(facts, "clerk") == [] and reached(demo_app, "clerk", "/hiring/applications/add") == 200


# The list, refusing, taking back, the switch.


def test_both_administrators_see_what_waits_on_the_list_and_at_home(demo_app, facts):
    admin, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    assert "待您确认" not in province.get("/"), "nothing waits"
    page = admin.post(f"{BASE}/add", new(facts, roles=["clerk", "reviewer", "cashier"]), expect=200)
    assert "在“待确认授权”中确认后才生效" in page
    for desk in (admin, province):
        lines = re.findall(r'<span class="what">(.*?)</span>', desk.get("/"), re.DOTALL)
        named = [re.sub("<[^>]+>", "", line).strip() for line in lines]
        assert [line for line in named if "王丽，授予发放" in line] and "王丽，授予审核" in " ".join(named)
        assert len([line for line in named if "王丽，授予" in line]) == 2
        listed = desk.get(f"{LIST}/list/")
        assert "罗丽华（county_admin）" in listed and "成都市就业服务管理局等上级机构的管理员" in listed
        (notice,) = desk.client.get("/desk/waiting").json
        assert (notice["said"], notice["address"]) == ("待确认授权 2", f"{LIST}/list/")
    given = waiting(facts, "wang.li")
    assert f'form="agree-{given[0]}"' in province.get(f"{LIST}/list/")
    assert f'form="recall-{given[0]}"' in admin.get(f"{LIST}/list/")
    shown = admin.get(f"{BASE}/show/{facts.id('wang.li')}")
    assert re.search(r"待确认：审核，由罗丽华（county_admin）于2\d+-.*授予，须由成都市.*确认后生效", shown)
    assert re.search(r"<dt>建立人</dt>\s*<dd>罗丽华（county_admin）</dd>", shown)
    assert "待确认</span>" in admin.get(f"{BASE}/list/?user=wang.li")


@pytest.mark.parametrize(
    ("deed", "by", "event"),
    [("refuse", "province_admin", "duty_refused"), ("recall", "county_admin", "duty_recalled")],
)
def test_a_refused_or_recalled_duty_is_taken_from_the_account(demo_app, facts, deed, by, event):
    Desk(demo_app, "county_admin").post(f"{BASE}/add", new(facts, roles=["clerk", "reviewer"]), expect=200)
    (grant,) = waiting(facts, "wang.li")
    other = "province_admin" if by == "county_admin" else "county_admin"
    Desk(demo_app, other).post(f"{LIST}/{deed}/{grant}", expect=409 if deed == "refuse" else 403)
    assert facts.roles("wang.li") == {"clerk", "reviewer"}
    Desk(demo_app, by).post(f"{LIST}/{deed}/{grant}")
    assert facts.roles("wang.li") == {"clerk"} and waiting(facts, "wang.li") == []
    told = [(one, after) for one, _, _, after in facts.events("wang.li")]
    assert (event, {"roles": ["reviewer"], "cause": "given", "given_by": "county_admin"}) in told
    assert ("role_change", {"roles": ["clerk"]}) in told
    assert "此项授权已经办理" in Desk(demo_app, by).post(f"{LIST}/agree/{grant}", expect=404)


def test_the_province_switches_it_off_for_all_and_on_again(demo_app, facts):
    admin, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    admin.post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    admin.post(f"{LIST}/require", {"required": "0"}, expect=403)
    province.post(f"{LIST}/require", {"required": "x"}, expect=400)
    province.post(f"{LIST}/require", {"required": "0"})
    assert waiting(facts, "wang.li") == []
    admin.post(f"{BASE}/add", new(facts, username="wang.er", roles=["cashier"]), expect=200)
    assert waiting(facts, "wang.er") == [] and "已停用授权确认" in province.get(f"{LIST}/list/")
    province.post(f"{LIST}/require", {"required": "1"})
    admin.post(f"{BASE}/add", new(facts, username="wang.san", roles=["cashier"]), expect=200)
    assert len(waiting(facts, "wang.san")) == 1 and waiting(facts, "wang.er") == []
    rows = facts.query(
        select(AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.event == "duty_rule")
        .order_by(AuditEntry.id)
    )
    assert [(before["required"], after["required"]) for before, after in rows] == [
        (True, False),
        (False, True),
    ]
    assert rows[0][1]["freed"] == 1


# What the database holds, and two at once.


def broken(app, *statements) -> None:
    with app.app_context(), pytest.raises(IntegrityError):
        for statement in statements:
            db.session.execute(statement)
        db.session.commit()


def test_the_database_refuses_whoever_may_not_confirm(demo_app, facts, colleague):
    Desk(demo_app, "county_admin").post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    (grant,) = waiting(facts, "wang.li")
    own = update(DutyGrant).where(DutyGrant.id == grant)
    for name in ("county_admin", "wang.li", "clerk_b", "clerk_none"):
        second = facts.id(name) if name != "clerk_none" else 10**6
        broken(demo_app, own.values(confirmed_by=second, confirmed_at=func.now()))
    broken(demo_app, own.values(confirmed_at=func.now()))
    broken(demo_app, own.values(given_by=facts.id("province_admin")))
    row = {"user_id": facts.id("clerk"), "role_id": facts.role_id("clerk"), "cause": "given"}
    gave = {"given_by": facts.id("county_admin"), "given_in": facts.office(JINJIANG)}
    broken(demo_app, insert(DutyGrant).values(**row, **gave, confirmed_at=func.now()))
    second = {"confirmed_by": facts.id("province_admin"), "confirmed_at": func.now()}
    broken(demo_app, insert(DutyGrant).values(**row, **gave, **second))
    colleague.post(f"{LIST}/agree/{grant}")
    broken(demo_app, own.values(confirmed_by=facts.id("province_admin")))


def test_a_duty_that_reached_an_account_by_no_door_has_no_effect(demo_app, facts):
    """As an earlier release's process, still running beside this one, would write it."""
    with demo_app.app_context():
        held = {"user_id": facts.id("clerk"), "role_id": facts.role_id("reviewer")}
        db.session.execute(
            text("INSERT INTO ab_user_role (id, user_id, role_id) VALUES (99999, :user_id, :role_id)"), held
        )
        db.session.commit()
    assert reached(demo_app, "clerk", REVIEW) == 403
    admin = Desk(demo_app, "county_admin")
    address = f"{BASE}/change/{facts.id('clerk')}"
    assert "请打开“修改”并保存一次" in admin.get(f"{BASE}/show/{facts.id('clerk')}")
    admin.post(address, changed(facts, admin, "clerk"))
    assert agree(facts, "clerk") == 1
    assert reached(demo_app, "clerk", REVIEW) == 200


def test_two_administrators_at_once_settle_a_grant_once(demo_app, facts, colleague):
    Desk(demo_app, "county_admin").post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    (grant,) = waiting(facts, "wang.li")
    deeds = [
        (colleague, "agree"),
        (Desk(demo_app, "county_admin"), "recall"),
        (Desk(demo_app, "province_admin"), "agree"),
    ]
    with ThreadPoolExecutor(len(deeds)) as pool:
        answers = list(
            pool.map(lambda one: one[0].client.post(f"{LIST}/{one[1]}/{grant}").status_code, deeds)
        )
    assert sorted(answers) == [302, 404, 404]
    recalled = answers[1] == 302
    assert facts.roles("wang.li") == (set() if recalled else {"reviewer"})
    settled = [event for event, *_ in facts.events("wang.li") if event in ("duty_confirmed", "duty_recalled")]
    assert settled == ["duty_recalled" if recalled else "duty_confirmed"]


def test_what_was_given_before_is_confirmed_and_kept_by_id_from_the_log(demo_app, cluster, facts):
    """The migration on the data of the release before: a role given there works, its giver is known by the log."""
    admin = Desk(demo_app, "county_admin")
    admin.post(f"{BASE}/add", new(facts, roles=["reviewer"]), expect=200)
    admin.post(f"{BASE}/reset/{facts.id('clerk')}", expect=200)
    migrated_again(demo_app)
    assert waiting(facts, "wang.li") == waiting(facts, "reviewer") == []
    assert reached(demo_app, "reviewer", REVIEW) == 200
    kept = facts.query(
        select(AccountDeed.user_id, AccountDeed.deed).where(AccountDeed.by_id == facts.id("county_admin"))
    )
    assert set(kept) == {
        (facts.id("wang.li"), "made"),
        (facts.id("wang.li"), "granted"),
        (facts.id("clerk"), "reset"),
    }


# The first administrators of the province.


@pytest.fixture
def empty_app(application, cluster):
    """Prepared, with nobody in it; no context is pushed."""
    with cluster.copied(application, TEMPLATE):
        yield application


def test_with_one_administrator_the_command_and_the_screens_say_what_to_do(empty_app):
    app, facts = empty_app, Facts(empty_app)
    run = app.test_cli_runner().invoke
    first = run(args=["create-admin", "first", "--password", PASSWORD])
    assert first.exit_code == 0 and "第二名省级管理员" in first.output
    desk = Desk(app, "first")
    assert "再运行一次 create-admin" in desk.get(f"{LIST}/list/")
    form = new(facts, roles=["reviewer"])
    assert "再运行一次 create-admin" in desk.post(f"{BASE}/add", form, expect=200)
    (grant,) = waiting(facts, "wang.li")
    desk.post(f"{LIST}/agree/{grant}", expect=409)
    second = run(args=["create-admin", "second", "--password", PASSWORD])
    assert second.exit_code == 0 and "第二名省级管理员" not in second.output
    assert "再运行一次 create-admin" not in desk.get(f"{LIST}/list/")
    Desk(app, "second").post(f"{LIST}/agree/{grant}")
    assert waiting(facts, "wang.li") == []


def test_every_duty_of_the_product_is_one_entry(demo_app):
    """What the duties may do beyond the others is found from the views; a later duty is one more name."""
    from app.engine.access import deciding
    from app.engine.access.roles import DUTIES

    assert DUTIES == ("reviewer", "cashier")
    with demo_app.app_context():
        pairs = deciding.of_duties()
        assert {("approve", "HiringReviewView"), ("disburse", "HiringDisbursementView")} <= pairs
        assert ("can_list", "HiringReviewView") not in pairs
        assert db.session.scalar(select(func.count()).select_from(Staff)) > 5
        assert duties.required(db.session)
