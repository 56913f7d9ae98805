"""The API for other systems: keys and what they reach, registers in bulk, cases to read."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.engine.access.api_keys import CASE_READ, REGISTER_LOAD, ApiKey
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.scope import Scope, seeing
from app.engine.sessions.attempts import Attempt
from app.extensions import PLANNED_EACH_TIME, db
from app.registers.definitions import library
from app.registers.definitions.models import RegisterFact
from app.registers.models import Contribution, Employer, Person, RegisterLoad
from app.registers.organisation import Office
from tests.desk.api import Caller, citizen, make_key, person
from tests.desk.clerks import JINJIANG, QINGYANG, Desk
from tests.desk.days import after, month
from tests.desk.heard import heard
from tests.security.cases import ALL_A, CASES_DAY, digest

MONTH = month(1)


CHENGDU = "510100"


@pytest.fixture
def caller(api_app):
    return Caller(api_app, make_key(api_app))


def everything(app, statement):
    with app.app_context(), seeing(db.session, Scope.everything()):
        return list(db.session.scalars(statement))


def test_rows_are_stored_once_and_each_bad_one_is_told(api_app, caller):
    rows = [person(1, phone="13800000001"), person(2), {**person(3), "citizen_id": "51010419800101003X"}]
    first, second = caller.load("persons", rows), caller.load("persons", rows)
    assert (first["read"], first["stored"], first["unchanged"]) == (3, 2, 0)
    assert [(r["row"], r["column"]) for r in first["refused"]] == [(3, "citizen_id")]
    assert "510104" not in first["refused"][0]["reason"]
    assert (second["stored"], second["unchanged"]) == (0, 2)
    day = CASES_DAY.isoformat()
    assert first["coverage"] == [{"region": JINJIANG, "first": day, "last": day}]
    loads = everything(api_app, select(RegisterLoad).order_by(RegisterLoad.id.desc()).limit(2))
    assert [load.rows_refused for load in loads] == [1, 1]
    entries = everything(api_app, select(AuditEntry).where(AuditEntry.event == "register_load"))
    mine = [e for e in entries if e.actor_name.startswith("API · 测试系统")]
    assert [e.after["stored"] for e in mine] == [2, 0]
    assert all(e.office_id is not None for e in mine)


def test_a_key_writes_its_own_regions_only(api_app, caller):
    """By the row's own region, by the region that the register knows, and by the coverage that is declared."""
    there = Caller(api_app, make_key(api_app, QINGYANG))
    there.load("persons", [person(11, QINGYANG)])
    before = digest(api_app)["persons"]
    answer = caller.load("persons", [person(11), person(12, QINGYANG), person(13, "999999")])
    assert [r["column"] for r in answer["refused"]] == ["citizen_id", "region_code", "region_code"]
    assert answer["stored"] == 0 and answer["coverage"] == []
    assert digest(api_app)["persons"] == before
    spell = {"registered_on": str(after(4, month(10)))}
    answer = caller.load("unemployment", [{"citizen_id": citizen(n), **spell} for n in (11, 14)])
    assert [r["row"] for r in answer["refused"]] == [1, 2]
    caller.load("persons", [person(14)])
    assert caller.load("unemployment", [{"citizen_id": citizen(14), **spell}])["stored"] == 1
    refused = caller.load("persons", [person(14)], 409, regions=f"{JINJIANG},{QINGYANG}")
    assert "管辖范围" in refused["message"]


def test_an_employer_elsewhere_keeps_its_facts(api_app, caller):
    with api_app.app_context(), seeing(db.session, Scope.everything()):
        held = db.session.scalar(select(Employer).where(Employer.region_code != JINJIANG).limit(1))
        own = db.session.scalar(select(Employer).where(Employer.region_code == JINJIANG).limit(1))
        codes = held.uscc, own.uscc
    row = {"name": "改名公司", "kind": "enterprise", "scale": "small", "region_code": JINJIANG}
    answer = caller.load("employers", [{"uscc": code, **row} for code in codes])
    assert [(r["row"], r["column"]) for r in answer["refused"]] == [(1, "uscc")]
    months = [
        {
            "citizen_id": citizen(21),
            "uscc": codes[0],
            "month": f"{MONTH:%Y-%m}",
            "insured_region": region,
            "paid": True,
        }
        for region in (JINJIANG, QINGYANG)
    ]
    answer = caller.load("contributions", months)
    assert [(r["row"], r["column"]) for r in answer["refused"]] == [(2, "insured_region")]
    assert answer["coverage"] == [{"region": JINJIANG, "first": str(MONTH), "last": str(after(-1, month(0)))}]
    found = everything(api_app, select(Contribution).order_by(Contribution.id.desc()).limit(1))
    assert found[0].month == MONTH and found[0].paid is True


