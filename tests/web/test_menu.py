"""Whatever the menu offers to a login opens, and the small services of the desk answer."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from lxml import html

from app.demo.sheets import NOTE, SHEETS
from app.demo.users import USERS
from app.kernel.dates import SHANGHAI
from tests.desk.clerks import Desk, HiringDesk, uscc_of


@pytest.mark.parametrize("username", [user.username for user in USERS])
def test_every_function_opens(demo_app, username):
    desk = Desk(demo_app, username)
    leaves = set(re.findall(r'class="leaf" href="([^"]+)"', desk.get("/")))
    assert "/" in leaves
    for address in leaves:
        assert "<h1>" in desk.get(address)


def drawn(page: str) -> list[str]:
    """The functions that the menu shows, by their short names."""
    leaves = html.fromstring(page).xpath("//nav[@id='menu']/a[@class='leaf' and not(@hidden)]")
    return [leaf.text_content().strip() for leaf in leaves]


@pytest.mark.parametrize("username", ["reviewer", "clerk", "auditor"])
def test_publicity_stands_in_the_menu_once_a_programme(demo_app, username):
    """Whose tabs lead on; each of its lists stays a function that is found by its name."""
    desk = Desk(demo_app, username)
    home = desk.get("/")
    names = [name for name in drawn(home) if name in ("公示", "公示期满", "公示名册")]
    assert names == ["公示名册" if username == "clerk" else "公示"] * 3
    for path in ("outcome", "notices") if username != "clerk" else ("notices",):
        address = f"/hiring/{path}/list/"
        assert f'href="{address}"' in home
        open_ones = html.fromstring(desk.get(address)).xpath("//nav[@id='menu']/a[@aria-current]")
        shown = [(one.get("href"), one.get("aria-current"), one.get("hidden")) for one in open_ones]
        leads = "/hiring/publicity/list/" if username != "clerk" else address
        assert shown == [(leads, "true" if username != "clerk" else "page", None)]
    shortcut = desk.get("/desk/shortcuts/")
    assert 'value="HiringNoticesView"' in shortcut


def test_what_is_checked_after_payment_stands_in_the_menu_once(demo_app):
    assert drawn(Desk(demo_app, "auditor").get("/")).count("付后核查") == 1


def test_a_day_of_the_audit_log_is_the_whole_day(demo_app):
    auditor = Desk(demo_app, "auditor")
    day = datetime.now(SHANGHAI).date()
    assert "<td>谢明</td>" in auditor.get(f"/settings/audit/list/?at_from={day}&at_to={day}")
    assert "<td>谢明</td>" not in auditor.get(f"/settings/audit/list/?at_to={day - timedelta(days=1)}")


def test_an_entry_of_the_audit_log_has_a_title(demo_app):
    auditor = Desk(demo_app, "auditor")
    entry = re.search(r'href="(/settings/audit/show/\d+)"', auditor.get("/settings/audit/list/"))[1]
    assert re.search(r"<h1>\s*\d{4}-\d\d-\d\d [\d:]+ <small>审计日志</small>", auditor.get(entry))


def test_a_clerks_home_page_counts_what_is_not_sent_yet(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    home = clerk.get("/")
    line = re.search(r'<span class="what">草稿 40 人</span>.*?</li>', home, re.S)[0]
    assert "一次性吸纳就业补贴，40,000.00 元" in line
    address = re.search(r'href="([^"]+)"', line)[1]
    assert address == f"/hiring/applications/show/{application}", "the only one is gone on with"
    strip = home[home.index('id="flow"') :]
    drafts = re.search(r'href="([^"]+)">\s*<span class="k">草稿</span>\s*<span class="v">40<', strip)
    assert "共40条" in clerk.get(drafts[1])


def test_ready_made_sheets_are_given_in_the_demo_only(demo_app, demo_installation, demo_files, monkeypatch):
    clerk = Desk(demo_app, "clerk")
    assert "演示用人员名单" not in clerk.get("/")
    clerk.get("/demo/sheets/1-good.xlsx", expect=404)
    monkeypatch.setitem(demo_installation.config, "DATA_DIR", demo_files.parent)
    clerk = Desk(demo_installation, "clerk")
    for name, _ in [(NOTE, ""), *((sheet.name, "") for sheet in SHEETS)]:
        assert quote(f"/demo/sheets/{name}") in clerk.get("/")
        assert clerk.client.get(f"/demo/sheets/{name}").data == (demo_files / name).read_bytes()
    clerk.get("/demo/sheets/secrets.json", expect=404)
    clerk.get("/demo/sheets/..%2Fsecret_key", expect=404)
    answer = demo_installation.test_client().get("/demo/sheets/1-good.xlsx")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/demo/sheets/1-good.xlsx")
