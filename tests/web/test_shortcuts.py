"""个人服务: one's own functions in one's own order, and never one that is not permitted."""

import re

from tests.desk.clerks import Desk


def kept(desk: Desk) -> list[str]:
    section = desk.get("/").split("个人服务</h3>", 1)[1].split("</section>")[0]
    return re.findall(r'class="function" href="([^"]+)"', section)


def choose(desk: Desk, *views: str) -> None:
    desk.post("/desk/shortcuts/", {"view": list(views)})


def test_shortcuts_keep_their_order_and_are_everybodys_own(demo_app):
    clerk, reviewer = Desk(demo_app, "clerk"), Desk(demo_app, "reviewer")
    assert kept(clerk) == [] and "请联系区县管理员授权" in clerk.get("/")
    choose(clerk, "ClassView", "PasswordView")
    assert kept(clerk) == ["/training/classes/list/", "/settings/password/"]
    choose(clerk, "PasswordView", "ClassView", "PasswordView")
    assert kept(clerk) == ["/settings/password/", "/training/classes/list/"]
    page = clerk.get("/desk/shortcuts/")
    assert re.findall(r'value="(\w+)" checked', page) == ["PasswordView", "ClassView"]
    assert kept(reviewer) == []
    choose(clerk)
    assert kept(clerk) == []


def test_what_is_not_permitted_becomes_no_shortcut(demo_app):
    clerk = Desk(demo_app, "clerk")
    offered = re.findall(r'name="view" value="(\w+)"', clerk.get("/desk/shortcuts/"))
    assert "ClassView" in offered and not {"UserView", "ClassReviewView"} & set(offered)
    choose(clerk, "UserView", "ClassReviewView", "NoSuchView", "ClassView")
    assert kept(clerk) == ["/training/classes/list/"]
