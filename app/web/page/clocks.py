"""How long a case may still wait, as lists and pages say it."""

from __future__ import annotations

from datetime import date

from flask import g
from markupsafe import Markup

from app.engine.cases.claims import Claim
from app.engine.oversight.limits import Limits
from app.extensions import db
from app.programmes.installed import by_code
from app.web.wording.formats import tag
from app.web.wording.translations import gettext


def limits() -> Limits:
    """Return the time limits, read once a request."""
    if "limits" not in g:
        g.limits = Limits.load(db.session, by_code(), g.today)
    return g.limits


def time_mark(claim: Claim) -> Markup | None:
    """Return the word that a list sets beside a case whose limit is near or past; None for one that has time."""
    return mark_of(limits().due(claim.programme, claim.state, claim.waiting_since))


def mark_of(due: date | None) -> Markup | None:
    """Return that word for the last day of a limit."""
    if due is None or not limits().near(due, g.today):
        return None
    if due < g.today:
        return tag("fail", gettext("已过期限"))
    return tag("warn", gettext("今天到期") if due == g.today else gettext("临近期限"))
