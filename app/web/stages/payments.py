"""Payment lists (发放清单): made by cashiers, taken to the bank as a workbook, disbursed as a whole or dissolved."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import cast

from flask import g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from sqlalchemy.orm import Query, selectinload, undefer

from app.engine import clock
from app.engine.access.roles import CASHIER
from app.engine.cases.accounts import KINDS, Account, number_of
from app.engine.cases.claims import Application, Claim
from app.engine.cases.payments import PaymentList
from app.engine.sheets import Table, export_tables
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.kernel.money import uppercase
from app.web.page.downloads import hand_out, mark
from app.web.stages.bulk import GroupView
from app.web.stages.journey import Stop
from app.web.stages.notices import legal_basis
from app.web.wording.formats import short_day, short_moment
from app.web.wording.titles import part_titles, part_values, state_title
from app.web.wording.translations import gettext

ACCOUNT_KINDS = KINDS["unit"] | KINDS["person"]
SUMMARY = (
    N_("收款人"),
    N_("开户银行"),
    N_("户名"),
    N_("账号"),
    N_("人数"),
    N_("金额（元）"),
    N_("金额大写"),
    N_("行号"),
    N_("账户类型"),
)
DETAIL = (
    N_("序号"),
    N_("申请单号"),
    N_("姓名"),
    N_("公民身份号码"),
    N_("就业单位"),
    N_("收款人"),
    N_("金额（元）"),
    N_("状态"),
)


class PaymentListsView(GroupView):
    """The payment lists of one programme."""

    menu_short = N_("发放清单")
    menu_icon = "sheet"
    member = "payment_list_id"
    numbered, number_title = "number", N_("发放清单")
    page_of = PaymentList
    list_template = "groups.html"
    show_template = "payment_list.html"
    moves = ("disburse", "dissolve")
    rights = {CASHIER: ("can_export",)}
    permission_titles = {"can_export": N_("导出")}
    loads = ["office"]
    list_columns = ["number", "office.name", "made_on", "exported_at", "dissolved_on"]
    search_columns = ["number", "office", "made_on"]
    order_columns = ["number", "made_on"]
    label_columns = {
        "number": N_("清单编号"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
        "made_on": N_("编制日期"),
        "exported_at": N_("导出时间"),
        "dissolved_on": N_("解散日期"),
    }
    include_route_methods = {"list", "show", "action_post", "export", "print"}

    def base_query(self) -> Query:
        return super().base_query().filter(PaymentList.programme == self.programme.code)

    def show_more(self, row: PaymentList) -> dict:
        claims = listed(row.id)
        paid = [claim for claim in claims if claim.paid_on]
        return {
            "claims": claims,
            "paid": paid,
            "accounts": by_account(claims),
            "programme": self.programme,
            "stops": _stops(row, claims, paid),
            "ways": self.ways(claims),
        }

    @expose("/print/<pk>")
    @has_access
    @permission_name("show")
    def print(self, pk):
        """Show who was paid from the list as it is pinned up: A4, masked ids, no account."""
        payment_list = self.item(pk)
        paid = [claim for claim in listed(payment_list.id) if claim.paid_on]
        if not paid:
            raise Refused(
                N_("发放清单{number}还没有发放，不能公布发放结果。请在发放后打印。"),
                number=payment_list.number,
            )
        return self.render_template(
            "print/paid.html",
            view=self,
            payment_list=payment_list,
            claims=paid,
            total=sum((claim.amount for claim in paid), Decimal(0)),
            days=sorted({claim.paid_on for claim in paid if claim.paid_on}),
            programme=self.programme,
            documents=legal_basis(self.programme, payment_list.office, payment_list.made_on),
        )

    @expose("/export/<pk>", methods=["POST"])
    @has_access
    def export(self, pk):
        """Hand out the workbook for the bank, with whole account numbers; audited. It holds the list fast, so no link may do it."""
        payment_list, stream = self.item(pk, lock=True), io.BytesIO()
        _hold(payment_list.id)
        claims = listed(payment_list.id)
        title = f"{gettext(self.programme.title)} {gettext('发放清单')} {payment_list.number}"
        tables = [
            Table(gettext("汇总"), title, [gettext(h) for h in SUMMARY], _summary(claims)),
            Table(
                gettext("明细"), title, [*map(gettext, DETAIL), *part_titles(self.programme)], _detail(claims)
            ),
        ]
        export_tables(tables, stream, mark())
        total = sum((claim.amount for claim in claims), Decimal(0))
        digest = hashlib.sha256(stream.getvalue()).hexdigest()
        payment_list.exported_at, payment_list.exported_sha256 = clock.moment(g.today), digest
        return hand_out(
            stream,
            payment_list.number,
            programme=self.programme.code,
            office_id=payment_list.office_id,
            subject=payment_list.number,
            after={"rows": len(claims), "amount": str(total), "sha256": digest},
        )


def _stops(row: PaymentList, claims: list[Claim], paid: list[Claim]) -> list[Stop]:
    """Return the journey of a payment list: made, handed out for the bank, paid; or dissolved on the way."""
    made = Stop(gettext("制单"), "done", short_day(row.made_on, g.today))
    taken = Stop(gettext("导出"), "done", short_moment(row.exported_at)) if row.exported_at else None
    if row.dissolved_on:
        ended = Stop(gettext("已解散"), "ended", short_day(row.dissolved_on, g.today))
        return [made, *([taken] if taken else []), ended]
    if rest := len(paid) and len(claims) - len(paid):
        note = gettext("{count} 人尚未发放").format(count=rest)
        return [made, *([taken] if taken else []), Stop(gettext("发放"), "here", note, pressing=True)]
    if paid:
        days = sorted({claim.paid_on for claim in paid if claim.paid_on})
        voucher = gettext("凭证号 {number}").format(number=paid[0].voucher_no)
        note = f"{short_day(days[-1], g.today)} {voucher}"
        return [made, *([taken] if taken else []), Stop(gettext("已发放"), "paid", note)]
    if taken:
        return [made, taken, Stop(gettext("发放"), "here", gettext("银行付款后办理"))]
    return [made, Stop(gettext("导出"), "here", gettext("下载后交银行")), Stop(gettext("发放"), "")]


def _hold(list_id: int) -> None:
    """Keep the claims as they are while their file is made: a correction of an account is signed before or after."""
    claim_ids = select(Claim.id).where(Claim.payment_list_id == list_id).order_by(Claim.id)
    db.session.execute(claim_ids.with_for_update(read=True, of=Claim))


def listed(list_id: int) -> list[Claim]:
    """Return the claims of a payment list, those of one account together."""
    wanted = (
        select(Claim)
        .where(Claim.payment_list_id == list_id)
        .options(
            selectinload(Claim.person),
            selectinload(Claim.employer),
            selectinload(Claim.account).options(undefer(Account.number_cipher)),
            selectinload(Claim.application).selectinload(Application.employer),
            selectinload(Claim.application).selectinload(Application.payee_person),
        )
        .order_by(Claim.application_id, Claim.account_id, Claim.id)
    )
    return list(db.session.scalars(wanted))


def by_account(claims: Iterable[Claim]) -> list[tuple[Claim, int, Decimal, list[str]]]:
    """Return (a claim of the account, number of people, sum, their states) for each payee's account."""
    groups = groupby(claims, key=lambda claim: (claim.application_id, claim.account_id))
    accounts = [list(group) for _, group in groups]
    return [
        (group[0], len(group), sum((c.amount for c in group), Decimal(0)), sorted({c.state for c in group}))
        for group in accounts
    ]


def _summary(claims: list[Claim]):
    for claim, count, amount, _ in by_account(claims):
        account = cast(Account, claim.account)  # a claim that is paid has one
        payee = claim.payee
        number = number_of(g.vault, account, payee)
        kind = gettext(ACCOUNT_KINDS[account.kind]) if account.kind else ""
        own = (payee.name, account.bank_name, account.holder, number, count, amount, uppercase(amount))
        yield *own, account.branch_no or "", kind
    total = sum((claim.amount for claim in claims), Decimal(0))
    yield gettext("合计"), "", "", gettext("控制合计"), len(claims), total, uppercase(total), "", ""


def _detail(claims: list[Claim]):
    for number, claim in enumerate(claims, 1):
        person, application = claim.person, claim.application
        yield (
            number,
            application.number,
            person.name,
            person.masked_id,
            claim.employer.name if claim.employer else "",
            claim.payee.name,
            claim.amount,
            state_title(claim.state, claim.programme),
            *part_values(claim),
        )
