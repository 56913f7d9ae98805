"""A definition becomes a programme: its sheet, policy, rules and amount; what doesn't fit together is named with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.engine.cases import claim_accounts, limits
from app.engine.cases.papers import taken
from app.engine.cases.periods import MONTHS
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
from app.studio.consistency import PLACE, SUBMISSION, entry_place, faults_of, is_placed, period_of
from app.studio.document import EACH, Document, FieldEntry, OpeningEntry
from app.studio.questions import answered, lookups
from app.studio.schema import SERVICES, BadDefinition, BadPart

SUBMITTED = Field("submission_day", SUBMISSION_DAY, FieldKind.DATE, "c.submission_day", in_sheet=False)
NO_ANSWERS: Mapping[str, Any] = {}
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
    sheet = Sheet(document.code, document.sheet, TAB, tuple(map(fields.column_of, document.rows)))
    shared = tuple(map(fields.column_of, document.shared))
    judged = {fields.KEPT[one.code]: one.code for one in document.rows if one.code in fields.KEPT}
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
            own=tuple(one.code for one in document.rows if fields.is_own(one)),
            form=Sheet(document.code, document.title, TAB, shared) if shared else None,
            placed=is_placed(document),
            period=period_of(document),
            version=version,
            address=document.address,
            short=document.short,
            payees=document.payees,
            pays_each=document.account == EACH,
            listed=tuple(one.code for one in document.rows if one.listed),
            searched=tuple(one.code for one in document.rows if one.searched),
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
    faults: list[BadPart] = [*faults_of(document)]
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
    place = PLACE if is_placed(document) else ()
    defined = {one.code: one for one in registers}

    def make(entry: Mapping[str, Any]) -> RiskRule:
        if "expression" in entry:
            return condition(entry, document, known, titles)
        (rule,) = listed_rules([entry], by_code, policy.units, place, defined)
        return rule

    for n, entry in enumerate((*document.rules, *document.limits)):
        where = entry_place(document, n)
        made = _caught(faults, where, partial(make, entry))
        if made and (entry.get("rule") in limits.NAMES) != (n >= len(document.rules)):
            faults.append(BadPart(where, Message(MISPLACED)))
        elif made and made.monthly and document.period != MONTHS:
            faults.append(BadPart(where, Message(BY_MONTH)))
        elif made:
            yield made


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
