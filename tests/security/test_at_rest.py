"""What clerks type, wherever they type it, leaves no citizen id, phone or account in clear in the database."""

import io

import pytest
from sqlalchemy import text

from app.engine.models import METADATA
from app.extensions import db
from tests.desk.clerks import HiringDesk
from tests.desk.days import month
from tests.security.cases import ALL_A, CASES_DAY, PDF

PHONE, ACCOUNT = "13912345678", "6228480402564890018"
TYPED = f"本人{PHONE}，卡{ACCOUNT}"


@pytest.fixture
def citizen_id(known):
    return known.asked["citizen_id"]


def kept(app) -> str:
    with app.app_context(), db.engine.connect() as connection:
        tables = [*METADATA.tables, "procrastinate_jobs"]
        rows = (connection.scalars(text(f"SELECT t::text FROM {table} t")) for table in tables)
        return "".join(line for lines in rows for line in lines)


def test_what_is_typed_freely_is_kept_without_numbers(cases_app, known, citizen_id):
    clerk, reviewer = HiringDesk(cases_app, "clerk"), HiringDesk(cases_app, "reviewer")
    said = f"{TYPED}，证{citizen_id}"
    drafts, submitted = known.claims["draft"], known.claims["submitted"]
    application = known.programmes["hiring_subsidy"]["applications"][0]
    paper = {"kind": "contract", "file": (io.BytesIO(PDF), f"{citizen_id}.pdf")}
    clerk.post(f"/hiring/applications/attach/{application}", paper)
    clerk.act("query", "withdraw", [str(drafts[0])], reason=said)
    reviewer.act("review", "return", [str(submitted[0])], opinion=said)
    objection = {"raised_on": str(CASES_DAY), "raised_by": f"某人{PHONE}", "contact": PHONE, "content": said}
    clerk.post(f"/objections/add/{known.claims['publicizing'][0]}", objection)
    cases_app.test_client().post("/login/", data={"username": citizen_id, "password": "x"})
    edit = f"/hiring/query/edit/{drafts[1]}"
    version = clerk.get(edit).partition('name="version" value="')[2].partition('"')[0]
    form = {"category": "登记失业半年以上人员", "contract_start": str(month(3)), "phone": PHONE}
    clerk.post(edit, {**form, "name": "某人", "remark": said, "version": version}, expect=302)
    dump = kept(cases_app)
    assert dump.count(f"{'*' * 7}{PHONE[-4:]}") >= 4
    for secret in (citizen_id, PHONE, ACCOUNT):
        assert secret not in dump


def test_a_search_by_whole_id_stands_in_no_address(cases_app, known, citizen_id):
    clerk = HiringDesk(cases_app, "clerk")
    address = clerk.post("/desk/search", {"view": "HiringQueryView", "person": citizen_id}, expect=303)
    assert citizen_id not in address
    found = clerk.get(address)
    assert citizen_id in found
    assert found.count('name="rowid"') == 1
    query = address.partition("?")[2]
    clerk.post("/hiring/query/action_post", {"action": "withdraw", "all": "1", "query": query})
    typed_by_hand = {"action": "withdraw", "all": "1", "query": f"person={citizen_id}"}
    clerk.post("/hiring/query/action_post", typed_by_hand)
    assert citizen_id not in kept(cases_app)


def test_a_whole_id_in_an_address_is_led_to_the_sealed_one(cases_app, citizen_id):
    answer = HiringDesk(cases_app, "clerk").client.get(f"/hiring/query/list/?person={citizen_id}&size=50")
    assert answer.status_code == 302
    assert citizen_id not in answer.location
    assert "size=50" in answer.location


def test_a_sealed_search_says_nothing_to_anybody_else(cases_app, known, citizen_id):
    address = HiringDesk(cases_app, "clerk").post(
        "/desk/search", {"view": "HiringQueryView", "person": citizen_id}, expect=303
    )
    for stranger in (ALL_A, "clerk_b"):
        page = HiringDesk(cases_app, stranger).get(address)
        assert citizen_id not in page
        assert 'name="rowid"' not in page
    altered = address[:-4] + "AAAA"
    assert citizen_id not in HiringDesk(cases_app, "clerk").get(altered)


def test_a_search_leads_only_to_lists(cases_app):
    clerk = HiringDesk(cases_app, "clerk")
    clerk.post("/desk/search", {"view": "BatchView"}, expect=404)
    clerk.post("/desk/search", {}, expect=404)
