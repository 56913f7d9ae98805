"""People of another county try every address with the ids of real cases: they read nothing and change nothing."""

import re
from itertools import cycle

import pytest

from tests.desk.clerks import Desk, opened
from tests.desk.days import after
from tests.security.addresses import filled, form
from tests.security.cases import ADMIN_B, ALL_B, CASES_DAY, CASES_END, digest, found_in
from tests.security.permissions import addresses, bases, routes, understood

STRANGERS = [None, ALL_B]
"""Nobody; all roles of another county in one person."""


def attempts(app, known, most: int | None) -> list[tuple[str, str]]:
    """(method, address) of everything that takes an id, with so many ids each."""
    return [
        (method, address)
        for method, rule, endpoint in addresses(app)
        for address in filled(app, known, method, rule, endpoint)[:most]
    ]


@pytest.mark.parametrize("username", STRANGERS)
@pytest.mark.parametrize("most", [2, pytest.param(None, marks=pytest.mark.soak)])
def test_no_address_opens_with_another_countys_ids(cases_app, known, demo_files, username, most):
    """With two ids of each address's table; with all of them in soak."""
    sheet = (demo_files / "1-good.xlsx").read_bytes()
    client = Desk(cases_app, username).client if username else cases_app.test_client()
    before, holes = digest(cases_app), {}
    for method, address in attempts(cases_app, known, most):
        for verb in (method, "HEAD") if method == "GET" else (method,):
            data = form(known, sheet) if method == "POST" else None
            answer = client.open(address, method=verb, data=data)
            led_away = username is None and answer.location and answer.location.startswith("/login/")
            if not (answer.status_code in (403, 404) or led_away) or found_in(answer, known.secrets):
                holes[verb, address] = answer.status_code, found_in(answer, known.secrets)
    assert holes == {}
    assert digest(cases_app) == before


def test_a_draft_of_any_programme_can_be_corrected_and_nothing_else(cases_app, known):
    clerk, saved = Desk(cases_app, "clerk").client, set()
    for programme, base in bases(cases_app).items():
        for claim in known.programmes[programme]["claims"]:
            page = clerk.get(f"{base}/query/edit/{claim}")
            assert page.status_code == 200
            answer = clerk.post(f"{base}/query/edit/{claim}", data=opened(page.text) | {"remark": "已核对"})
            closed = answer.status_code == 422 and "只有草稿或已退回的记录可以修改" in answer.text
            assert closed or answer.status_code == 302, (programme, claim)
            saved |= set() if closed else {programme}
    assert saved >= {"hiring_subsidy", "training"}


HELD_BY_ONE = ("attachment", "correct", "print")
"""Routes that all programmes inherit, with a row of one programme only among the cases."""


def test_the_same_addresses_open_for_those_whose_cases_they_are(cases_app, known, monkeypatch):
    """Else the test above would pass on addresses that open for nobody; after the publicity, so that all do."""
    monkeypatch.setitem(cases_app.config, "TODAY", after(3, CASES_END))
    people = ("clerk", "reviewer", "cashier", "auditor", "county_admin", "policy")
    desks = {name: Desk(cases_app, name).client for name in people}
    closed, table = set(), routes(cases_app)
    for method, rule, endpoint in addresses(cases_app):
        tried = filled(cases_app, known, method, rule, endpoint) if method == "GET" else []
        may = [desks[name] for name in people if table.get((method, rule), frozenset()) & {name, "everybody"}]
        answers = (desk.get(address).status_code for address in tried for desk in may)
        if tried and not any(status in (200, 302) for status in answers):
            closed.add(rule)
    elsewhere = {f"{base}/" for base in bases(cases_app).values()} - {"/hiring/"}
    alike = {rule for rule in closed if rule.startswith(tuple(elsewhere)) and _method(rule) in HELD_BY_ONE}
    assert closed - alike == set()


def _method(rule: str) -> str:
    return rule.split("/")[3]


QUERIES = (
    "?person={citizen_id}",
    "?person={part}",
    "?citizen_id={citizen_id}",
    "?employer={uscc}",
    "?employer=锦",
    "?uscc={uscc}",
    "?application=XN-510104",
    "?number=XN-",
    "?notice=XN-GS-510104",
    "?payment_list=XN-FF-",
    "?office=510104",
    "?office=锦江",
    "?region=510104",
    "?name={part}",
    "?mine=1",
    "?user=clerk",
    "?payee=锦",
    "?state=submitted&size=100&page=1&order=amount&direction=asc",
    "?level=prefecture&by=application",
    "?level=province&by=notice&download=1",
    "?by=payment_list&year=2026&download=1",
    "?event=login",
    "?q=锦",
)


OPENINGS = {
    "/registers/persons/list/": ("name", "masked_id"),
    "/registers/employers/list/": ("employer",),
    "/settings/audit/list/": ("masked_id",),
}
"""What a whole id or USCC tells of its bearer anywhere in the province, and the log of who looked it up."""


