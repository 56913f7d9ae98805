"""A dialog moves what it showed: whatever changed after it was opened is refused, row by row, in every programme."""

from __future__ import annotations

from datetime import date

import pytest
from flask import current_app
from sqlalchemy import insert, select, text

from app.engine.cases.claims import Application, Claim
from app.engine.cases.payments import PaymentList
from app.engine.casework import batch
from app.engine.intake import application_accounts, applications
from app.engine.intake.applications import open_application
from app.engine.policy_values import PolicyValue
from app.engine.scope import seeing
from app.engine.workflow.moves import SUBSIDY
from app.kernel.errors import Stale
from app.programmes.installed import programmes
from tests.desk import province, school
from tests.desk.completion import give_results

PROGRAMMES = {programme.code: programme for programme in programmes()}
PATH = ("submit", "approve", "publicize", "pass_publicity", "list")
BEFORE = dict(zip(PATH, range(len(PATH)), strict=True)) | {
    "withdraw": 0,
    "reject": 1,
    "return": 1,
    "fail_publicity": 3,
    "revoke": 4,
    "dissolve": 5,
    "disburse": 5,
}
"""How many moves of the path lie before a move."""
START, END, OVER = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28)
ASKED = {
    "publicize": {"start": START, "end": END},
    "disburse": {"paid_on": OVER, "voucher_no": "PZ-1"},
    "dissolve": {"reason": "重编"},
}
CHANGED = "您打开办理窗口后，此件有变动"


class Desk:
    """One programme's claims on their way; `move` answers claim → None where it moved, else the sentence."""

    def __init__(self, session, actors, programme):
        self.session, self.actors, self.programme = session, actors, programme

    def open(self, move: str, claims: list[int]) -> str:
        actor = self.actor(move)
        chosen = select(Claim.id).where(Claim.id.in_(claims)).order_by(Claim.id)
        with seeing(self.session, actor.scope):
            transition = self.programme.transitions[move]
            prepared = batch.prepare(self.session, actor, self.programme, transition, chosen, START).id
        self.session.commit()
        return prepared

    def confirm(self, move: str, prepared: str, **params: object) -> dict[int, str | None]:
        actor = self.actor(move)
        today = OVER if BEFORE[move] >= BEFORE["pass_publicity"] else START
        asked = ASKED.get(move, {"opinion": "意见", "reason": "原因"}) | params
        with seeing(self.session, actor.scope):
            batch.run(self.session, actor, self.programme, prepared, asked, today)
        self.session.commit()
        return province.reasons(self.session, prepared)

    def move(self, move: str, claims: list[int]) -> dict[int, str | None]:
        return self.confirm(move, self.open(move, claims))

    def bring(self, claims: list[int], *, before: str) -> None:
        for move in PATH[: BEFORE[before]]:
            assert self.move(move, claims) == dict.fromkeys(claims), move

    def actor(self, move: str):
        return self.actors[self.programme.transitions[move].duty]


@pytest.fixture
def drafts(session, actors, employers, app):
    """Makes a programme's two drafts of two people of one application each; answers (desk, claims)."""

    def make(code: str) -> tuple[Desk, list[int]]:
        programme = PROGRAMMES[code]
        if code == "training":
            claims = declared(session, actors, app.extensions["vault"])
        else:
            people = province.make_people(session, 2)
            claims = [claim_of(session, actors["clerk"], programme, employers, person) for person in people]
        session.commit()
        return Desk(session, actors, programme), claims

    return make


def claim_of(session, clerk, programme, employers, person: int) -> int:
    firm = employers[province.JINJIANG]
    with seeing(session, clerk.scope):
        application = open_application(session, clerk, programme, firm, province.JINJIANG, province.TODAY)
    application.account = province.make_account(session)
    session.flush()
    values = {
        "programme": programme.code,
        "application_id": application.id,
        "office_id": application.office_id,
        "employer_id": firm,
        "insured_region": province.JINJIANG,
        "amount": 1000 if programme.code == "hiring_subsidy" else 300,
        "category": "unemployed",
        "contract_start": province.CONTRACT_START,
        "person_id": person,
    }
    name = session.scalar(text("SELECT name FROM persons WHERE id = :id"), {"id": person})
    made = insert(programme.claim).values({**values, "name": name}).returning(programme.claim.id)
    return session.scalar(made)


