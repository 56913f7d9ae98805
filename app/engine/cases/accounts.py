"""Bank accounts that subsidies are paid into: rows are added here and nowhere else, and never changed."""

from __future__ import annotations

from dataclasses import dataclass

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.free_text import FreeText
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, Refused
from app.kernel.identifiers import bank
from app.kernel.messages import N_
from app.registers.ciphers import Cipher, place
from app.registers.models import Employer, Person, row_id

KINDS = {
    "unit": {"basic": N_("基本存款账户"), "general": N_("一般存款账户"), "special": N_("专用存款账户")},
    "person": {"own_card": N_("本人银行卡"), "social_card": N_("社会保障卡")},
}
"""Payee kind → kinds of account; accounts of release 0.5.0 have none."""
NO_NUMBER = N_("银行账号应为8至30位数字。请与开户许可证或银行卡核对。")
NO_BRANCH = N_("开户行行号应为12位数字，且末位校验码须正确。请与开户银行核对。")


class Account(Model):
    """A bank account as it was typed once, and its payee; a claim that points at it is frozen.

    `bank_name` is the branch in full, `branch_no` its 12-digit number (行号).
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("branch_no ~ '^[0-9]{12}$'", name="account_branch_no"),
        CheckConstraint("num_nonnulls(employer_id, person_id) <= 1", name="account_one_payee"),
    )

    id: Mapped[int] = row_id()
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    bank_name: Mapped[str] = mapped_column(FreeText(100))
    branch_no: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(20))
    holder: Mapped[str] = mapped_column(FreeText(200))
    number_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("employer_id", "person_id")), deferred=True)
    last4: Mapped[str] = mapped_column(String(4))

    def __repr__(self) -> str:
        return f"{self.bank_name} **** {self.last4}（{self.holder}）"


@dataclass(frozen=True)
class Details:
    """An account as it is typed; `number` and `branch_no` are digits after `bank.digits`."""

    bank_name: str
    branch_no: str
    kind: str
    holder: str
    number: str


def add_account(session: Session, vault: Vault, payee: Employer | Person, details: Details) -> Account:
    """Return the new row of an account that pays `payee`. Raises BadValue."""
    number, branch_no = bank.digits(details.number), bank.digits(details.branch_no)
    if not bank.is_account_number(number):
        raise BadValue(NO_NUMBER)
    if not bank.is_branch_number(branch_no):
        raise BadValue(NO_BRANCH)
    unit = isinstance(payee, Employer)
    if details.kind not in KINDS["unit" if unit else "person"]:
        raise BadValue(N_("请选择与收款人相符的账户类型。"))
    account = Account(
        **paying(payee),
        bank_name=details.bank_name,
        branch_no=branch_no,
        kind=details.kind,
        holder=details.holder,
        number_cipher=vault.encrypt(number, place(Account.number_cipher, **paying(payee))),
        last4=number[-4:],
    )
    session.add(account)
    session.flush()
    return account


def paying(payee: Employer | Person) -> dict[str, int | None]:
    """Return the columns that name an account's payee."""
    unit = isinstance(payee, Employer)
    return {"employer_id": payee.id if unit else None, "person_id": None if unit else payee.id}


def number_of(vault: Vault, account: Account, payee: Employer | Person) -> str:
    """Return the whole number of an account that pays `payee`.

    Raises Unreadable when it was encrypted for somebody else, Refused when the account names somebody else or the number
    doesn't end in the digits that every screen shows.
    """
    due = paying(payee)
    number = vault.decrypt(account.number_cipher, place(Account.number_cipher, **due))
    named = {name: getattr(account, name) for name in due}
    if number[-4:] != account.last4 or (any(named.values()) and named != due):
        raise Refused(
            N_(
                "{holder}的收款账户（尾号{last4}）与加密保存的账号或收款人不一致，数据可能被改动，已停止办理。请立即报告系统管理员核查。"
            ),
            holder=account.holder,
            last4=account.last4,
        )
    return number
