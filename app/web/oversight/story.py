"""A dossier as a page tells it: the year in lanes, then what happened, the latest first, with the evidence of its day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.engine.audit import AuditEntry
from app.engine.oversight.dossier import PastClaim, PastPlace
from app.engine.oversight.register_year import RegisterYear
from app.engine.programme import Programme
from app.kernel.dates import SHANGHAI, parse_date
from app.kernel.money import format_yuan
from app.web.page.findings import ReadableFinding, readable
from app.web.page.lanes import Bar, Lane, Scale
from app.web.wording.titles import actor_title, event_title, state_title
from app.web.wording.translations import gettext

PAID_FOR = timedelta(days=27)
"""How long money that was paid is shown: about a month."""
DUTIES = (("submit",), ("approve", "approve_second"), ("disburse",))
SHOWN, ASKED = "reveal", "disburse"


@dataclass(frozen=True)
class Moment:
    """Something that happened; `kind`: `paying`, `ask`, or nothing special. `money` in CNY."""

    at: datetime
    title: str
    note: str
    kind: str = ""
    money: Decimal | None = None
    findings: Sequence[ReadableFinding] = ()


@dataclass(frozen=True)
class Concern:
    """What is to be looked into of one claim: findings that stop it, and whether three people did its three steps."""

    title: str
    past: PastClaim
    stops: Sequence[ReadableFinding]
    passes: int
    apart: bool


def moments(claims: Sequence[tuple[PastClaim, Programme]], places: Sequence[tuple[PastPlace, Programme]]):
    """Return all that happened, the latest first."""
    events = [one for past, programme in claims for one in _of_claim(past, programme)]
    for place, programme in places:
        title = gettext(programme.classes.place) if programme.classes else ""
        events += [
            Moment(e.at, f"{title}，{event_title(e.event)}", _who(e, f"{place.number} {place.title}"))
            for e in place.entries
        ]
    return sorted(events, key=lambda one: one.at, reverse=True)


def _of_claim(past: PastClaim, programme: Programme) -> Iterator[Moment]:
    title, checks = gettext(programme.title), {check.phase: check for check in past.checks}
    for entry in past.entries:
        check = checks.get(entry.event)
        findings = readable(programme, check.findings) if check else ()
        paid = entry.event == "disburse"
        named = f"{title}，{event_title(entry.event)}"
        note = _who(entry, _details(past, entry))
        if paid and any(finding.stops for finding in findings):
            why = gettext("、").join(finding.title for finding in findings if finding.stops)
            sentence = gettext("发放那天这些规则不通过，须付后核查")
            yield Moment(entry.at, gettext("付后核查：{why}").format(why=why), sentence, "ask")
        yield Moment(entry.at, named, note, "paying" if paid else "", past.amount if paid else None, findings)


def _who(entry: AuditEntry, details: str) -> str:
    """Return who did it, with the opinion and what it concerned."""
    parts = [
        actor_title(entry),
        details,
        gettext("意见：{note}").format(note=entry.note) if entry.note else "",
    ]
    return "；".join(part for part in parts if part)


def _details(past: PastClaim, entry: AuditEntry) -> str:
    if entry.event in ("publicize", "pass_publicity", "fail_publicity") and past.notice:
        notice = past.notice
        return gettext("{number}，{first}至{last}").format(
            number=notice.number, first=notice.starts_on, last=notice.ends_on
        )
    if entry.event == "disburse":
        number = past.payment_list.number if past.payment_list else "—"
        voucher = past.voucher_no or "—"
        return gettext("清单 {number}，凭证 {voucher}").format(number=number, voucher=voucher)
    return entry.subject or past.claim.application.number


def concerns(claims: Sequence[tuple[PastClaim, Programme]]) -> list[Concern]:
    """Return what is to be looked into, claim by claim, by each one's last check."""
    rows = []
    for past, programme in claims:
        findings = readable(programme, past.checks[-1].findings) if past.checks else []
        stops = [finding for finding in findings if finding.stops]
        doers = [{e.actor_id for e in past.entries if e.event in duty} for duty in DUTIES]
        apart = not (doers[0] & doers[1] or doers[1] & doers[2])
        title = f"{gettext(programme.title)}，{state_title(past.state, programme.code)}"
        rows.append(Concern(title, past, stops, len(findings) - len(stops), apart))
    return rows


def looks(claims: Sequence[tuple[PastClaim, Programme]]) -> list[AuditEntry]:
    """Return who looked at numbers in full, the latest first."""
    entries = [e for past, _ in claims for e in past.entries if e.event == SHOWN]
    return sorted(entries, key=lambda e: e.at, reverse=True)


def lanes(
    scale: Scale,
    registers: RegisterYear,
    claims: Sequence[tuple[PastClaim, Programme]],
    places: Sequence[tuple[PastPlace, Programme]],
) -> list[Lane]:
    """Return the picture: registers first, then contracts, classes and what was claimed."""
    rows = [
        Lane(gettext("失业登记"), [_spell(scale, one.first, one.last) for one in registers.unemployment]),
        Lane(gettext("参保缴费"), _months(scale, registers)),
    ]
    if registers.transfers:
        spells = [_spell(scale, one.first, one.last) for one in registers.transfers]
        rows.append(Lane(gettext("转移就业"), spells))
    contracts = [bar for past, _ in claims if (bar := _contract(scale, past))]
    rows += [Lane(gettext("劳动合同"), contracts)] if contracts else []
    for place, programme in places:
        first, last = parse_date(place.first), parse_date(place.last)
        if first and last and scale.shows(first, last) and programme.classes:
            bar = scale.bar(first, last, "soft", f"{place.title}")
            rows.append(Lane(gettext(programme.classes.place), [bar]))
    rows += [Lane(gettext(programme.title), list(_claimed(scale, past))) for past, programme in claims]
    return rows


def _spell(scale: Scale, first: date, last: date | None) -> Bar:
    until = gettext("{last} 止").format(last=last) if last else gettext("至今")
    return scale.bar(
        first, last or date.max, "soft", gettext("{first} 起，{until}").format(first=first, until=until)
    )


def _months(scale: Scale, registers: RegisterYear) -> list[Bar]:
    by_month = {one.month: one for one in registers.months}
    bars = []
    for x, month in scale.months():
        row = by_month.get(month)
        kind = "none" if row is None else "on" if row.paid else "miss"
        bars.append(Bar(x, 8.2, kind, gettext("未缴") if kind == "miss" else ""))
    return bars


def _contract(scale: Scale, past: PastClaim) -> Bar | None:
    first, last = (_day(past.kept.get(name)) for name in ("contract_start", "contract_end"))
    if first is None or not scale.shows(first, last or date.max):
        return None
    employer = past.claim.employer
    text = gettext("{employer}，自 {first}").format(employer=employer.name if employer else "—", first=first)
    return scale.bar(first, last or date.max, "ink", text)


def _claimed(scale: Scale, past: PastClaim) -> Iterator[Bar]:
    """Yield the claim's way to the money, and the money."""
    first = min((e.at.astimezone(SHANGHAI).date() for e in past.entries), default=None)
    paid = _day(past.paid_on)
    if first and scale.shows(first, paid or scale.last):
        title = gettext("办理") if paid else state_title(past.state, past.claim.programme)
        yield scale.bar(first, paid or scale.last, "soft", title)
    if paid and scale.shows(paid, paid):
        yield scale.bar(paid, paid + PAID_FOR, "paid", format_yuan(past.amount).removesuffix(".00"))


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else parse_date(str(value)) if value else None