@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_no_list_shows_another_countys_rows(cases_app, known, share):
    """Every list whole and with a third of the queries, another third each time; with every query in soak."""
    client, turns = Desk(cases_app, ALL_B).client, cycle(range(share))
    before, holes = digest(cases_app), {}
    for method, rule, endpoint in addresses(cases_app):
        if method != "GET" or "<" in rule:
            continue
        queries = [q for q in QUERIES if understood(cases_app, endpoint, q[1:])]
        for query in ("", *queries[next(turns) :: share]):
            answer = client.get(rule + query.format(**known.asked), follow_redirects=True)
            told = {known.asked[key] for key in ("uscc", *OPENINGS.get(rule, ()))}
            found = found_in(answer, known.secrets - told)
            if found or answer.status_code >= 500:
                holes[rule, query] = answer.status_code, found
    assert holes == {}
    assert digest(cases_app) == before


def test_a_whole_uscc_finds_an_employer_anywhere_and_a_part_only_at_home(cases_app, known):
    clerk = Desk(cases_app, "clerk_b").client
    found = clerk.get("/desk/employers", query_string={"q": known.asked["uscc"]}).json
    assert [set(employer) for employer in found] == [{"id", "name", "uscc", "unit_no"}]
    assert found[0]["uscc"] == known.asked["uscc"]
    for part in (known.asked["uscc"][:17], found[0]["name"], found[0]["unit_no"]):
        assert clerk.get("/desk/employers", query_string={"q": part}).json == []


def test_a_whole_citizen_id_finds_a_person_anywhere_and_shows_name_and_masked_id_only(cases_app, known):
    clerk = Desk(cases_app, "clerk_b").client
    found = clerk.post("/desk/person", data={"citizen_id": known.asked["citizen_id"]}).json
    assert set(found) == {"name", "masked_id"}
    assert re.fullmatch(r"\d{4}\*{10}[\dX]{4}", found["masked_id"])
    for part in (known.asked["citizen_id"][:17], found["name"], ""):
        assert clerk.post("/desk/person", data={"citizen_id": part}).json == {}


CLASS = {
    "project_id": "1",
    "opens_on": str(after(1, CASES_DAY)),
    "closes_on": str(after(20, CASES_DAY)),
    "stop_from": str(after(1, CASES_DAY)),
    "stop_to": str(after(20, CASES_DAY)),
    "hours": "20",
    "platform": "某平台",
    "teacher": "某教师",
    "contact": "某人",
}


def test_a_class_of_an_employer_out_of_sight_opens_no_list_of_its_people(cases_app, known):
    """The whole USCC finds the employer; its people are found by their whole ids, one by one."""
    found = {}
    for name in ("clerk", "clerk_b"):
        clerk = Desk(cases_app, name)
        address = clerk.post("/training/classes/add", {"employer": known.asked["uscc"], **CLASS})
        number = re.search(r"/show/(\d+)", address)[1]
        offer = f"/training/classes/offer/{number}"
        found[name] = [
            clerk.client.post(offer, data={"q": known.asked[key]}).json
            for key in ("part", "last4", "citizen_id")
        ]
        before = digest(cases_app)
        for person in known.ids["persons"]:
            clerk.post(f"/training/classes/students/{number}", {"person_id": str(person)}, expect=422)
        assert digest(cases_app) == before
        sealed = found[name][2][0]["id"]
        another = f"/training/classes/students/{known.ids['training_classes'][0]}"
        clerk.post(another, {"person_id": sealed}, expect=422 if name == "clerk" else 404)
        clerk.post(f"/training/classes/students/{number}", {"person_id": sealed})
    assert all(found["clerk"])
    assert found["clerk_b"][:2] == [[], []]
    assert len(found["clerk_b"][2]) == 1


def test_an_application_is_reached_through_its_own_programme_only(cases_app, known, demo_files):
    """Else the other programme's sheet and rules would fill it."""
    clerk, reviewer = Desk(cases_app, "clerk").client, Desk(cases_app, "reviewer").client
    before, holes = digest(cases_app), {}
    for method, rule, endpoint in addresses(cases_app):
        if not rule.startswith("/service/") or "<" not in rule:
            continue
        for address in filled(cases_app, known.of("hiring_subsidy"), method, rule, endpoint):
            sheet = (demo_files / "7-service.xlsx").read_bytes()
            for client in (clerk, reviewer):
                data = form(known, sheet) if method == "POST" else None
                status = client.open(address, method=method, data=data).status_code
                if status not in (403, 404):
                    holes[method, address] = status
    assert holes == {}
    assert digest(cases_app) == before


@pytest.mark.parametrize("base", ["/hiring", "/service"])
def test_no_application_begins_with_an_employer_out_of_sight(cases_app, known, base):
    """The hidden field of the picker is no third opening."""
    clerk = Desk(cases_app, "clerk_b").client
    before = digest(cases_app)
    answer = clerk.post(f"{base}/applications/add", data=form(known))
    assert answer.status_code == 422
    assert not found_in(answer, known.secrets)
    assert digest(cases_app) == before


def test_an_administrator_gives_nobody_an_office_out_of_sight(cases_app, known):
    admin = Desk(cases_app, ADMIN_B).client
    before = digest(cases_app)
    assert admin.post("/settings/users/add", data=form(known)).status_code == 422
    assert digest(cases_app) == before
