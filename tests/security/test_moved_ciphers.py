"""Who can write to the database but has no key puts one person's ciphertext in another's place: it is found, and nobody's data is shown there."""

from __future__ import annotations

import io
import re
import time
from base64 import b64encode

import pyotp
import pytest
from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.orm import Session

from app.engine.cases.claims import Attachment, Claim, FailedRow
from app.engine.keys.rotation import sealed_columns
from app.engine.longwork.works import LongWork
from app.engine.scope import Scope
from app.engine.sessions import second_factor
from app.extensions import db
from app.kernel.errors import Unreadable
from app.registers.ciphers import place, text_of
from app.registers.models import Person
from app.web.longwork import works as web_works
from tests.desk.clerks import HiringDesk
from tests.desk.days import month
from tests.desk.jobs import run_jobs
from tests.security import training_cases
from tests.security.cases import CASES_DAY, PDF

MOVED, CANT, ALTERED = "可能被改动或调换过", "无法解开", "可能被改动"
SWAP = """
    UPDATE {table} SET {column} = other.{column} FROM {table} other
    WHERE {table}.{key} IN (:one, :two) AND other.{key} IN (:one, :two) AND other.{key} <> {table}.{key}
"""
PHONES = ("13900001111", "13700002222")


@pytest.fixture
def behind(cluster):
    """Statements of somebody who may write whatever there is."""

    def run(statement: str, **values: object) -> None:
        with create_engine(cluster.urls.owner, poolclass=NullPool).begin() as connection:
            assert connection.execute(text(statement), values).rowcount > 0, statement

    return run


@pytest.fixture
def swapped(behind):
    def run(column: str, one: object, two: object, key: str = "id") -> None:
        table, name = column.split(".")
        behind(SWAP.format(table=table, column=name, key=key), one=one, two=two)

    return run


