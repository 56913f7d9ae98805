"""What guards every request: tokens, headers, cookies, limits; and what of FAB's screens must not live on."""

import io

import pytest

from app import create_app
from app.demo.users import PASSWORD
from app.engine.access.roles import SYSTEM
from app.extensions import db
from tests.desk.clerks import Desk
from tests.desk.database import settings
from tests.desk.heard import heard
from tests.security.addresses import filled, form
from tests.security.cases import ALL_A, digest
from tests.security.permissions import addresses, moves, routes


@pytest.fixture
def guarded(cases_app, monkeypatch):
    """The application with CSRF protection, as in production."""
    monkeypatch.setitem(cases_app.config, "WTF_CSRF_ENABLED", True)
    return cases_app


@pytest.fixture
def logged_in(cases_app):
    return Desk(cases_app, ALL_A).client


def test_no_post_without_a_token_changes_anything(cases_app, known, monkeypatch):
    clients = [Desk(cases_app, ALL_A).client]
    monkeypatch.setitem(cases_app.config, "WTF_CSRF_ENABLED", True)
    before, passed, table = digest(cases_app), {}, routes(cases_app)
    for method, rule, endpoint in addresses(cases_app):
        if method == "GET":
            continue
        allowed = table.get((method, rule), ())
        for address in filled(cases_app, known, method, rule, endpoint)[:1] or [rule]:
            for client in clients:
                asked = (
                    client.open(address, method=method, data=form(known)),
                    client.open(address, method=method, json={"action": "approve", "days": 1}),
                )
                if any(
                    answer.status_code not in ((401,) if "keys" in allowed else (400,)) for answer in asked
                ):
                    passed[address] = [answer.status_code for answer in asked]
    assert passed == {}
    assert digest(cases_app) == before


def test_the_token_of_another_session_is_refused(guarded):
    one, other = guarded.test_client(), guarded.test_client()
    other.get("/login/")
    page = one.get("/login/").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"username": "clerk", "password": PASSWORD, "csrf_token": token}
    assert other.post("/login/", data=typed).status_code == 400
    assert one.post("/login/", data=typed).status_code == 302


def test_head_and_get_change_nothing(cases_app, known):
    clients = [Desk(cases_app, ALL_A).client]
    before, methods = digest(cases_app), {}
    for method, rule, endpoint in addresses(cases_app):
        for address in filled(cases_app, known, method, rule, endpoint)[:1] or [rule]:
            for client in clients:
                query = {"action": "approve", "all": "1", "_method": "POST", "_HTTP_METHOD_OVERRIDE": "POST"}
                # HEAD is answered by what answers a GET
                for verb in ("HEAD", "OPTIONS", "TRACE") if method == "GET" else ("GET", "HEAD"):
                    answer = client.open(address, method=verb, query_string=query)
                    if method == "POST" and verb in ("GET", "HEAD") and answer.status_code < 400:
                        methods.setdefault(rule, set()).add(verb)
    both = {rule for method, rule, _ in addresses(cases_app) if method == "GET"}
    assert set(methods) <= both
    assert digest(cases_app) == before


@pytest.mark.parametrize("action", ["", "nothing", "delete", "muldelete", "list_", "__class__"])
def test_an_unknown_action_is_no_action(cases_app, logged_in, action):
    for rule in sorted({rule for rule, _ in moves(cases_app)}):
        assert logged_in.post(rule, data={"action": action, "all": "1"}).status_code == 404, rule


def test_rows_that_do_not_exist_make_an_empty_selection(cases_app, known):
    reviewer = Desk(cases_app, "reviewer").client
    before = digest(cases_app)
    answer = reviewer.post(
        "/hiring/review/action_post", data={"action": "approve", "rowid": ["999999999", "-1", "x", "٣"]}
    )
    dialog = answer.location
    assert reviewer.post(f"{dialog}/run", data={"opinion": ""}).status_code == 302
    assert reviewer.get(f"{dialog}/result").status_code == 200
    assert digest(cases_app) == before


def test_ten_thousand_checked_rows_get_through(cases_app):
    reviewer = Desk(cases_app, "reviewer").client
    form = {"action": "approve", "rowid": [str(10**17 + i) for i in range(10_000)], "query": ""}
    assert reviewer.post("/hiring/review/action_post", data=form).status_code == 302
    as_parts = {**form, "extra": (io.BytesIO(b"x"), "x.txt")}
    assert reviewer.post("/hiring/review/action_post", data=as_parts).status_code == 302
    form["rowid"].append("1")
    assert reviewer.post("/hiring/review/action_post", data=form).status_code == 409


def test_what_is_too_large_is_refused_with_a_page(cases_app, logged_in):
    huge = b"username=" + b"x" * (3 * 1024 * 1024)
    kind = "application/x-www-form-urlencoded"
    assert logged_in.post("/settings/password/", data=huge, content_type=kind).status_code == 413
    answer = cases_app.test_client().post("/login/", data=huge[: 70 * 1024], content_type=kind)
    assert answer.status_code == 413
    assert "过大" in answer.text
    file = {"sheet": (io.BytesIO(b"x" * (25 * 1024 * 1024)), "x.xlsx")}
    assert logged_in.post("/hiring/applications/check/1", data=file).status_code == 413
    stranger = {"username": "x", "file": (io.BytesIO(b"x" * 100_000), "x")}
    assert cases_app.test_client().post("/login/", data=stranger).status_code == 413


