"""An auditor's dossier tells what was known on a day: an earlier one differs from today's, and opening it is audited."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import create_engine, func, select, text

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.oversight.dossier import claims_then, value_then
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.dates import SHANGHAI
from app.programmes.installed import programme_of
from app.programmes.training.model import Enrolment
from app.registers.ciphers import text_of
from app.registers.models import Person
from tests.desk.clerks import Desk
from tests.desk.days import TODAY, after
from tests.security.cases import ALL_B, CASES_DAY


def kept(claim):
    programme = programme_of(claim.programme)
    return {name: programme.value(claim, name) for name in programme.kept}


@pytest.fixture
def opened(cases_app):
    """The cases' database, with the IT officer's scope."""
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        yield db.session
        db.session.rollback()


def test_whoever_has_a_case_or_a_place_has_a_dossier_classes_older_than_the_log_too(cases_app, opened, known):
    people = set(opened.scalars(select(Claim.person_id))) | set(opened.scalars(select(Enrolment.person_id)))
    opened.rollback()
    auditor = Desk(cases_app, "auditor").client
    answers = {person: auditor.get(f"/dossiers/{person}").status_code for person in people}
    assert set(answers.values()) == {200}, answers


def test_every_state_of_a_claim_is_told_as_it_was_then(opened, known):
    """At each entry of its log a claim stands where that entry left it; amounts and lists come with it."""
    paid = known.claims["disbursed"][0]
    claim = opened.get(Claim, paid)
    entries = opened.scalars(
        select(AuditEntry).where(AuditEntry.claim_id == paid).order_by(AuditEntry.id)
    ).all()
    assert [e.event for e in entries] == ["submit", "approve", "publicize", "pass_publicity", "disburse"]
    seen = []
    for entry in entries:
        (then,) = claims_then(opened, claim.person_id, entry.at, kept)
        before = claims_then(opened, claim.person_id, entry.at - timedelta(microseconds=1), kept)
        assert before[0].state == entry.before["state"] and then.state == entry.after["state"]
        assert entry in then.entries and entry not in before[0].entries
        seen.append((then.notice is not None, then.paid_on, then.policy is not None, len(then.checks)))
    assert seen == [
        (False, None, True, 2),
        (False, None, True, 3),
        (True, None, True, 3),
        (True, None, True, 4),
        (True, str(CASES_DAY), True, 5),
    ]
    assert then.account.last4 == "5678" and then.policy == claim.policy
    first = claims_then(opened, claim.person_id, entries[0].at - timedelta(microseconds=1), kept)[0]
    assert first.policy is None and first.account.last4 == "5678" and first.paid_on is None
    assert claims_then(opened, claim.person_id, datetime(2020, 1, 1, tzinfo=SHANGHAI), kept) == []


def hired(session, ids) -> list[Claim]:
    """Those that came by the desk's own ways."""
    return list(session.scalars(select(Claim).where(Claim.id.in_(ids), Claim.programme == "hiring_subsidy")))


def test_an_objection_and_a_list_are_told_as_they_were(opened, known):
    objected, listed = known.claims["publicizing"], known.claims["publicized"]
    for state, what in ((objected, "objections"), (listed, "payment_list")):
        found = []
        for claim in hired(opened, state):
            last = opened.scalar(select(func.max(AuditEntry.at)).where(AuditEntry.claim_id == claim.id))
            now = next(c for c in claims_then(opened, claim.person_id, last, kept) if c.claim.id == claim.id)
            just_before = claims_then(opened, claim.person_id, last - timedelta(microseconds=1), kept)
            then = next(c for c in just_before if c.claim.id == claim.id)
            found.append((bool(getattr(now, what)), bool(getattr(then, what))))
        assert (True, False) in found, what


def test_a_value_is_what_the_last_change_left_or_the_next_one_found():
    def entry(day, before, after):
        return AuditEntry(at=datetime(2026, 1, day, tzinfo=SHANGHAI), before=before, after=after)

    log = [entry(2, {"a": "1"}, {"a": "2"}), entry(4, None, {"b": "x"}), entry(6, {"a": "2"}, {"a": "3"})]
    told = [value_then(log, "a", datetime(2026, 1, day, tzinfo=SHANGHAI), "3") for day in (1, 3, 5, 7)]
    assert told == ["1", "2", "2", "3"]
    assert value_then(log, "c", datetime(2026, 1, 3, tzinfo=SHANGHAI), "now") == "now"


@pytest.fixture
def paid(cases_app, known, cluster):
    """(citizen id, masked id) of somebody who was paid: submitted on the 24th, all else done on the 29th."""
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        person = db.session.get(Claim, known.claims["disbursed"][0]).person
        found = text_of(cases_app.extensions["vault"], person, Person.id_cipher), person.masked_id
    engine = create_engine(cluster.urls.owner)
    with engine.begin() as connection:
        for statement in DATED:
            connection.execute(text(statement))
    engine.dispose()
    return found


DATED = (
    "ALTER TABLE audit_entries DISABLE TRIGGER USER",
    f"""UPDATE audit_entries SET at = CASE WHEN event IN ('apply', 'import', 'edit', 'submit')
       THEN timestamptz '{after(1)} 10:00+08' ELSE timestamptz '{after(-1, CASES_DAY)} 10:00+08' END""",
    "ALTER TABLE audit_entries ENABLE TRIGGER USER",
    f"""UPDATE checks SET ran_at = CASE WHEN phase IN ('check', 'submit')
       THEN timestamptz '{after(1)} 10:00+08' ELSE timestamptz '{after(-1, CASES_DAY)} 10:00+08' END""",
)