@pytest.fixture
def everything(cases_app, cluster):
    """No context is pushed: else all desks would be one person."""
    engine = create_engine(cluster.urls.runtime, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with Session(engine, info={"scope": Scope.everything()}) as session:
        yield session


@pytest.fixture
def desks(cases_app):
    """By name; the clerk's first, for logging in takes a while."""
    return lambda name: HiringDesk(cases_app, name)


def reveal(desk: HiringDesk, claim: int, what: str, expect: int = 200) -> str:
    return desk.post(f"/hiring/query/reveal/{claim}", {"what": what}, expect)


def test_two_persons_ids(cases_app, known, everything, swapped, desks, caplog):
    claims = known.claims["approved"][:2]
    people = [everything.get(Claim, claim).person for claim in claims]
    ids = [text_of(cases_app.extensions["vault"], person, Person.id_cipher) for person in people]
    reviewer = desks("reviewer")
    assert ids[0] in reveal(reviewer, claims[0], "citizen_id")
    swapped("persons.id_cipher", people[0].id, people[1].id)
    for claim in claims:
        page = reveal(reviewer, claim, "citizen_id", 409)
        assert MOVED in page and not [one for one in ids if one in page]
    assert "a ciphertext of persons.id_cipher does not open" in caplog.text
    assert people[0].masked_id in reviewer.get("/hiring/query/list/?size=100"), "lists need no ciphertext"


def test_two_claims_phones(known, swapped, desks):
    clerk, reviewer, drafts = desks("clerk"), desks("reviewer"), known.claims["draft"][:2]
    for draft, phone in zip(drafts, PHONES, strict=True):
        page = clerk.get(f"/hiring/query/edit/{draft}")
        version = page.partition('name="version" value="')[2].partition('"')[0]
        form = {"category": "登记失业半年以上人员", "contract_start": str(month(3)), "name": "某人"}
        clerk.post(f"/hiring/query/edit/{draft}", {**form, "phone": phone, "version": version})
    assert PHONES[0] in reveal(reviewer, drafts[0], "phone")
    swapped("claims.phone_cipher", *drafts)
    page = clerk.get(f"/hiring/query/show/{drafts[0]}")
    assert CANT in page and PHONES[1][-4:] not in page, "the rest of the page is there"
    page = reveal(reviewer, drafts[0], "phone", 409)
    assert MOVED in page and PHONES[1] not in page


def test_two_classes_phones(known, swapped, desks):
    reviewer, classes = desks("reviewer"), known.ids["training_classes"][:2]
    address = f"/training/classes/reveal/{classes[0]}"
    phone = next(phone for phone in training_cases.PHONES if phone in reviewer.post(address, expect=200))
    masked_phone = r"(?<!\*)\*{7}5"  # a masked id has stars before those
    assert re.search(masked_phone, reviewer.get(f"/training/classes/show/{classes[0]}"))
    swapped("training_classes.contact_phone_cipher", *classes)
    page = reviewer.get(f"/training/classes/show/{classes[0]}")
    assert CANT in page and not re.search(masked_phone, page), "the rest of the page is there"
    page = reviewer.post(address, expect=409)
    assert MOVED in page and not any(one in page for one in training_cases.PHONES), phone


@pytest.mark.parametrize(
    "repointed",
    [
        "UPDATE accounts SET employer_id = (SELECT max(id) FROM employers) WHERE id = :account",
        "UPDATE accounts SET employer_id = NULL, person_id = (SELECT max(id) FROM persons) WHERE id = :account",
        "UPDATE claims SET account_id = (SELECT max(id) FROM accounts WHERE id <> :account) WHERE id = :claim",
        "UPDATE accounts SET number_cipher = other.number_cipher, last4 = other.last4 FROM accounts other"
        " WHERE accounts.id = :account AND other.id = (SELECT max(id) FROM accounts WHERE id <> :account)",
    ],
)
def test_an_account_of_another_payee(known, everything, behind, desks, repointed):
    """Whether the row names another payee, or the claim another's account, or the number is another's."""
    listed = select(Claim).where(Claim.payment_list_id.is_not(None), Claim.programme == "hiring_subsidy")
    claim = everything.scalars(listed.order_by(Claim.id)).first()
    account, number = claim.account_id, claim.account.last4
    export = f"/hiring/payment_lists/export/{claim.payment_list_id}"
    reviewer, cashier = desks("reviewer"), desks("cashier")
    assert number in reveal(reviewer, claim.id, "account")
    assert cashier.client.post(export).status_code == 200
    values = {"account": account, "claim": claim.id}
    behind(repointed, **{name: value for name, value in values.items() if f":{name}" in repointed})
    assert ALTERED in reveal(reviewer, claim.id, "account", 409)
    refused = cashier.client.post(export)
    assert refused.status_code == 409 and ALTERED in refused.text, "no file for the bank"


def test_two_papers_and_one_moved_to_another_case(known, everything, behind, swapped, desks):
    clerk, applications = desks("clerk"), known.programmes["hiring_subsidy"]["applications"][:2]
    for application in applications:
        paper = {"kind": "contract", "file": (io.BytesIO(PDF + str(application).encode()), "合同.pdf")}
        clerk.post(f"/hiring/applications/attach/{application}", paper)
    papers = everything.scalars(select(Attachment.id).order_by(Attachment.id.desc()).limit(2)).all()
    address = "/hiring/applications/attachment/{}"
    assert clerk.client.get(address.format(papers[0])).data.startswith(PDF)
    swapped("attachments.content", *papers)
    for paper in papers:
        assert MOVED in clerk.get(address.format(paper), 409)
    swapped("attachments.content", *papers)
    swapped("attachments.application_id", *papers)
    for paper in papers:
        assert MOVED in clerk.get(address.format(paper), 409)


def test_one_failed_row_among_many(known, everything, behind, desks):
    """It alone can't be read; the list, its paper and its workbook still open."""
    (application, first), *others = known.failed
    assert others
    rows = everything.scalars(select(FailedRow).where(FailedRow.application_id == application)).all()
    behind(
        "UPDATE failed_rows SET cells_cipher = (SELECT cells_cipher FROM failed_rows WHERE id = :other) WHERE id = :id",
        id=first,
        other=others[0][1],
    )
    clerk = desks("clerk")
    for address in (f"/hiring/applications/show/{application}", f"/print/failed/{application}"):
        page = clerk.get(address)
        assert page.count(CANT) == 1, address
        assert page.count("**********") >= len(rows) - 1
    assert clerk.client.get(f"/hiring/applications/failed/{application}").status_code == 200
    assert MOVED in clerk.get(f"/hiring/applications/correct/{application}/{first}", 409)
    clerk.post(f"/hiring/applications/drop/{application}", {"row": str(first)})
    assert CANT not in clerk.get(f"/hiring/applications/show/{application}")


def test_two_objectors(known, everything, swapped, desks):
    clerk, reviewer = desks("clerk"), desks("reviewer")
    for claim, phone in zip(known.claims["publicizing"][1:3], PHONES, strict=True):
        said = {"raised_on": str(CASES_DAY), "raised_by": "某人", "contact": phone, "content": "不在岗"}
        clerk.post(f"/objections/add/{claim}", said)
    found = "SELECT id FROM objections WHERE contact_cipher IS NOT NULL ORDER BY id"
    one, two = everything.scalars(text(found)).all()
    assert PHONES[0] in reviewer.post(f"/objections/contact/{one}", expect=200)
    swapped("objections.contact_cipher", one, two)
    page = reviewer.post(f"/objections/contact/{one}", expect=409)
    assert MOVED in page and PHONES[1] not in page


def test_two_kept_searches_and_two_works(cases_app, known, everything, swapped, monkeypatch):
    """Each of another person: what one has searched for, and the list that one has made."""
    monkeypatch.setattr(web_works, "AT_ONCE", -1)
    searches, works = [], []
    for name in ("clerk", "reviewer"):
        desk = HiringDesk(cases_app, name)
        kept = {"view": "HiringQueryView", "person": "王某", "keep_as": "常用"}
        searches.append((desk, desk.post("/desk/search", kept, expect=303)))
        wanted = {"view": "HiringQueryView", "query": "state=draft"}
        works.append((desk, desk.post("/desk/exports/start", wanted, 303)))
    run_jobs(cases_app)
    ids = [address.partition("search=")[2] for _, address in searches]
    swapped("searches.query_cipher", *ids)
    for desk, address in searches:
        assert MOVED in desk.get(address, 409)
        assert "业务" in desk.get("/"), "the home page opens"
    ids = [address.rsplit("/", 1)[1] for _, address in works]
    assert works[0][0].client.get(f"{works[0][1]}/file").status_code == 200
    swapped("long_works.content", *ids)
    swapped("long_works.outcome_cipher", *ids)
    for desk, address in works:
        assert MOVED in desk.get(f"{address}/file", 409) and MOVED in desk.get(address, 409)


def test_a_work_that_was_asked_with_anothers_words_fails_and_says_so(
    cases_app, everything, behind, monkeypatch
):
    monkeypatch.setattr(web_works, "AT_ONCE", -1)
    clerk, reviewer = HiringDesk(cases_app, "clerk"), HiringDesk(cases_app, "reviewer")
    for desk in (reviewer, clerk):
        address = desk.post("/desk/exports/start", {"view": "HiringQueryView", "query": "state=draft"}, 303)
    work = address.rsplit("/", 1)[1]
    behind(
        "UPDATE long_works SET asked_cipher = (SELECT asked_cipher FROM long_works WHERE id <> :id"
        " AND state = 'waiting' LIMIT 1) WHERE id = :id",
        id=work,
    )
    run_jobs(cases_app)
    assert MOVED in clerk.get(address)
    assert everything.scalar(select(LongWork.state).where(LongWork.id == work)) == "failed"


def test_two_telephones(cases_app, everything, swapped):
    """With one's own telephone nobody gets in as another."""
    vault, now, secrets = cases_app.extensions["vault"], time.time(), {}
    users = everything.scalars(text("SELECT id FROM ab_user WHERE username IN ('clerk', 'cashier')")).all()
    for user in users:
        secrets[user] = second_factor.new_secret()
        code = pyotp.TOTP(secrets[user]).at(now - 90)
        assert second_factor.enrol(everything, vault, user, secrets[user], code, now - 90)
    everything.commit()
    swapped("second_factors.secret_cipher", *users, key="user_id")
    mine, others = users
    with pytest.raises(Unreadable):
        second_factor.accept(everything, vault, others, pyotp.TOTP(secrets[mine]).at(now), now)


def test_a_secret_of_another_half_login(cases_app):
    vault = cases_app.extensions["vault"]
    sealed = vault.encrypt("JBSWY3DPEHPK3PXP", b"half login\x001")
    with pytest.raises(Unreadable):
        vault.decrypt(sealed, b"half login\x002")
    assert b64encode(sealed)


def test_each_column_is_bound_to_itself(cases_app, known):
    """A row's ciphertexts can't be exchanged among themselves either."""
    places = [
        place(column, **dict.fromkeys(column.type.bound_to, 1))
        for columns in sealed_columns().values()
        for column in columns
    ]
    assert len(set(places)) == len(places) > 10
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        person = db.session.scalars(select(Person).where(Person.phone_cipher.is_not(None))).first()
        person.phone_cipher = person.id_cipher
        with pytest.raises(Unreadable):
            text_of(cases_app.extensions["vault"], person, Person.phone_cipher)
        db.session.rollback()