def test_a_defined_register_is_loaded_as_the_others(api_app, caller):
    assert caller.load("persons", [person(41), person(42, QINGYANG)])["stored"] == 1
    row = {"citizen_id": citizen(41), "recognised_on": "2026-01-05", "category": "disabled"}
    away, future = {**row, "citizen_id": citizen(42)}, {**row, "recognised_on": "2031-01-01"}
    first = caller.load("hardship", [row, away, future, {**row, "category": "tall"}])
    assert (first["stored"], first["coverage"][0]["region"]) == (1, JINJIANG)
    refused = {(one["row"], one["column"]) for one in first["refused"]}
    assert refused == {(2, "citizen_id"), (3, "recognised_on"), (4, "category")}
    assert caller.load("hardship", [row])["unchanged"] == 1
    wanted = select(RegisterFact).where(RegisterFact.register == "hardship")
    newest = everything(api_app, wanted.order_by(RegisterFact.id.desc()).limit(1))
    assert newest[0].facts == {"category": "disabled", "recognised_on": "2026-01-05"}
    caller.load("hardship", [{**row, "height": "2"}], expect=422)


def test_the_prefecture_moves_a_person_between_its_counties(api_app):
    chengdu = Caller(api_app, make_key(api_app, CHENGDU))
    assert chengdu.load("persons", [person(31)])["stored"] == 1
    assert chengdu.load("persons", [person(31, QINGYANG)])["stored"] == 1


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("persons", b"", 422),
        ("persons", b"\xff", 422),
        ("persons", b"[" * 200_000, 422),
        ("persons", b"{}", 422),
        ("persons", b"[]", 422),
        ("persons", b"[1]", 422),
        ("persons", b'[{"citizen_id": 5}]', 422),
        ("persons", json.dumps([person(1)] * 5001).encode(), 422),
        ("persons", json.dumps([person(1, name="\ud800")]).encode(), 422),
        ("persons", json.dumps([person(1, extra="x")]).encode(), 422),
        ("persons", json.dumps([person(1, name="长" * 401)]).encode(), 422),
        ("persons", b" " * (3 * 1024 * 1024), 413),
        ("nothing", b"[]", 404),
    ],
)
def test_what_is_not_as_the_document_says_is_refused_whole(api_app, caller, kind, body, status):
    before = digest(api_app)
    answer = caller.client.post(
        f"/api/v1/registers/{kind}", data=body, headers=caller.headers, content_type="application/json"
    )
    assert answer.status_code == status
    assert set(answer.json) == {"message", "id"}
    assert {k: v for k, v in digest(api_app).items() if k != "api_keys"} == {
        k: v for k, v in before.items() if k != "api_keys"
    }


def test_five_thousand_rows_go_in_at_once(caller):
    rows = [
        {"citizen_id": citizen(n % 999, 1970), "name": "王" * 20, "region_code": JINJIANG}
        for n in range(5000)
    ]
    assert caller.load("persons", rows)["stored"] == 999


def test_cases_are_those_of_the_office_and_below(api_app, known):
    own, there = Caller(api_app, make_key(api_app)), Caller(api_app, make_key(api_app, QINGYANG))
    above = Caller(api_app, make_key(api_app, CHENGDU))
    held = everything(api_app, select(Claim.id).order_by(Claim.id))
    assert [c["id"] for c in _all(own)] == [c["id"] for c in _all(above)] == held
    assert _all(there) == []
    for number in held[:3]:
        assert there.get(f"cases/{number}", 404)["message"]
    one = own.get(f"cases/{held[0]}")
    assert re.fullmatch(r"\d{4}\*{10}[\dX]{4}", one["masked_id"])
    assert re.fullmatch(r"\d+\.\d\d", one["amount"])
    said = json.dumps(_all(own), ensure_ascii=False)
    assert "6217003810012345678" not in said and not re.search(
        r"\d{17}[\dX]", re.sub(r'"uscc": "\w+"', "", said)
    )


