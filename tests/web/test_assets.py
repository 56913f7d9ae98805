"""A page's scripts and styles are those of the release that drew it, and are asked for once."""

import re
from pathlib import Path

import pytest

from app.extensions import db
from app.web.site.assets import _digest
from tests.desk.clerks import Desk
from tests.desk.heard import heard

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
IMPORT = re.compile(r'^import .* from "([^"]+)";$', re.M)


@pytest.fixture
def client(app):
    return app.test_client()


def addresses(client, kind=r"(?:js|css|svg)") -> list[str]:
    return re.findall(rf'(?:src|href)="(/static/[^"]+\.{kind})"', client.get("/login/").text)


def test_what_a_page_asks_for_is_kept_for_good(client):
    assert len(addresses(client)) > 10
    for address in addresses(client):
        answer = client.get(address)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), address
        assert "no-cache" not in answer.headers["Cache-Control"]


def test_all_is_of_one_release_and_another_release_has_nothing_here(client):
    releases = {address.split("/")[2] for address in addresses(client)}
    assert len(releases) == 1
    other = addresses(client)[-1].replace(releases.pop(), "0123456789ab")
    assert client.get(other).status_code == 404


def test_nobody_is_looked_up_for_a_script_or_a_style(demo_app):
    """Else a page of 30 files asks 30 times who somebody is, and Firefox keeps none beyond the next cookie."""
    asked, desk = addresses(demo_app.test_client()), Desk(demo_app, "clerk")
    with demo_app.app_context():
        engine = db.engine
    with heard(engine) as statements:
        for address in asked:
            answer = desk.client.get(address)
            assert "Cookie" not in answer.headers.get("Vary", ""), address
            assert "Set-Cookie" not in answer.headers, address
    assert len(asked) > 10 and statements == []


def test_without_a_release_a_file_is_asked_about_again(client):
    assert client.get("/static/css/base.css").headers["Cache-Control"] == "no-cache"


def test_a_page_names_every_module_so_that_none_is_waited_for_twice(client):
    named = {address.split("/", 3)[3] for address in addresses(client, "js")}
    assert named == {f"desk/{path.name}" for path in STATIC.glob("desk/*.js")}


def test_modules_import_neighbours_only():
    for path in STATIC.rglob("*.js"):
        for name in IMPORT.findall(path.read_text(encoding="utf-8")):
            assert name.startswith(".") and (path.parent / name).resolve().is_relative_to(STATIC), name


def test_a_change_of_any_script_or_style_is_another_release(tmp_path):
    (tmp_path / "desk").mkdir()
    script, style = tmp_path / "desk" / "main.js", tmp_path / "desk.css"
    script.write_text("1")
    style.write_text("2")
    releases = {_digest(tmp_path)}
    for path in (script, style):
        path.write_text("3")
        releases.add(_digest(tmp_path))
    script.rename(tmp_path / "desk" / "other.js")
    releases.add(_digest(tmp_path))
    assert len(releases) == 4
