"""An office below the county, and one that takes in what another decides: who sees a case, and who works on it when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import current_app
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.engine.access.accounts import make_user
from app.engine.access.api_keys import make
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases import desks
from app.engine.cases.claims import Application, Attachment, Claim, FailedRow, Notice
from app.engine.casework.batch import Batch
from app.engine.intake import applications
from app.engine.intake.application_accounts import save_account
from app.engine.scope import Scope, scoped_models, seeing
from app.engine.workflow import hooks
from app.engine.workflow.flow import Flow
from app.kernel.errors import NotFound, Refused
from app.registers.models import Person
from app.registers.organisation import Office
from tests.desk import province
from tests.desk.province import END, JINJIANG, QINGYANG, START, act
from tests.desk.subsidies import HIRING as PROGRAMME

BELOW = replace(PROGRAMME, flow=Flow(intake_below=True))
OF_THE_REGION = replace(PROGRAMME, flow=Flow(intake_below=True, competent=desks.INSURED_REGION))
NOT_OWN = hooks.OWN_OFFICE.sentence


@pytest.fixture
def school(session, actors) -> Actor:
    """The clerk of a school below 锦江区."""
    office(session, f"{JINJIANG}001", "school")
    return province.make_actor(session, "school", f"{JINJIANG}001", ("clerk",))


def office(session, code: str, kind: str) -> Office:
    county = session.scalars(select(Office).where(Office.code == JINJIANG)).one()
    facts = {"region_code": JINJIANG, "parent_id": county.id, "path": f"{county.path}{code}/"}
    below = Office(code=code, name=f"机构{code}", kind=kind, **facts)
    session.add(below)
    session.flush()
    return below


def take_in(session, clerk, programme, employer: int, region: str = JINJIANG) -> Application:
    with seeing(session, clerk.scope):
        opened = applications.open_application(session, clerk, programme, employer, region, province.TODAY)
    opened.account = province.make_account(session)
    session.flush()
    return opened


def seen(session, actor: Actor, model) -> int:
    with seeing(session, actor.scope):
        return len(session.scalars(select(model)).unique().all())


def test_a_school_takes_in_what_its_county_decides(session, actors, employers, school):
    people = province.make_people(session, 3)
    application = take_in(session, school, BELOW, employers[JINJIANG])
    assert application.number.startswith(f"XN-{JINJIANG}-")
    assert (application.office.code, application.received_by.code) == (JINJIANG, f"{JINJIANG}001")
    claims = province.draft(session, application, people)
    session.commit()
    assert act(session, actors["clerk"], "submit", claims) == dict.fromkeys(claims, NOT_OWN)
    assert act(session, school, "submit", claims) == dict.fromkeys(claims)
    handed_on = f"本件已移交{application.office.name}，本机构只能查看。需要撤回或更正的，请联系该机构。"
    assert act(session, school, "withdraw", claims[:1], reason="重复") == {claims[0]: handed_on}
    assert act(session, actors["reviewer"], "return", claims[:1], opinion="有误") == {claims[0]: None}
    assert act(session, actors["clerk"], "submit", claims[:1]) == {claims[0]: NOT_OWN}
    assert act(session, school, "submit", claims[:1]) == {claims[0]: None}
    assert act(session, actors["clerk"], "withdraw", claims[2:], reason="重复") == {claims[2]: None}
    assert act(session, actors["reviewer"], "approve", claims[:2]) == dict.fromkeys(claims[:2])
    act(session, actors["reviewer"], "publicize", claims[:2], start=START, end=END)
    notice = session.scalars(select(Notice)).one()
    assert notice.number == f"XN-GS-{JINJIANG}-2026-001"
    with seeing(session, school.scope):
        assert session.scalars(select(Notice.number)).all() == [notice.number]
        session.expunge_all()
        assert (
            session.scalars(select(Claim).where(Claim.id == claims[0])).one().notice.number == notice.number
        )


def test_a_receiver_edits_only_until_it_hands_on_and_what_is_sent_back(session, actors, employers, school):
    application = take_in(session, school, BELOW, employers[JINJIANG])
    (claim,) = claims = province.draft(session, application, province.make_people(session, 1))
    session.commit()

    def saves(actor: Actor) -> bool:
        try:
            with seeing(session, actor.scope):
                details = province.typed_account()
                save_account(session, actor, application.id, current_app.extensions["vault"], details)
        except Refused:
            return False
        return True

    assert (saves(school), saves(actors["clerk"])) == (True, False)
    act(session, school, "submit", claims)
    assert not saves(school)
    row = session.get(Claim, claim)
    assert (
        desks.office_of_claim(row) == desks.office_of_application(application, ["submitted"]) == row.office_id
    )
    act(session, actors["reviewer"], "return", claims, opinion="有误")
    assert (saves(actors["clerk"]), saves(school)) == (False, True)


def test_a_school_sees_what_it_took_in_and_nothing_else(session, actors, employers, school):
    sibling = office(session, f"{JINJIANG}002", "township")
    neighbour = province.make_actor(session, "township", sibling.code, ("clerk",))
    people = province.make_people(session, 4)
    own = take_in(session, school, BELOW, employers[JINJIANG])
    of_county = take_in(session, actors["clerk"], PROGRAMME, employers[JINJIANG])
    for application, some in ((own, people[:1]), (of_county, people[1:])):
        province.draft(session, application, some)
        kept = {"application_id": application.id, "office_id": application.office_id, "name": "某"}
        session.add(FailedRow(**kept, row_no=1, cells_cipher=b"-", findings=[]))
        scan = {"kind": "other", "media_type": "application/pdf", "size": 1, "sha256": "-"}
        session.add(Attachment(**kept, **scan, content=b"-"))
    session.commit()
    for model in (Application, Claim, FailedRow, Attachment):
        counts = [seen(session, actor, model) for actor in (school, neighbour, actors["clerk_b"])]
        assert counts == [1, 0, 0], model
        assert seen(session, actors["clerk"], model) > 1
    assert seen(session, school, AuditEntry) == 1
    for model in scoped_models():
        if model not in (Application, Claim, FailedRow, Attachment, AuditEntry):
            assert seen(session, school, model) == 0, model
    assert seen(session, actors["clerk"], Person) > 0
    with seeing(session, school.scope), pytest.raises(NotFound):
        applications.edit_claim(session, school, PROGRAMME, 10**9, 1, {}, None, province.TODAY)
    county = prepared_by_another(session, actors["clerk"], school, of_county)
    assert set(county.values()) == {"没有找到这条记录。请刷新列表后重新勾选。"}


def prepared_by_another(session, owner: Actor, forger: Actor, application) -> dict:
    """A batch that somebody else prepared, fired by the forger; its rows and what refused them."""
    chosen = select(Claim.id).where(Claim.application_id == application.id)
    with seeing(session, owner.scope):
        claims = session.scalars(chosen).all()
    batch = province.prepare(session, owner, "withdraw", claims)
    session.get_one(Batch, batch).actor_id = forger.user_id
    session.flush()
    province.run(session, forger, batch, reason="重复")
    return province.reasons(session, batch)


@pytest.mark.parametrize("taker", ["clerk", "school"])
def test_a_case_belongs_to_the_county_that_is_competent_wherever_it_is_taken_in(
    session, actors, employers, school, taker
):
    person = province.make_people(session, 1)
    application = take_in(
        session,
        school if taker == "school" else actors["clerk"],
        OF_THE_REGION,
        employers[QINGYANG],
        QINGYANG,
    )
    claims = province.draft(session, application, person)
    session.commit()
    assert application.number.startswith(f"XN-{QINGYANG}-")
    here = {"clerk": standing_now(session, actors["clerk"]), "school": school}
    assert [seen(session, actor, Claim) for actor in here.values()] == [1, int(taker == "school")]
    assert act(session, actors["clerk_b"], "submit", claims) == dict.fromkeys(claims, NOT_OWN)
    assert act(session, here[taker], "submit", claims) == dict.fromkeys(claims)
    assert set(act(session, here["clerk"], "withdraw", claims, reason="重复").values()) != {None}
    assert act(session, actors["reviewer"], "approve", claims) == {}
    assert act(session, actors["reviewer_b"], "approve", claims) == dict.fromkeys(claims)
    assert seen(session, here["clerk"], AuditEntry) > seen(session, actors["clerk"], AuditEntry)


def standing_now(session, actor: Actor) -> Actor:
    """What the actor sees now that cases have been taken in."""
    return replace(actor, scope=Scope.of_office(session, session.get_one(Office, actor.office_id)))


def test_where_a_register_says_who_is_competent(session, actors, employers):
    people = province.make_people(session, 2)
    clerk = actors["clerk"]
    by_register = replace(PROGRAMME, flow=Flow(competent=desks.REGISTRATION))
    assert take_in(session, clerk, by_register, employers[QINGYANG]).office.code == QINGYANG
    by_household = replace(PROGRAMME, flow=Flow(competent=desks.HOUSEHOLD))
    with seeing(session, clerk.scope):
        opened = applications.open_application(
            session, clerk, by_household, None, None, province.TODAY, payee_person_id=people[1]
        )
    assert (opened.office.code, opened.received_by.code) == (QINGYANG, JINJIANG)


def test_an_office_below_the_county_takes_in_only_what_is_open_to_it(session, school, employers):
    with seeing(session, school.scope), pytest.raises(Refused, match="由区县经办机构受理"):
        applications.open_application(
            session, school, PROGRAMME, employers[JINJIANG], JINJIANG, province.TODAY
        )


@pytest.mark.parametrize("role", ["reviewer", "cashier", "auditor", "county_admin"])
def test_nobody_decides_pays_or_audits_below_the_county(session, actors, role):
    school = office(session, f"{JINJIANG}003", "school")
    with pytest.raises(Refused, match="只受理和初核"):
        make_user(session, Actor.command(), "someone", "某人", school, [role], province.PASSWORD)


def test_no_key_of_the_api_is_made_for_an_office_below_the_county(session, actors):
    school = office(session, f"{JINJIANG}004", "park")
    with pytest.raises(Refused, match="不发接口密钥"):
        make(session, Actor.command(), "平台", school, ["case_read"], END, START)


def test_the_database_refuses_an_office_below_nothing(session):
    facts = {"code": "x1", "name": "某校", "region_code": JINJIANG, "path": "x1/", "kind": "school"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Office).values(facts))
