"""Answers are packed for who takes that, are the same unpacked, and vary in length by chance."""

from __future__ import annotations

import gzip
import re

import pytest

PACKED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def client(app):
    return app.test_client()


def released(client, kind: str) -> list[str]:
    return re.findall(rf'(?:src|href)="(/static/[^"]+\.{kind})"', client.get("/login/").text)


def test_a_page_is_packed_for_who_takes_it(client):
    plain, packed = client.get("/login/"), client.get("/login/", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert "<title>登录" in gzip.decompress(packed.data).decode()
    assert int(packed.headers["Content-Length"]) == len(packed.data)


@pytest.mark.parametrize("refused", ["", "identity", "gzip;q=0, br"])
def test_who_does_not_take_it_gets_it_plain(client, refused):
    answer = client.get("/login/", headers={"Accept-Encoding": refused})
    assert "Content-Encoding" not in answer.headers and "<title>登录" in answer.text


def test_lengths_vary_by_chance(client):
    same = "/nowhere"
    texts = {gzip.decompress(client.get(same, headers=PACKED).data) for _ in range(3)}
    assert len({len(text) for text in texts}) == 1
    assert len({len(client.get(same, headers=PACKED).data) for _ in range(12)}) > 3


@pytest.mark.parametrize("kind", ["css", "js", "svg"])
def test_what_is_kept_for_good_is_packed_too_and_the_same(client, kind):
    for address in released(client, kind):
        plain, packed = client.get(address), client.get(address, headers=PACKED)
        assert packed.mimetype == plain.mimetype
        assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"]
        body = gzip.decompress(packed.data) if "Content-Encoding" in packed.headers else packed.data
        assert body == plain.data, address
        worth = len(plain.data) >= 1024
        assert ("Content-Encoding" in packed.headers, plain.vary.as_set()) == (
            worth,
            {"accept-encoding"} if worth else set(),
        ), address


def test_a_picture_and_a_download_leave_as_they_are(client):
    answer = client.get("/static/manual/home-clerk.png", headers=PACKED)
    assert answer.status_code == 200 and "Content-Encoding" not in answer.headers
