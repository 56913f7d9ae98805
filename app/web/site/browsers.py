"""Browsers that are too old for the desk get one plain page that says what to switch to."""

from __future__ import annotations

import re

from flask import Flask, render_template, request

from app.web.site.hardening import STATIC, in_api

INTERNET_EXPLORER = re.compile(r"\bMSIE \d|\bTrident/\d", re.ASCII)
"""Also what two-kernel browsers (360, QQ, Sogou) say of themselves in compatibility mode."""
VERSIONS = re.compile(r"\b(Chrome|Firefox)/(\d{1,4})\b", re.ASCII)
OLDEST = {"Chrome": 109, "Firefox": 115}
"""What is tried with every release; Windows 7 can have both."""


def init_app(app: Flask) -> None:
    """Before anything that asks the database: an old browser learns no more than this."""
    app.before_request(_lead_on)


def is_too_old(agent: str) -> bool:
    """Return whether a browser says of itself that it is older than what the desk is made for; who says nothing is let in."""
    if INTERNET_EXPLORER.search(agent):
        return True
    return any(int(version) < OLDEST[name] for name, version in VERSIONS.findall(agent))


def _lead_on() -> tuple[str, int] | None:
    if request.endpoint in STATIC or in_api(request.path) or not is_too_old(request.user_agent.string):
        return None
    return render_template("old_browser.html", oldest=OLDEST), 200