@pytest.mark.parametrize(
    "address", ["/", "/hiring/query/list/", "/hiring/query/show/0", "/desk/employers?q=x"]
)
def test_pages_say_how_far_they_may_be_used(logged_in, address):
    headers = logged_in.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Permissions-Policy" in headers
    assert "Strict-Transport-Security" not in headers


def test_static_files_may_be_kept(logged_in):
    headers = logged_in.get("/static/css/base.css").headers
    assert "no-store" not in headers["Cache-Control"]
    assert headers["ETag"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_https_is_demanded_where_it_is_offered(cases_app, monkeypatch):
    monkeypatch.setitem(cases_app.config, "SESSION_COOKIE_SECURE", True)
    client = cases_app.test_client()
    answer = client.post(
        "/login/", data={"username": "clerk", "password": PASSWORD}, base_url="https://localhost"
    )
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_the_cookie_keeps_to_this_site_and_holds_no_address(cases_app):
    client = Desk(cases_app, "clerk").client
    client.get("/hiring/query/list/?person=510104199001010019")
    with client.session_transaction() as session:
        assert set(session) <= {
            "_user_id",
            "token",
            "_fresh",
            "_id",
            "_permanent",
            "seal",
            "locale",
            "csrf_token",
            "_flashes",
        }
        assert "510104199001010019" not in str(dict(session))
    answer = cases_app.test_client().post("/login/", data={"username": "clerk", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_another_host_is_refused_where_hosts_are_named(cluster, keys, app):
    made = create_app(settings(cluster.urls, TRUSTED_HOSTS=["benefits.example"], **keys))
    answer = made.test_client().get("/login/", base_url="http://evil.example")
    assert answer.status_code == 400
    assert made.test_client().get("/login/", base_url="http://benefits.example").status_code == 200
    with made.app_context():
        db.engine.dispose()


GONE = (
    "/users/list/",
    "/roles/list/",
    "/users/add",
    "/groups/list/",
    "/api/v1/security/login",
    "/api/v1/security/users/",
    "/api/v1/_openapi",
    "/swagger/v1",
    "/lang/en",
    "/back",
    "/resetpassword/form",
    "/resetmypassword/form",
    "/userinfoeditview/form",
    "/registeruser/list/",
    "/permissions/list/",
    "/menus/list/",
    "/hiring/query/delete/1",
    "/hiring/query/download/x",
    "/hiring/query/api/read",
    "/hiring/query/action/approve/1",
)


@pytest.mark.parametrize("address", GONE)
def test_fabs_own_screens_are_gone(cases_app, logged_in, address):
    gone = (
        401 if address.startswith("/api/v1/") else 404
    )  # under our own API a cookie is nobody, whatever it asks for
    assert logged_in.get(address).status_code == gone
    assert logged_in.post(address).status_code == gone


def test_nothing_is_exempt_from_tokens_but_what_reads_no_cookie(application):
    """`test_api` proves that a cookie opens nothing there."""
    from app.extensions import csrf

    assert csrf._exempt_views == {"app.web.login.cas.end"}, (
        "the CAS server's, which proves itself by the ticket"
    )
    names = {blueprint.name for blueprint in csrf._exempt_blueprints}
    exempt = {rule.rule for rule in application.url_map.iter_rules() if rule.endpoint.split(".")[0] in names}
    assert exempt
    assert all(rule.startswith("/api/") for rule in exempt)


def test_the_system_administrator_has_no_business(application):
    held = {}
    for view in application.appbuilder.baseviews:
        granted = getattr(view, "granted", {})
        if SYSTEM in granted and view.endpoint not in ("OfficeView", "PasswordView"):
            held[view.endpoint] = granted[SYSTEM]
    assert held == {}


def test_all_permissions_of_a_page_are_one_query(cases_app):
    client = Desk(cases_app, ALL_A).client
    with cases_app.app_context(), heard(db.engine) as seen:
        client.get("/hiring/review/list/")
    assert len([s for s in seen if "ab_permission_view_role" in s]) == 1
    assert len(seen) < 25


@pytest.mark.parametrize(
    "address",
    [
        "/hiring/query/list/",
        "/hiring/publicity/list/",
        "/registers/contributions/list/",
        "/hiring/notices/list/",
    ],
)
def test_a_list_costs_the_same_whatever_its_length(cases_app, address):
    client = Desk(cases_app, ALL_A).client
    costs = {_statements(cases_app, client, f"{address}?{q}") for q in ("size=25", "size=50", "size=100")}
    assert len(costs) == 1


def test_counting_stops_at_a_bound(cases_app):
    client = Desk(cases_app, ALL_A).client
    with cases_app.app_context(), heard(db.engine) as seen:
        page = client.get("/registers/contributions/list/").text
    counts = [statement for statement in seen if statement.startswith("SELECT count(")]
    assert counts and all("LIMIT" in statement for statement in counts)
    assert "共10,000+条" in page


def _statements(app, client, address: str) -> int:
    with app.app_context(), heard(db.engine) as seen:
        assert client.get(address).status_code == 200
    return len(seen)
