"""Whether the parts of a definition fit together; what doesn't is named with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.engine.cases import claim_accounts
from app.engine.cases.desks import HOUSEHOLD, INSURED_REGION, REGISTRATION
from app.engine.cases.periods import TRANCHES, Period
from app.kernel.messages import N_, Message
from app.studio import fields
from app.studio.document import APPLICATION, EACH, Document
from app.studio.schema import BadPart

SUBMISSION = "submission"
PLACE = ("employer_uscc", "insured_region")
NEEDED = ("C-01", "C-02", "C-03", "F-01")
"""Rules without which nobody would know who is paid."""
OWN_CODES = "P-"
"""How the codes of rules begin that every definition has of itself."""


def is_placed(document: Document) -> bool:
    """Return whether each row names the employing enterprise and the insured region."""
    return {one.code for one in document.rows} >= set(PLACE)


def _knows_no_region(document: Document) -> bool:
    """Return whether some application would have no region by which its office is competent."""
    payees, each = set(document.payees), document.account == EACH
    known = {
        INSURED_REGION: payees == {"unit"} or (each and not is_placed(document)),
        REGISTRATION: "person" not in payees,
        HOUSEHOLD: payees == {"person"} and not each,
    }
    return not known.get(document.flow.competent, True)


def period_of(document: Document) -> Period:
    """Return what the claims of a person are parted into."""
    return Period(document.period, tuple((one.code, one.title) for one in document.tranches))


def _parts(document: Document) -> Iterator[BadPart]:
    """Yield what is wrong with the period, its tranches and the field that says of what a claim is."""
    codes, of = [one.code for one in document.tranches], period_of(document)
    for n, code in enumerate(codes):
        if code in codes[:n]:
            yield BadPart(f"tranches[{n + 1}].code", Message(N_("期次“{code}”重复。"), code=code))
    if bool(codes) != (document.period == TRANCHES):
        yield BadPart("tranches", Message(N_("按期次办理的（period: tranches）须列出期次，其他的不能列。")))
    listed = {one.code for one in document.fields}
    if of.field and of.field not in listed:
        yield BadPart("fields", Message(N_("缺少标准字段“{code}”。"), code=of.field))
    for code in sorted(listed & set(fields.PARTS) - {of.field}):
        yield BadPart("fields", Message(N_("字段“{code}”只用于按期次或按月办理的项目。"), code=code))


def faults_of(document: Document) -> Iterator[BadPart]:
    """Yield what is wrong with the fields, the policy date and the list of rules, each with its place."""
    yield from _parts(document)
    codes = [one.code for one in document.fields]
    for n, one in enumerate(document.fields, 1):
        place = f"fields[{n}]"
        if codes.index(one.code) < n - 1:
            yield BadPart(f"{place}.code", Message(N_("字段“{code}”重复。"), code=one.code))
        if one.of == APPLICATION and (not fields.is_own(one) or one.listed or one.searched):
            yield BadPart(
                f"{place}.of", Message(N_("申请的字段须是自有字段，不能列在名单上，也不能按它查询。"))
            )
        if fields.is_own(one) and not (one.type and one.title):
            yield BadPart(place, Message(N_("不是标准字段，须写明类型 type 和名称 title。")))
        if (one.type == "choice" or one.code == fields.CATEGORY) != bool(one.choices):
            yield BadPart(f"{place}.choices", Message(N_("选项字段须列出选项，其他字段不能有选项。")))
    for code in fields.PERSON:
        if code not in codes:
            yield BadPart("fields", Message(N_("缺少标准字段“{code}”。"), code=code))
    papers = [one.code for one in document.papers]
    for n, code in enumerate(papers, 1):
        if papers.index(code) < n - 1:
            yield BadPart(f"papers[{n}].code", Message(N_("附件种类“{code}”重复。"), code=code))
    if _knows_no_region(document):
        unfit = N_("这类申请人没有“{competent}”，不能按它确定主管机构。请另选 competent，或调整 payees。")
        yield BadPart("flow.competent", Message(unfit, competent=document.flow.competent))
    yield from _account(document, codes)
    if document.policy_date not in (SUBMISSION, *(one.code for one in document.rows)):
        unknown = N_("没有字段“{code}”。按提交日选用政策的，写 submission。")
        yield BadPart("policy_date", Message(unknown, code=document.policy_date))
    rules = [str(entry["code"]) for entry in (*document.rules, *document.limits)]
    for code in NEEDED:
        if code not in rules:
            yield BadPart("rules", Message(N_("缺少每个项目都要有的规则 {code}。"), code=code))
    for n, code in enumerate(rules):
        if code.startswith(OWN_CODES):
            yield BadPart(f"rules[{n + 1}].code", Message(N_("P- 开头的编号由系统使用，请换一个。")))
        if code in rules[:n]:
            yield BadPart(
                f"{entry_place(document, n)}.code", Message(N_("规则编号 {code} 重复。"), code=code)
            )


def _account(document: Document, codes: Sequence[str]) -> Iterator[BadPart]:
    """Yield what is wrong with the columns of accounts, which the sheet has where each person is paid, and nowhere else."""
    if document.account != EACH:
        for n, code in enumerate(codes, 1):
            if code in claim_accounts.FIELDS:
                only = N_("只有按人付款（account: each）的项目，名单上才有收款账户的栏目。")
                yield BadPart(f"fields[{n}]", Message(only))
        return
    for code in claim_accounts.NEEDED:
        if code not in codes:
            lacking = N_("按人付款的项目，名单上须有标准字段“{code}”。")
            yield BadPart("fields", Message(lacking, code=code))


def entry_place(document: Document, n: int) -> str:
    """Return the place of the n-th of all rules and limits."""
    own = n - len(document.rules)
    return f"limits[{own + 1}]" if own >= 0 else f"rules[{n + 1}]"
