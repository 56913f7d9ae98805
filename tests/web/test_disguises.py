"""Nothing from outside starts a line of the log, turns it around, or makes a file look like another kind."""

from __future__ import annotations

import io
import json
import logging
from logging.config import DictConfigurator
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from app import logs
from app.engine.cases.claims import Attachment
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import HiringDesk

FORGED = "2026-01-01 00:00:00,000 INFO app.logs 1 2 POST /settings/users/ 302"
TURNED = "合同\u202efdp.exe"


@pytest.fixture(params=["text", "json"])
def lines(request):
    """What the product's own logging writes, in either form."""
    configured = DictConfigurator(logs.configuration(request.param, "INFO"))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(configured.configure_formatter(dict(logs.FORMATTERS[request.param])))
    handler.addFilter(logs.Origin())
    logger = logging.getLogger("app")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield lambda: stream.getvalue()
    logger.setLevel(level)
    logger.removeHandler(handler)


def text_of(written: str) -> str:
    return written if not written.startswith("{") else json.loads(written.splitlines()[-1])["message"]


def test_an_address_starts_no_line_and_turns_nothing_around(app, lines):
    app.test_client().get(f"/x%0A{FORGED}%E2%80%AE%1B%5B2J")
    written = lines()
    assert len(written.splitlines()) == 1 and not written.startswith(FORGED)
    assert "\u202e" not in written and "\x1b" not in written
    assert r"\n2026-01-01" in text_of(written) and r"\u202e" in text_of(written)


def test_an_error_starts_no_line_of_the_log_either(app, lines, monkeypatch):
    def broken(**_):
        raise ValueError(f"what was typed\n{FORGED}\u202e")

    monkeypatch.setitem(app.view_functions, "AuthView.login", broken)
    assert app.test_client().get("/login/").status_code == 500
    written = lines()
    assert "unhandled error" in written and "what was typed" in written
    assert not any(line.startswith(FORGED) for line in written.splitlines())
    assert "\u202e" not in written


def test_an_attachment_cannot_be_disguised(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    from tests.desk.clerks import uscc_of

    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    paper = {"kind": "contract", "file": (io.BytesIO(b"%PDF-1.7 text"), TURNED)}
    clerk.post(f"/hiring/applications/attach/{application}", paper)
    paper = {"kind": "contract", "file": (io.BytesIO(b"text"), TURNED)}
    page = clerk.post(f"/hiring/applications/attach/{application}", paper, expect=422)
    assert "\u202e" not in page and r"合同\u202efdp.exe" in page
    page = clerk.get(f"/hiring/applications/show/{application}")
    assert "\u202e" not in page and r"合同\u202efdp.exe" in page
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        pk = db.session.scalar(update(Attachment).values(name=TURNED).returning(Attachment.id))
        db.session.commit()
    page = clerk.get(f"/hiring/applications/show/{application}")
    assert "\u202e" not in page and r"合同\u202efdp.exe" in page, "one that an earlier release has kept too"
    answer = clerk.client.get(f"/hiring/applications/attachment/{pk}")
    named = unquote(answer.headers["Content-Disposition"])
    assert "合同_fdp.pdf" in named and "exe" not in named and "\u202e" not in named
    assert answer.headers["Content-Type"] == "application/pdf"
