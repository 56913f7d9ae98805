"""What a process does that began before a definition was signed, until another one takes its place."""

from __future__ import annotations

from flask import request, request_finished
from flask.testing import FlaskClient

from app.programmes import installed
from app.serving import NEWER
from tests.desk.clerks import HiringDesk


def asked(client: FlaskClient, path: str) -> tuple[int, str | None, int | None]:
    """The status of an answer, after how many seconds it comes again by itself, and the number that the server is told."""
    told = []

    def note(_, response) -> None:
        told.append(request.environ.get(NEWER))

    with request_finished.connected_to(note):
        answer = client.get(path)
    return answer.status_code, answer.headers.get("Refresh"), told[0]


def test_whoever_is_behind_serves_what_it_knows_and_asks_to_wait_for_the_rest(demo_app, monkeypatch):
    clerk = HiringDesk(demo_app, "clerk")
    signed = 2  # that ship
    monkeypatch.setattr(installed, "_signed", signed)
    assert asked(clerk.client, "/") == (200, None, None)
    assert asked(clerk.client, "/tomorrow/applications/list/") == (404, None, None)
    monkeypatch.setattr(installed, "_signed", signed - 1)
    assert asked(clerk.client, "/") == (200, None, signed)
    assert asked(clerk.client, "/tomorrow/applications/list/") == (503, "3", signed)
    assert "几秒钟后会自动重新打开" in clerk.get("/tomorrow/applications/list/", expect=503)
    assert asked(clerk.client, "/hiring/applications/show/999999999") == (404, None, signed), (
        "a row, not a screen"
    )


def test_a_stranger_is_told_nothing_of_it(demo_app, monkeypatch):
    monkeypatch.setattr(installed, "_signed", 0)
    assert asked(demo_app.test_client(), "/tomorrow/applications/list/") == (404, None, None)
