"""Old browsers get one plain page that says what to switch to; what offices should have is let in."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.web.site.browsers import is_too_old
from tests.desk.heard import heard

EXPLORER = "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko"
COMPATIBLE = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; SLCC2; .NET CLR 2.0.50727; 360SE)"
)
WEBKIT = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
GECKO = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"


@pytest.mark.parametrize(
    "agent", [EXPLORER, COMPATIBLE, WEBKIT.format(86), WEBKIT.format(108), GECKO.format(114)]
)
def test_an_old_browser_is_led_on_wherever_it_comes_and_nothing_is_asked(demo_app, agent):
    with demo_app.app_context():
        engine = db.engine
    client = demo_app.test_client()
    with heard(engine) as statements:
        for address in ("/", "/login/", "/hiring/query/list/", "/nowhere"):
            answer = client.get(address, headers={"User-Agent": agent})
            assert answer.status_code == 200 and "请换用较新的浏览器" in answer.text
            assert "极速模式" in answer.text and "Chrome（109 以上）" in answer.text
            assert "<script" not in answer.text and "style=" not in answer.text
    assert statements == []


@pytest.mark.parametrize(
    "agent",
    [
        WEBKIT.format(109),
        WEBKIT.format(141) + " Edg/141.0.0.0",
        WEBKIT.format(132).replace("Chrome", "HeadlessChrome"),
        GECKO.format(115),
        GECKO.format(140),
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15",
        "curl/8.5.0",
        "",
    ],
)
def test_others_are_let_in(demo_app, agent):
    assert not is_too_old(agent)
    assert "请换用" not in demo_app.test_client().get("/login/", headers={"User-Agent": agent}).text


def test_the_interface_for_programs_looks_at_no_browser(demo_app):
    answer = demo_app.test_client().get("/api/v1/claims", headers={"User-Agent": EXPLORER})
    assert "请换用" not in answer.text
