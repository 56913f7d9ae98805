"""A definition becomes a programme: its sheet, policy, rules and amount; what doesn't fit together is named with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.engine.cases import claim_accounts, limits
from app.engine.cases.desks import HOUSEHOLD, INSURED_REGION, REGISTRATION
from app.engine.cases.papers import taken
from app.engine.cases.periods import MONTHS, TRANCHES, Period
from app.engine.edition import Edition
from app.engine.policy import LIMITS, Parameter, Policy
from app.engine.programme import Programme, Wording
from app.engine.rules.field import Field, FieldKind
from app.engine.rules.listing import listed_rules
from app.engine.rules.rule import RiskRule
from app.engine.sheets import Sheet
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message, Param
from app.registers.definitions.definition import Definition
from app.registers.definitions.library import shipped
from app.studio import expressions, fields
from app.studio.conditions import SUBMISSION_DAY, amount_known, amount_of, condition, vocabulary
from app.studio.document import EACH, Document, FieldEntry, OpeningEntry
from app.studio.questions import answered, lookups
from app.studio.schema import SERVICES, BadDefinition, BadPart

SUBMISSION = "submission"
SUBMITTED = Field("submission_day", SUBMISSION_DAY, FieldKind.DATE, "c.submission_day", in_sheet=False)
NO_ANSWERS: Mapping[str, Any] = {}
PLACE = ("employer_uscc", "insured_region")
NEEDED = ("C-01", "C-02", "C-03", "F-01")
"""Rules without which nobody would know who is paid."""
OWN_CODES = "P-"
"""How the codes of rules begin that every definition has of itself."""
MISPLACED = N_("要清点此人其他申领的规则写在 limits 中，其他规则写在 rules 中。")
BY_MONTH = N_("这条限制只用于按月办理的项目（period: months）。")
TAB = N_("人员名单")
BRANCH = N_("业务经办")
AT = N_("第{place}个字起：{fault}")
NEAREST = N_("第{place}个字起：{fault}是不是“{nearest}”？")


def build(
    document: Document,
    version: int = 1,
    versions: Callable[[Session], Sequence[Edition]] | None = None,
    registers: Sequence[Definition] | None = None,
) -> Programme:
    """Return the programme of a definition's version, `versions` what judges its claims. Raises BadDefinition."""
    own = edition(document, version, registers=registers)
    sheet = Sheet(document.code, document.sheet, TAB, tuple(map(fields.column_of, document.fields)))
    judged = {fields.KEPT[one.code]: one.code for one in document.fields if one.code in fields.KEPT}
    try:
        return Programme(
            code=document.code,
            title=document.title,
            prefix=document.prefix,
            sheet=sheet,
            rules=own.rules,
            flow=document.flow.flow,
            policy=own.policy,
            judged=judged,
            policy_date=None if document.policy_date == SUBMISSION else document.policy_date,
            menu=(BRANCH, SERVICES[document.service], document.menu or document.title),
            own=tuple(one.code for one in document.fields if fields.is_own(one)),
            placed=_is_placed(document),
            period=_period(document),
            version=version,
            address=document.address,
            short=document.short,
            payees=document.payees,
            pays_each=document.account == EACH,
            listed=tuple(one.code for one in document.fields if one.listed),
            searched=tuple(one.code for one in document.fields if one.searched),
            wording=Wording(**document.words),
            english=document.english,
            papers=taken(document.papers),
            amount=own.amount,
            versions=versions,
        )
    except ValueError as error:
        raise BadDefinition([BadPart("", Message("{fault}", fault=str(error)))]) from error


def edition(
    document: Document,
    version: int,
    first: date = date.min,
    last: date = date.max,
    registers: Sequence[Definition] | None = None,
    answers: Mapping[str, Any] = NO_ANSWERS,
) -> Edition:
    """Return what a version judges by, on policy dates of some days. Raises BadDefinition with every fault.

    `registers` may be asked, those that ship where none are given; `answers` stand for what they would say of an example.
    """
    faults: list[BadPart] = [*_form(document)]
    policy = _policy(document, faults)
    rules: tuple[RiskRule, ...] = ()
    defined = shipped() if registers is None else registers
    if not faults:
        offered = {one: answered(lookups(document, one, defined), answers) for one in ("c", "candidates")}
        titles = {one.code: one.title.zh for one in defined}
        known = vocabulary(document, "c", offered["c"])
        rules = tuple(_rules(document, policy, faults, defined, known, titles))
        amount = _caught(
            faults, "amount", lambda: amount_of(document, version, offered["candidates"], titles)
        )
    if faults or amount is None:
        raise BadDefinition(faults)
    return Edition(version, (*rules, *amount_known(document, known, titles)), policy, amount, first, last)


def _is_placed(document: Document) -> bool:
    return {one.code for one in document.fields} >= set(PLACE)


def _knows_no_region(document: Document) -> bool:
    """Return whether some application would have no region by which its office is competent."""
    payees, each = set(document.payees), document.account == EACH
    known = {
        INSURED_REGION: payees == {"unit"} or (each and not _is_placed(document)),
        REGISTRATION: "person" not in payees,
        HOUSEHOLD: payees == {"person"} and not each,
    }
    return not known.get(document.flow.competent, True)