def declared(session, actors, vault) -> list[int]:
    """Two declared students of two completed classes."""
    firm = school.make_employer(session)
    claims = []
    for _ in range(2):
        people = school.make_students(session, vault, 1, [firm])
        held = school.open_class(session, actors["clerk"], firm, people)
        session.commit()
        school.advance(session, actors, held, "submit_class", "approve_class")
        give_results(session, actors["clerk"], held)
        school.advance(session, actors, held, "graduate", "approve_completion")
        claims += school.declare(session, actors["clerk"], held)[1]
    return claims


def pay_elsewhere(session, claim: int) -> None:
    """Another account, by whichever statement: of the application while nothing is frozen, else of the claim."""
    account = province.make_account(session).id
    found = session.get(Claim, claim, populate_existing=True)
    of_application = "UPDATE applications SET account_id = :account WHERE id = :id"
    of_claim = "UPDATE claims SET account_id = :account WHERE id = :id"
    drafted = found.state == "draft"
    row = found.application_id if drafted else claim
    session.execute(text(of_application if drafted else of_claim), {"account": account, "id": row})
    session.commit()


@pytest.mark.parametrize("move", [transition.name for transition in SUBSIDY])
@pytest.mark.parametrize("code", PROGRAMMES)
def test_what_changed_after_the_dialog_was_opened_stays_and_the_rest_moves(session, drafts, code, move):
    desk, (changed, same) = drafts(code)
    desk.bring([changed, same], before=move)
    before = province.states(session, [changed])
    prepared = desk.open(move, [changed, same])
    pay_elsewhere(session, changed)
    said = desk.confirm(move, prepared)
    assert said[changed].startswith(CHANGED)
    assert said[same] is None
    assert province.states(session, [changed]) == before
    assert desk.move(move, [changed]) == {changed: None}


def test_an_approval_opened_before_the_return_does_not_approve_what_came_back(session, drafts):
    desk, (claim, _) = drafts("hiring_subsidy")
    desk.bring([claim], before="approve")
    opened = desk.open("approve", [claim])
    desk.move("return", [claim])
    application = session.get(Claim, claim, populate_existing=True).application_id
    vault, clerk = current_app.extensions["vault"], desk.actors["clerk"]
    with seeing(session, clerk.scope):
        application_accounts.save_account(session, clerk, application, vault, province.typed_account())
    desk.move("submit", [claim])
    said = desk.confirm("approve", opened)
    assert said[claim].startswith(CHANGED)
    assert province.states(session, [claim]) == {claim: "submitted"}


def test_a_payment_opened_on_a_dissolved_list_pays_nobody_on_the_next(session, drafts):
    desk, claims = drafts("hiring_subsidy")
    desk.bring(claims, before="disburse")
    first = session.scalars(select(PaymentList.number)).one()
    opened = desk.open("disburse", claims)
    desk.move("dissolve", claims)
    desk.move("list", claims)
    second = session.scalars(select(PaymentList.number).where(PaymentList.dissolved_on.is_(None))).one()
    said = desk.confirm("disburse", opened)
    assert set(said.values()) == {
        f"您打开办理窗口后，此件的发放清单有变动（当时：{first}；现在：{second}），没有办理。请返回列表核对后重新勾选。"
    }
    assert set(province.states(session, claims).values()) == {"publicized"}
    opened = desk.open("disburse", claims)
    desk.move("dissolve", claims)
    assert all(
        f"当时：{second}；现在：未编入清单" in text for text in desk.confirm("disburse", opened).values()
    )


