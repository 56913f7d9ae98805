"""Whatever stands in an address or a form, the answer is a page: never a crash, never SQL, never more rows than a page."""

from itertools import cycle

import pytest

from app.extensions import db
from tests.desk.clerks import Desk
from tests.desk.heard import heard
from tests.security.addresses import filled, form
from tests.security.cases import ALL_A, digest
from tests.security.hostile import crashed
from tests.security.permissions import addresses, understood

HUGE = "9" * 40
KEYS = (
    "0",
    "-1",
    "1.5",
    "٣",
    "%00",
    "2147483648",
    "9223372036854775808",
    HUGE,
    "2026-02-30",
    "%F0%9F%92%A3",
)
QUERIES = (
    "page=0&size=0",
    "page=-1&size=-5",
    f"page={HUGE}&size={HUGE}",
    "page=abc&size=60000",
    "page=٣&size=٣",
    "order=person_id&direction=asc",
    "order=id_hash&direction=desc",
    "order=__class__&direction=asc",
    "order=name;drop table claims&direction=asc",
    "direction=sideways&order=amount",
    "person=%00&employer=%00&number=%00&name=%00&q=%00",
    "year=020001&level=prefecture",
    f"year={HUGE}&by=nothing&level=nothing",
    "starts_on_from=0001-01-01&at_from=0001-01-01&submitted_on_from=0001-01-01",
    "starts_on_to=9999-12-31&at_to=9999-12-31&submitted_on_to=9999-12-31",
    "starts_on_to=2026-13-45&at_to=x&submitted_on_to=%F0%9F%92%A3",
    "state=nothing&event=nothing&warned=2&paid=x&kind=%27",
    "person=" + "王" * 800,
    "person=%25&employer=_&number=%5C&name=%27",
    "state=draft&state=submitted&" + "&".join(f"x{i}=1" for i in range(200)),
)
TEXTS = {
    "long": "长" * 6000,
    "digits": HUGE,
    "quote": "'\"\\%_<script>{{7*7}}",
    "nul": "a\x00b",
    "blank": "  ",
}
KEPT = ("action", "all", "payee_kind", "kind", "outcome", "file", "sheet", "rowid", "row", "roles")


@pytest.fixture
def client(cases_app):
    """Somebody of 锦江区 with every role."""
    return Desk(cases_app, ALL_A).client


def filled_with(known, text: str) -> dict:
    return {name: value if name in KEPT else text for name, value in form(known).items()}


def test_no_key_in_an_address_crashes_it(cases_app, client):
    """Every address with one key of the list each; with every key in soak."""
    turns = cycle(KEYS)
    assert tried_keys(cases_app, client, lambda: [next(turns)]) == {}


@pytest.mark.soak
def test_no_key_at_all_crashes_any_address(cases_app, client):
    assert tried_keys(cases_app, client, lambda: KEYS) == {}


def tried_keys(app, client, keys) -> dict:
    """What a key that is none did to an address that takes one."""
    bad = {}
    for method, rule, endpoint in addresses(app):
        if "<" not in rule or "static" in endpoint:
            continue
        head = rule[: rule.index("<")]
        tail = "/1" if "row_id" in rule else rule[rule.rindex(">") + 1 :]
        for key in keys():
            answer = client.open(f"{head}{key}{tail}", method=method)
            refusals = (400, 401, 404, 429) if rule.startswith("/api/") else (400, 403, 404, 422)
            if crashed(answer) or answer.status_code not in refusals:
                bad[method, rule, key] = answer.status_code
    return bad


@pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.soak)])
def test_no_query_crashes_a_list_or_shows_more_than_a_page(cases_app, client, share):
    """Every list with a fifth of the queries, another fifth each time; with every query in soak."""
    bad, turns = {}, cycle(range(share))
    for method, rule, endpoint in addresses(cases_app):
        if method == "GET" and "<" not in rule:
            understandable = [q for q in QUERIES if understood(cases_app, endpoint, q)]
            for query in understandable[next(turns) :: share]:
                answer = client.get(f"{rule}?{query}")
                if crashed(answer) or answer.data.count(b'name="rowid"') > 100:
                    bad[rule, query] = answer.status_code
    assert bad == {}