def _all(caller: Caller, **query) -> list[dict]:
    """Every case, page by page."""
    found, after = [], 0
    while after is not None:
        page = caller.get("cases", after=after, limit=7, **query)
        found, after = [*found, *page["result"]], page["next"]
    return found


def test_filters_choose_cases(api_app, caller):
    cases = _all(caller)
    for name in ("programme", "state", "office", "uscc"):
        wanted = cases[-1][name]
        assert _all(caller, **{name: wanted}) == [case for case in cases if case[name] == wanted]
    days = sorted(case["submitted_on"] for case in cases if case["submitted_on"])
    chosen = _all(caller, submitted_from=days[0], submitted_to=days[0])
    assert chosen == [case for case in cases if case["submitted_on"] == days[0]]
    for bad in ({"state": "x"}, {"limit": "201"}, {"limit": "1_0"}, {"after": "-1"}, {"nothing": "1"}):
        assert next(iter(bad)) in caller.get("cases", 422, **bad)["message"]
    assert caller.client.get("/api/v1/cases?limit=1&limit=2", headers=caller.headers).status_code == 422


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer x", "Bearer key_x", "Basic Y2xlcms6eA==", "key_x"]
)
def test_without_a_key_nothing_opens_whatever_the_cookie(api_app, header):
    """So that no page of another site can make a browser act here, and the exemption from tokens is sound."""
    client = Desk(api_app, ALL_A).client
    headers = {"Authorization": header} if header else {}
    before = digest(api_app)
    answers = [
        client.get("/api/v1/cases", headers=headers),
        client.get("/api/v1/openapi", headers=headers),
        client.get("/api/v1/nothing", headers=headers),
        client.post("/api/v1/registers/persons", json=[person(1)], headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert all(answer.headers["WWW-Authenticate"] == "Bearer" for answer in answers)
    assert digest(api_app) == before


def test_no_cookie_is_set_and_a_key_opens_no_screen(api_app, caller):
    answer = caller.client.get("/api/v1/cases", headers=caller.headers)
    assert "Set-Cookie" not in answer.headers
    assert caller.client.get("/hiring/query/list/", headers=caller.headers).location.startswith("/login/")


def test_a_page_of_cases_is_planned_for_whom_it_is_asked(api_app, caller):
    """As a list is, and for the same reason."""
    with api_app.app_context(), heard(db.engine) as seen:
        caller.get("cases")
    (page,) = (statement for statement in seen if "FROM claims" in statement and "LIMIT" in statement)
    assert page.options.items() >= PLANNED_EACH_TIME.items()


def test_an_ability_is_needed(api_app):
    reader = Caller(api_app, make_key(api_app, abilities=[CASE_READ]))
    loader = Caller(api_app, make_key(api_app, abilities=[REGISTER_LOAD]))
    reader.get("cases")
    reader.load("persons", [person(1)], 403)
    loader.get("cases", 403)
    loader.load("persons", [person(1)])


def test_a_key_ends_with_its_day_and_when_it_is_revoked(api_app, caller, monkeypatch):
    caller.get("cases")
    admin = Desk(api_app, "county_admin")
    number = re.search(r"/settings/keys/revoke/(\d+)", admin.get("/settings/keys/list/"))[1]
    monkeypatch.setitem(api_app.config, "TODAY", CASES_DAY + timedelta(days=30))
    caller.get("cases")
    monkeypatch.setitem(api_app.config, "TODAY", CASES_DAY + timedelta(days=31))
    caller.get("cases", 401)
    monkeypatch.setitem(api_app.config, "TODAY", CASES_DAY)
    caller.get("cases")
    Desk(api_app, "admin_b").post(f"/settings/keys/revoke/{number}", expect=404)
    caller.get("cases")
    admin.post(f"/settings/keys/revoke/{number}")
    caller.get("cases", 401)
    admin.post(f"/settings/keys/revoke/{number}", expect=409)
    events = everything(api_app, select(AuditEntry.event).where(AuditEntry.subject.contains("测试系统")))
    assert {"key_made", "key_revoked"} <= set(events)


def test_an_administrator_makes_a_key_for_the_own_subtree_and_sees_it_once(api_app):
    admin = Desk(api_app, "county_admin")
    with api_app.app_context():
        ids = {o.code: o.id for o in db.session.scalars(select(Office))}
    form = {
        "name": "数据交换平台",
        "office": ids[JINJIANG],
        "abilities": ["case_read"],
        "ends_on": str(after(31, CASES_DAY)),
    }
    page = admin.post("/settings/keys/add", form, expect=200)
    text = re.search(r"key_[\w-]{43}", page)[0]
    Caller(api_app, text).get("cases")
    assert text not in admin.get("/settings/keys/list/")
    held = everything(api_app, select(ApiKey).where(ApiKey.name == form["name"]))
    assert [(key.name, key.abilities) for key in held] == [("数据交换平台", ["case_read"])]
    assert text not in str([vars(key) for key in held])
    made = AuditEntry.event == "key_made", AuditEntry.subject == str(held[0])
    entries = everything(api_app, select(AuditEntry).where(*made))
    assert [entry.actor_name for entry in entries] == [held[0].made_by]
    assert text not in str([vars(entry) for entry in entries])
    count = len(everything(api_app, select(ApiKey)))
    for wrong in (
        {"office": ids[QINGYANG]},
        {"office": ids[CHENGDU]},
        {"abilities": []},
        {"abilities": ["admin"]},
        {"ends_on": str(after(-1, CASES_DAY))},
        {"ends_on": str(after(397, CASES_DAY))},
        {"name": ""},
    ):
        admin.post("/settings/keys/add", form | wrong, expect=422)
    assert len(everything(api_app, select(ApiKey))) == count


def test_calls_are_counted_by_key_and_the_answer_says_when_to_come_back(api_app, monkeypatch):
    with api_app.app_context():
        db.session.execute(delete(Attempt))
        db.session.commit()
    monkeypatch.setitem(api_app.config, "API_PER_MINUTE", 3)
    one, other = (Caller(api_app, make_key(api_app)) for _ in range(2))
    for _ in range(3):
        one.get("cases")
    answer = one.client.get("/api/v1/cases", headers=one.headers)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    other.get("cases")
    stranger = Caller(api_app, None)
    for _ in range(3):
        stranger.get("cases", 401)
    stranger.get("cases", 429)


def test_errors_speak_the_callers_language_and_their_id_stands_in_the_log(api_app, caplog):
    key = make_key(api_app)
    chinese, english = Caller(api_app, key), Caller(api_app, key, "en-GB,en;q=0.9")
    told = chinese.get("cases/0", 404), english.get("cases/0", 404)
    assert re.search("[一-鿿]", told[0]["message"])
    assert not re.search("[一-鿿]", told[1]["message"])
    assert all(answer["id"] in caplog.text for answer in told)


def test_an_id_in_an_address_does_not_reach_the_log(api_app, caplog):
    answer = Caller(api_app, make_key(api_app)).get("cases/510104199003071234", 404)
    assert answer["id"] in caplog.text and "/api/v1/cases/" in caplog.text
    assert "510104199003071234" not in caplog.text and "**************1234" in caplog.text


def test_what_breaks_shows_no_sql_and_no_values(api_app, caller, monkeypatch, caplog):
    """The database's own words name the row that broke a rule; neither the answer nor the log repeats them."""

    def broken(*_: object, **__: object):
        db.session.add(
            Person(id_hash=b"x" * 32, id_cipher=b"", head4="5101", last4="王小明长", name="欧阳某某")
        )
        db.session.add(
            Employer(uscc="X", name="某某公司", kind="nothing", scale="small", region_code=JINJIANG)
        )
        db.session.flush()

    monkeypatch.setattr("app.web.api.registers.load_and_record", broken)
    answer = caller.load("persons", [person(1)], 500)
    assert set(answer) == {"message", "id"}
    assert answer["id"] in caplog.text
    assert "IntegrityError" in caplog.text and "employer_kind" in caplog.text
    for secret in ("欧阳某某", "某某公司", "王小明长"):
        assert secret not in caplog.text + str(answer)
    assert "INSERT" not in str(answer)


def test_the_document_is_for_keys_and_administrators(api_app, caller):
    document = caller.get("openapi")
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == {
        "/api/v1/cases",
        "/api/v1/cases/{pk}",
        *(
            f"/api/v1/registers/{kind}"
            for kind in ("persons", "employers", "contributions", "unemployment", "transfers")
        ),
        *(f"/api/v1/registers/{one.code}" for one in library.shipped()),
    }
    assert json.loads(Desk(api_app, "county_admin").get("/settings/keys/openapi")) == document