def test_another_amount_is_shown_before_it_is_frozen(session, drafts):
    desk, claims = drafts("hiring_subsidy")
    opened = desk.open("submit", claims)
    raised = {
        "programme": "hiring_subsidy",
        "parameter": "amount",
        "value": "1500",
        "document": "〔2026〕3号",
    }
    session.add(PolicyValue(**raised, starts_on=date(2026, 1, 1)))
    session.commit()
    said = desk.confirm("submit", opened)
    assert all(text.startswith("政策调整后，此人的金额与您确认时不同") for text in said.values())
    assert desk.move("submit", claims) == dict.fromkeys(claims)
    assert set(session.scalars(select(Claim.amount).where(Claim.id.in_(claims)))) == {1500}


def test_repricing_makes_an_older_dialog_stale(session, drafts):
    desk, claims = drafts("hiring_subsidy")
    opened = desk.open("withdraw", claims)
    raised = {
        "programme": "hiring_subsidy",
        "parameter": "amount",
        "value": "1500",
        "document": "〔2026〕3号",
    }
    session.add(PolicyValue(**raised, starts_on=date(2026, 1, 1)))
    session.commit()
    desk.open("submit", claims)
    assert all(text.startswith(CHANGED) for text in desk.confirm("withdraw", opened).values())


def test_a_batch_that_kept_no_version_moves_nothing(session, drafts):
    """Prepared by 0.5.0, confirmed after the upgrade."""
    desk, claims = drafts("hiring_subsidy")
    opened = desk.open("submit", claims)
    session.execute(text("UPDATE batch_rows SET version = NULL, payment_list_id = NULL"))
    session.commit()
    said = desk.confirm("submit", opened)
    assert all(text.startswith("这次勾选是系统升级前留下的") for text in said.values())
    assert desk.move("submit", claims) == dict.fromkeys(claims)


def test_the_dialog_says_how_many_changed_since(session, drafts):
    desk, claims = drafts("service_subsidy")
    prepared = desk.open("submit", claims)
    pay_elsewhere(session, claims[0])
    found = session.get(batch.Batch, prepared)
    extent = batch.extent(session, found, batch.subject_of(desk.programme.transitions["submit"]))
    assert (extent.count, extent.amount, extent.changed) == (1, 300, 1)


@pytest.mark.parametrize("column", ["state", "amount", "account_id", "name", "contract_start"])
def test_the_version_rises_with_every_change_that_matters(session, drafts, column):
    desk, (claim, other) = drafts("hiring_subsidy")
    desk.bring([claim], before="approve")
    account = province.make_account(session).id
    value = {
        "state": "'returned'",
        "amount": "amount + 1",
        "account_id": str(account),
        "name": "'另一人'",
        "contract_start": "DATE '2026-05-01'",
    }[column]
    found = select(Claim.version).where(Claim.id == claim)
    before = session.scalar(found)
    session.execute(text(f"UPDATE claims SET {column} = {value} WHERE id = :id"), {"id": claim})
    assert session.scalar(found) == before + 1
    session.execute(text("UPDATE claims SET remark = remark WHERE id = :id"), {"id": claim})
    assert session.scalar(found) == before + 1
    assert session.scalar(select(Claim.version).where(Claim.id == other)) == 1


def test_a_new_account_of_the_application_touches_only_what_is_not_frozen(session, drafts):
    desk, (claim, _) = drafts("hiring_subsidy")
    desk.bring([claim], before="approve")
    application = session.get(Claim, claim, populate_existing=True).application_id
    person = school.make_students(session, current_app.extensions["vault"], 1)
    (draft,) = province.draft(session, session.get(Application, application), person)
    session.commit()
    versions = select(Claim.id, Claim.version).where(Claim.id.in_([claim, draft]))
    before = dict(session.execute(versions).all())
    account = {"account": province.make_account(session).id, "id": application}
    session.execute(text("UPDATE applications SET account_id = :account WHERE id = :id"), account)
    assert dict(session.execute(versions).all()) == {claim: before[claim], draft: before[draft] + 1}
    with pytest.raises(Stale), seeing(session, desk.actors["clerk"].scope):
        values = {"contract_start": date(2026, 5, 1)}
        clerk, vault = desk.actors["clerk"], current_app.extensions["vault"]
        applications.edit_claim(session, clerk, desk.programme, draft, before[draft], values, vault, START)