@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("text", TEXTS)
def test_no_text_in_a_form_crashes_it(cases_app, known, client, text, share):
    """Each text in a third of the forms, another third each; in soak in every form."""
    forms = [
        (method, rule, endpoint)
        for method, rule, endpoint in addresses(cases_app)
        if method == "POST" and not endpoint.startswith("AuthView")
    ]
    bad = {}
    for method, rule, endpoint in forms[list(TEXTS).index(text) % share :: share]:
        for address in filled(cases_app, known, method, rule, endpoint)[:2] or [rule]:
            answer = client.post(address, data=filled_with(known, TEXTS[text]))
            if crashed(answer):
                bad[address] = answer.status_code
    assert bad == {}


@pytest.mark.parametrize(
    "query",
    ["&".join(f"x{i}=1" for i in range(300)), "person=%00", "person=" + "a" * 5000, "%", "page=%FF", "\x00"],
)
def test_no_crafted_filter_of_a_bulk_action_crashes_it(cases_app, query):
    reviewer = Desk(cases_app, "reviewer").client
    answer = reviewer.post(
        "/hiring/review/action_post", data={"action": "approve", "all": "1", "query": query}
    )
    assert answer.status_code in (302, 400, 409, 422)
    if answer.status_code == 302:
        assert reviewer.get(answer.location).status_code == 200


def test_lists_sort_by_what_the_view_declares_only(cases_app):
    reviewer = Desk(cases_app, "reviewer").client
    with cases_app.app_context(), heard(db.engine) as seen:
        for column in ("person_id", "account_id", "phone_cipher", "policy", "id_hash", "person.masked_id"):
            reviewer.get(f"/hiring/review/list/?order={column}&direction=asc")
    sorts = {s.rsplit("ORDER BY", 1)[1] for s in seen if "FROM claims" in s and "ORDER BY" in s}
    assert sorts
    assert all(s.strip().startswith("claims.id DESC") for s in sorts), sorts


@pytest.mark.parametrize("name", ["\x00", "x" * 200, "' OR 1=1 --", "5101041990010100" * 2])
def test_no_login_name_crashes_the_login(cases_app, name):
    before = digest(cases_app)
    answer = cases_app.test_client().post("/login/", data={"username": name, "password": name})
    assert answer.status_code in (200, 400, 401)
    assert not crashed(answer)
    assert digest(cases_app) == before


@pytest.mark.parametrize("address", ["/desk/language", "/login/"])
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\t/evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "///evil.example",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "javascript:alert(1)",
        " //evil.example",
        "/\r\nSet-Cookie: x=1",
    ],
)
def test_nobody_is_led_to_another_site(cases_app, address, target):
    client = cases_app.test_client()
    typed = {"language": "en", "next": target, "username": "clerk", "password": "Demo-2026!"}
    answer = client.post(address, query_string={"next": target}, data=typed)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_a_login_leads_back_to_where_it_was_asked_for(cases_app):
    client = cases_app.test_client()
    to_login = client.get("/hiring/query/list/?state=draft").location
    answer = client.post(to_login, data={"username": "clerk", "password": "Demo-2026!"})
    assert answer.location == "/hiring/query/list/?state=draft"


def test_typed_text_comes_back_as_text(cases_app, known):
    """Jinja's own translation function would call a sentence that quotes it safe."""
    clerk, script = Desk(cases_app, "clerk").client, "<script>alert(1)</script>"
    typed = dict.fromkeys(
        ("name", "citizen_id", "category", "contract_start", "contract_end", "phone"), script
    )
    answer = clerk.post(
        f"/hiring/applications/person/{known.of('hiring_subsidy').ids['applications'][0]}", data=typed
    )
    assert answer.status_code == 422
    assert "&lt;script&gt;alert(1)" in answer.text
    assert script not in answer.text
    answer = clerk.post("/hiring/applications/add", data={"employer": script, "region": "510104"})
    assert answer.status_code == 422
    assert script not in answer.text
