"""What is said to the CAS server and understood of its answers (protocol 3, through `python-cas`)."""

from __future__ import annotations

import logging
from xml.etree.ElementTree import ParseError  # nosec B405  # the exception only; python-cas parses what the configured server says

import requests
from cas import CASClientV3
from flask import current_app, url_for
from lxml.etree import LxmlError

from app.kernel.errors import Refused
from app.kernel.messages import N_

log = logging.getLogger(__name__)

PATIENCE = (3.05, 5)
"""Seconds to reach the server and to wait for its answer: a worker must not hang on it."""


class _Patient(requests.Session):
    """Never follows the server elsewhere and never waits long."""

    def request(self, *args, **options):
        return super().request(*args, **{**options, "timeout": PATIENCE, "allow_redirects": False})


def configured() -> bool:
    """Return whether there is a CAS server."""
    return bool(current_app.config["CAS_SERVER_URL"])


def login_address(state: str) -> str:
    """Return where somebody proves to be who; it comes back to our service with a ticket."""
    return _client(state).get_login_url()


def logout_address() -> str:
    """Return where a session that CAS opened goes to end everywhere; it comes back to our login."""
    return _client("").get_logout_url(url_for("AuthView.login", _external=True))


def _client(state: str) -> CASClientV3:
    return CASClientV3(
        service_url=url_for("CasView.login", _external=True, state=state),
        server_url=current_app.config["CAS_SERVER_URL"].rstrip("/") + "/",
        verify_ssl_certificate=current_app.config["CAS_CA_FILE"] or True,
        session=_Patient(),
    )


def verified(ticket: str, state: str) -> tuple[str, dict]:
    """Return (username in lower case, attributes) of a ticket; raises Refused when the server doesn't vouch for it."""
    try:
        name, attributes, _ = _client(state).verify_ticket(ticket)
    except (requests.RequestException, ParseError, ValueError, AttributeError, IndexError) as error:
        log.warning("the CAS server gave no answer to a ticket: %s", type(error).__name__)
        raise Refused(
            N_("统一认证服务器没有正常应答，暂时不能用统一认证登录。请稍后再试，或联系系统管理员。")
        ) from error
    if not name:
        raise Refused(N_("统一认证的登录凭证无效或已用过。请重新点击“统一认证登录”。"))
    return name.strip().lower(), attributes or {}


def ended(message: str) -> str | None:
    """Return the ticket that a logout request names; None for what is no such request."""
    if not message or "<!DOCTYPE" in message:
        return None
    try:
        tickets = CASClientV3.get_saml_slos(message.encode())
    except (LxmlError, ValueError):
        return None
    return tickets[0].text if tickets and tickets[0].text else None