def test_the_paper_of_an_earlier_day_differs_and_each_opening_is_audited(cases_app, paid):
    whole, masked = paid
    auditor = Desk(cases_app, "auditor")
    address = auditor.post("/dossiers/", {"citizen_id": whole, "day": str(CASES_DAY)}, expect=303)
    today, then, before = (
        auditor.get(re.sub(r"\?day=.*", f"/paper?day={day}", address))
        for day in (str(CASES_DAY), str(after(1)), str(TODAY))
    )
    assert "已发放" in today and "PZ-锦江-0001" in today and "HS-01" in today
    assert "待审核" in then and "HS-01" in then and "PZ-锦江-0001" not in then and "审核时" not in then
    assert "截至该日没有补贴记录" in before and "HS-01" not in before
    for page in (today, then, before, address):
        assert whole not in page
    assert all(masked in page for page in (today, then, before))
    openings = auditor.get("/settings/audit/list/?event=dossier")
    assert openings[openings.index("<tbody") :].count("查阅人员档案") == 3
    found = auditor.post("/desk/search", {"view": "AuditView", "concerns": whole}, expect=303)
    assert whole not in found
    rows = auditor.get(found)
    rows = rows[rows.index("<tbody") : rows.index("</tbody")]
    assert "查阅人员档案" in rows and "提交" in rows and "登录" not in rows


def test_the_page_of_an_earlier_day_tells_no_more_than_was_known(cases_app, paid):
    """The picture and the story go by the day too, and an opening is audited like the paper's."""
    whole, masked = paid
    auditor = Desk(cases_app, "auditor")
    address = auditor.post("/dossiers/", {"citizen_id": whole, "day": str(CASES_DAY)}, expect=303)
    today, then, before = (
        auditor.get(re.sub("day=.*", f"day={day}", address))
        for day in (str(CASES_DAY), str(after(1)), str(TODAY))
    )
    assert (
        "已发放" in today
        and "PZ-锦江-0001" in today
        and "HS-01" in today
        and 'class="track-bar paid"' in today
    )
    assert "，提交</b>" in then and "，发放</b>" not in then and "PZ-锦江-0001" not in then
    assert "截至该日没有补贴记录" in before and "HS-01" not in before
    assert all(masked in page and whole not in page for page in (today, then, before))
    openings = auditor.get("/settings/audit/list/?event=dossier")
    assert openings[openings.index("<tbody") :].count("查阅人员档案") == 3


def test_a_case_leads_to_the_dossier(cases_app, known):
    claim = known.claims["disbursed"][0]
    page = Desk(cases_app, "auditor").get(f"/hiring/query/show/{claim}")
    assert re.search(r'href="/dossiers/\d+"', page)
    assert "/dossiers/" not in Desk(cases_app, "clerk").get(f"/hiring/query/show/{claim}")


def test_a_stranger_and_another_day_are_told_so(cases_app, known):
    auditor = Desk(cases_app, "auditor")
    for typed, day, said in (
        ("510104199001010019", str(CASES_DAY), "没有此人"),
        (known.asked["citizen_id"], str(after(1, CASES_DAY)), "晚于今天"),
        ("", str(CASES_DAY), "请填写公民身份号码"),
    ):
        page = auditor.post("/dossiers/", {"citizen_id": typed, "day": day}, expect=422)
        assert said in page


def test_another_countys_auditor_learns_nothing_of_a_person(cases_app, known):
    """Who is not insured, registered or claimed for there is nobody there."""
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        person_id = db.session.get(Claim, known.claims["disbursed"][0]).person_id
    stranger = Desk(cases_app, ALL_B)
    assert "没有此人" in stranger.get(f"/dossiers/{person_id}", expect=404)


def test_the_log_is_searched_by_person_case_user_event_and_period(cases_app, known):
    auditor = Desk(cases_app, "auditor")
    number = None
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        claim = db.session.get(Claim, known.claims["disbursed"][0])
        person, number, notice = claim.person.name, claim.application.number, claim.notice.number
        claim_address = f"/hiring/query/show/{claim.id}"
        application_address = f"/hiring/applications/show/{claim.application_id}"
    today = f"{date.today():%Y-%m-%d}"
    for query, found, lacking in (
        (f"concerns={person}&event=disburse", "发放", "登录"),
        (f"case={number}&event=submit", "提交", "公示"),
        (f"case={notice}", "公示", "登录"),
        (f"actor_name=陈小敏&at_from={today}&event=login", "登录", "审核通过"),
    ):
        page = auditor.get(f"/settings/audit/list/?{query}")
        rows = page[page.index("<tbody") : page.index("</tbody")]
        assert found in rows and lacking not in rows, query
    page = auditor.get(f"/settings/audit/list/?concerns={person}&event=disburse")
    rows = page[page.index("<tbody") : page.index("</tbody")]
    assert person in rows and number in rows, "whose case an entry is of"
    entry = auditor.get(re.search(r'href="(/settings/audit/show/\d+)"', rows)[1])
    assert person in entry and number in entry
    for address in (claim_address, application_address):
        assert f'href="{address}"' in entry
        assert "<h1>" in auditor.get(address)
    assert 'name="rowid"' not in auditor.get("/settings/audit/list/?case=XX-0000")


def test_the_export_of_the_log_holds_before_and_after_and_is_in_the_log(cases_app, known):
    auditor = Desk(cases_app, "auditor")
    asked = {"view": "AuditView", "query": "event=approve"}
    answer = auditor.client.post("/desk/exports/start", data=asked)
    book = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    header = [cell.value for cell in book[2]]
    assert {"编号", "之前", "之后", "人员记录"} <= set(header)
    first = next(book.iter_rows(3, values_only=True))
    assert "状态：待公示" in first[header.index("之后")]
    exports = auditor.get("/settings/audit/list/?event=export")
    assert "审计日志" in exports[exports.index("<tbody") :]
