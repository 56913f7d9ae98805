"""Where the pages of cases are: each programme has its own."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from flask import Flask, request, url_for
from flask.globals import app_ctx
from flask_appbuilder import AppBuilder

from app.engine.cases.claims import Application, Claim
from app.engine.programme import Programme
from app.extensions import fab
from app.web.page.programmes import programme_of


def _endpoint(programme: Programme, route: str) -> str:
    """The view of a programme that has a route of this name."""
    return _endpoints(fab())[programme.code, route]


@lru_cache(maxsize=8)
def _endpoints(appbuilder: AppBuilder) -> dict[tuple[str, str], str]:
    """(programme, route) → view; rows of a list ask for it, and the views of an application stay as they are."""
    return {
        (view.programme.code, route): view.endpoint
        for view in reversed(appbuilder.baseviews)
        if getattr(view, "programme", None)
        for route in view.include_route_methods or ()
    }


def page_url(endpoint: str, pk: object) -> str:
    """A row's own page; lists ask for many, so what their addresses have in common is made once."""
    return _pages(app_ctx.app, endpoint, request.script_root) + quote(str(pk), safe="")


@lru_cache(maxsize=256)
def _pages(app: Flask, endpoint: str, root: str) -> str:
    return url_for(f"{endpoint}.show", pk="0").removesuffix("0")


def claim_url(claim: Claim) -> str:
    """The page of one claim."""
    return page_url(_endpoint(programme_of(claim.programme), "reveal"), claim.id)


def application_url(application: Application) -> str:
    """The page on which a clerk works on an application."""
    return page_url(_endpoint(programme_of(application.programme), "apply"), application.id)


def attachment_url(application: Application, attachment_id: int) -> str:
    """Where a document of an application is downloaded."""
    endpoint = _endpoint(programme_of(application.programme), "apply")
    return url_for(f"{endpoint}.attachment", pk=attachment_id)


def query_url(programme: Programme, application: Application) -> str:
    """All people of one application, as a filtered list."""
    return url_for(f"{_endpoint(programme, 'reveal')}.list", application=application.number)


def rules_url(programme: str, rule: str | None = None) -> str:
    """Return where the help explains a programme's rules, or one of them."""
    return url_for("HelpView.rules", code=programme, _anchor=rule)


ADDRESSES = {
    address.__name__: address
    for address in (application_url, attachment_url, claim_url, query_url, rules_url)
}
"""What templates call, by name."""
