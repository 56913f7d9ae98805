"""Accounts of programmes that pay each person: columns of the sheet become one account of each claim."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import SQLCoreOperations

from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import EDITABLE
from app.engine.sheets import SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_, Message
from app.registers.ciphers import place

BANK, BRANCH, KIND, HOLDER, NUMBER = (
    "bank_name",
    "branch_no",
    "account_kind",
    "account_holder",
    "account_number",
)
FIELDS = (BANK, BRANCH, KIND, HOLDER, NUMBER)
"""Fields of the sheet that make an account; without a kind it is a card of the person's own, without a holder the person's."""
NEEDED = (BANK, BRANCH, NUMBER)
OWN_CARD = "own_card"
OTHER_HOLDER = N_(
    "户名“{holder}”与本人姓名“{payee}”不一致。本人的账户请更正户名或留空；确需付给监护人、继承人等的，请先留空户名、填写本人账户通过校验，再办理收款账户更正，凭证明材料由审核人员签字。"
)
LACKING = N_("只填写了部分账户信息。请把开户银行、行号和账号填写完整。")

PASSED = """
    SELECT d.row_id, c.id, d.person_id FROM candidates d JOIN outcomes o USING (row_id)
    JOIN claims c ON c.application_id = :application AND c.person_id = d.person_id AND c.slot_no = d.slot_no
                     AND c.state = 'draft'
    WHERE NOT o.stops ORDER BY d.row_id
"""
TYPED = """CREATE TEMP TABLE IF NOT EXISTS typed_accounts (
    claim_id bigint PRIMARY KEY, person_id bigint, bank_name text, branch_no text, kind text, holder text,
    number_cipher bytea, last4 text
) ON COMMIT DELETE ROWS"""
COPY = "COPY typed_accounts FROM STDIN"
STORE = """
    WITH added AS (
        INSERT INTO accounts (person_id, bank_name, branch_no, kind, holder, number_cipher, last4)
        SELECT person_id, bank_name, branch_no, kind, holder, number_cipher, last4 FROM typed_accounts ORDER BY claim_id
        RETURNING id, number_cipher
    )
    UPDATE claims c SET account_id = added.id FROM added JOIN typed_accounts t USING (number_cipher) WHERE c.id = t.claim_id
"""
"""No two ciphertexts are alike, of one number neither."""


def paying_account_id(claim: type[Claim] = Claim) -> ColumnElement[int]:
    """Express `Claim.paying_account` in SQL, over claims joined with their applications."""
    frozen = func.coalesce(claim.account_id, Application.account_id)
    return case(
        (Application.payee_kind == "each", claim.account_id),
        (claim.state.in_(EDITABLE), Application.account_id),
        else_=frozen,
    )


def earlier_of(claim: Claim | type[Claim], account_id: SQLCoreOperations[int] | int) -> ColumnElement[int]:
    """Express the account that the person of a claim that is paid itself had before this one in the office."""
    other = aliased(Claim)
    return (
        select(func.max(other.account_id))
        .where(
            other.office_id == claim.office_id,
            other.person_id == claim.person_id,
            other.id != claim.id,
            other.account_id < account_id,
            other.application.has(Application.payee_kind == "each"),
        )
        .scalar_subquery()
    )


def judge_accounts(rows: Sequence[SheetRow]) -> None:
    """Note at its cell what is wrong with a row's account as a whole: another holder, or a part of it alone."""
    for row in rows:
        holder, name = row.values.get(HOLDER), row.values.get("name")
        if holder and name and not names.agree(holder, name):
            row.errors[HOLDER] = Message(OTHER_HOLDER, holder=holder, payee=name)
        empty = [field for field in NEEDED if not row.values.get(field) and field not in row.errors]
        if empty and any(row.values.get(field) for field in (*NEEDED, HOLDER)):
            row.errors |= dict.fromkeys(empty, Message(LACKING))


def store_accounts(session: Session, rows: Sequence[SheetRow], vault: Vault, application_id: int) -> None:
    """Give each draft that the check has made the account of its row; a row without one leaves what the claim has."""
    passed = session.execute(text(PASSED), {"application": application_id}).all()
    session.execute(text(TYPED))
    session.execute(text("DELETE FROM typed_accounts"))
    with session.connection().connection.cursor().copy(COPY) as copy:
        for row_id, claim_id, person_id in passed:
            if rows[row_id].values.get(NUMBER):
                copy.write_row((claim_id, *_line(rows[row_id], person_id, vault)))
    session.execute(text(STORE))


def _line(row: SheetRow, person_id: int, vault: Vault) -> tuple:
    value = row.values.get
    number = value(NUMBER) or ""
    own = place(Account.number_cipher, employer_id=None, person_id=person_id)
    return (
        person_id,
        without_numbers(value(BANK) or "")[:100],
        value(BRANCH),
        value(KIND) or OWN_CARD,
        without_numbers(value(HOLDER) or value("name") or "")[:200],
        vault.encrypt(number, own),
        number[-4:],
    )