def _period(document: Document) -> Period:
    return Period(document.period, tuple((one.code, one.title) for one in document.tranches))


def _parts(document: Document) -> Iterator[BadPart]:
    """Yield what is wrong with the period, its tranches and the field that says of what a claim is."""
    codes, of = [one.code for one in document.tranches], _period(document)
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


def _form(document: Document) -> Iterator[BadPart]:
    """Yield what is wrong with the fields, the policy date and the list of rules."""
    yield from _parts(document)
    codes = [one.code for one in document.fields]
    for n, one in enumerate(document.fields, 1):
        place = f"fields[{n}]"
        if codes.index(one.code) < n - 1:
            yield BadPart(f"{place}.code", Message(N_("字段“{code}”重复。"), code=one.code))
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
    if document.policy_date not in (SUBMISSION, *codes):
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
            yield BadPart(f"{_entry(document, n)}.code", Message(N_("规则编号 {code} 重复。"), code=code))


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


def _policy(document: Document, faults: list[BadPart]) -> Policy:
    parameters = []
    for code, entry in document.parameters.items():
        bare = Parameter(code, entry.title, entry.unit, None, entry.document)
        written = None if entry.default is None else str(entry.default)
        place = f"parameters.{code}.default"
        value = _caught(faults, place, partial(_parsed, bare, written))
        shipped_one = replace(bare, default=value and value[0])
        if entry.open_to:
            opened = f"parameters.{code}.open_to"
            shipped_one = _caught(faults, opened, partial(_opened, shipped_one, entry.open_to)) or bare
        parameters.append(shipped_one)
    return Policy(parameters)


def _opened(parameter: Parameter, to: OpeningEntry) -> Parameter:
    """Return a parameter that regions may set. Raises BadValue."""
    if parameter.code in (*LIMITS, "least_publicity_days"):
        raise BadValue(N_("办理时限和公示天数全省一致，不能开放给各地。"))
    least, most = (parameter.parse(str(bound)) for bound in (to.least, to.most))
    if least is None or most is None or least > most:
        raise BadValue(N_("下限 least 和上限 most 都要填写，下限不能高于上限。"))
    return replace(parameter, open_to=to.level, least=least, most=most)


def _parsed(parameter: Parameter, written: str | None) -> tuple[Any]:
    """Return the value alone in a tuple: an open date is None."""
    return (parameter.parse(written),)


def _rules(
    document: Document,
    policy: Policy,
    faults: list[BadPart],
    registers: Sequence[Definition],
    known: expressions.Vocabulary,
    titles: Mapping[str, str],
) -> Iterator[RiskRule]:
    of_rules = (one for one in document.fields if one.code not in claim_accounts.FIELDS)
    by_code = {one.code: readable(one) for one in of_rules} | {SUBMITTED.code: SUBMITTED}
    place = PLACE if _is_placed(document) else ()
    defined = {one.code: one for one in registers}

    def make(entry: Mapping[str, Any]) -> RiskRule:
        if "expression" in entry:
            return condition(entry, document, known, titles)
        (rule,) = listed_rules([entry], by_code, policy.units, place, defined)
        return rule

    for n, entry in enumerate((*document.rules, *document.limits)):
        where = _entry(document, n)
        made = _caught(faults, where, partial(make, entry))
        if made and (entry.get("rule") in limits.NAMES) != (n >= len(document.rules)):
            faults.append(BadPart(where, Message(MISPLACED)))
        elif made and made.monthly and document.period != MONTHS:
            faults.append(BadPart(where, Message(BY_MONTH)))
        elif made:
            yield made


def _entry(document: Document, n: int) -> str:
    """Return the place of the n-th of all rules and limits."""
    own = n - len(document.rules)
    return f"limits[{own + 1}]" if own >= 0 else f"rules[{n + 1}]"


def readable(entry: FieldEntry) -> Field:
    """Return a field as rules read it."""
    column = fields.column_of(entry)
    kind = FieldKind.YES_NO if entry.type == "yes_no" else KINDS.get(column.kind.value, FieldKind.TEXT)
    return Field(entry.code, column.title, kind, fields.place_of(entry, "c"), column.choices, column.required)


KINDS = {
    "date": FieldKind.DATE,
    "month": FieldKind.DATE,
    "choice": FieldKind.CHOICE,
    "integer": FieldKind.NUMBER,
    "decimal": FieldKind.NUMBER,
    "money": FieldKind.NUMBER,
}


def _caught(faults: list[BadPart], place: str, make: Callable[[], Any]) -> Any:
    """Return what is made, or None with the fault at its place."""
    try:
        return make()
    except BadValue as error:
        faults.append(BadPart(place, error.message))
    except expressions.Fault as error:
        facts: dict[str, Param] = {"place": error.place + 1, "fault": error.message}
        like: dict[str, Param] = {"nearest": error.nearest} if error.nearest else {}
        at = f"{place}.expression" if place.startswith("rules") else place
        faults.append(BadPart(at, Message(NEAREST if like else AT, **facts, **like)))
    return None
