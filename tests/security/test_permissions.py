"""Every address and every move, by every role: what `permissions` says, and no address that it doesn't know."""

import pytest

from tests.desk.clerks import Desk
from tests.security.addresses import address
from tests.security.permissions import LOGGED_IN, addresses, granted, moves, routes, written

KEYLESS = 401
OFFICERS = LOGGED_IN.split()


def test_whoever_reaches_an_address_is_written_down_or_granted_a_permission(application):
    live = {(method, rule) for method, rule, _ in addresses(application)}
    assert not set(written()) - live, "no longer an address"
    open_ones = {address for address, allowed in routes(application).items() if not allowed}
    assert not open_ones, "no permission guards it: say in tests/security/permissions.py who may reach it"


def test_what_is_written_down_is_what_the_views_grant(application):
    """What a later view would be held to: derived, it is no other than by hand, but where everybody or a key gets in."""
    by_hand = written()
    differing = {
        (method, rule): sorted(by_hand[method, rule] ^ granted(application, endpoint))
        for method, rule, endpoint in addresses(application)
        if granted(application, endpoint) and (method, rule) in by_hand
    }
    assert {address: names for address, names in differing.items() if names} == {}


def test_each_move_has_its_role(application):
    live = {
        (f"{view.route_base}/action_post", name)
        for view in application.appbuilder.baseviews
        for name in getattr(view, "moves", ())
    }
    assert live == set(moves(application))


def test_a_stranger_is_led_to_the_login(cases_app):
    client = cases_app.test_client()
    wrong = {}
    for (method, rule), allowed in routes(cases_app).items():
        answer = client.open(address(rule), method=method)
        to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
        expected = {"nobody": 404, "keys": KEYLESS}.get(next(iter(allowed)))
        if "everybody" not in allowed and not to_login and answer.status_code != expected:
            wrong[method, rule] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("username", [*OFFICERS, None])
def test_a_move_is_made_by_one_role(cases_app, known, username):
    client = Desk(cases_app, username).client if username else cases_app.test_client()
    wrong = {}
    for (rule, move), role in moves(cases_app).items():
        answer = client.post(rule, data={"action": move, "all": "1"})
        expected = 302 if username in (role, None) else 403
        at_login = (answer.location or "").startswith("/login/")
        if answer.status_code != expected or at_login != (username is None):
            wrong[rule, move] = answer.status_code
    assert wrong == {}


def test_the_page_that_denies_says_who_can_help(cases_app):
    page = Desk(cases_app, "auditor").get("/settings/users/list/", expect=403)
    assert "当前账号无该功能权限，请联系区县管理员授权" in page
    assert "锦江区" in page
