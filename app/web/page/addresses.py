"""Where the pages of cases are: each programme has its own."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from flask import Flask, request, url_for
from flask.globals import app_ctx

from app.engine.cases.claims import Application, Claim
from app.engine.programme import Programme
from app.extensions import fab


def _endpoint(programme: str, model: type[Application] | type[Claim]) -> str:
    """Return the view that has the pages of a programme's rows."""
    return fab().pages[programme, model].endpoint


def page_url(endpoint: str, pk: object) -> str:
    """Return a row's own page; lists ask for many, so what their addresses have in common is made once."""
    return _pages(app_ctx.app, endpoint, request.script_root) + quote(str(pk), safe="")


@lru_cache(maxsize=256)
def _pages(app: Flask, endpoint: str, root: str) -> str:
    return url_for(f"{endpoint}.show", pk="0").removesuffix("0")


def claim_url(claim: Claim) -> str:
    """Return the page of one claim."""
    return page_url(_endpoint(claim.programme, Claim), claim.id)


def application_url(application: Application) -> str:
    """Return the page on which a clerk works on an application."""
    return page_url(_endpoint(application.programme, Application), application.id)


def attachment_url(application: Application, attachment_id: int) -> str:
    """Return where a document of an application is downloaded."""
    endpoint = _endpoint(application.programme, Application)
    return url_for(f"{endpoint}.attachment", pk=attachment_id)


def query_url(programme: Programme, application: Application) -> str:
    """Return all people of one application, as a filtered list."""
    return url_for(f"{_endpoint(programme.code, Claim)}.list", application=application.number)


def rules_url(programme: str, rule: str | None = None) -> str:
    """Return where the help explains a programme's rules, or one of them."""
    return url_for("HelpView.rules", code=programme, _anchor=rule)


ADDRESSES = {
    address.__name__: address
    for address in (application_url, attachment_url, claim_url, query_url, rules_url)
}
"""What templates call, by name."""
