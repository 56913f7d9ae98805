"""What the page of one case shows beside its row: the journey, who else is on it, what keeps it, what may be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, url_for
from sqlalchemy import func, select

from app.engine.access.roles import REVIEWER
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Attachment, Claim
from app.engine.cases.desks import office_of_claim
from app.engine.cases.papers import lacking
from app.engine.cases.states import EDITABLE
from app.engine.casework.objections import Objection
from app.engine.oversight import flow
from app.engine.oversight.limits import Limits, limit_rows
from app.engine.programme import Programme
from app.engine.statements import gather
from app.engine.workflow.hooks import NOT_AN_EDITOR, NOT_THE_FIRST_REVIEWER
from app.engine.workflow.transition import Transition
from app.extensions import db, fab
from app.programmes.installed import by_code
from app.registers.calendar.workdays import confirmed_days
from app.web.page.addresses import application_url
from app.web.page.templating import may
from app.web.stages.bulk import BulkView, GroupView
from app.web.stages.evidence import Evidence, term_of
from app.web.stages.journey import OVER, last, who
from app.web.wording.formats import short_day
from app.web.wording.titles import event_title, kept_titles, kept_values
from app.web.wording.translations import gettext

OWN_WORK = ("edit", "submit")
"""Events of a claim after which their actor may not review it."""
ON_A_LIST = ("list", "revoke")
"""Moves that a claim on a payment list can't make."""


@dataclass(frozen=True)
class Paper:
    """A scanned document of the application."""

    id: int
    kind: str
    name: str
    added_at: datetime


@dataclass(frozen=True)
class Around:
    """What stands around a claim: documents, people of the application beside it, open objections."""

    papers: Sequence[Paper]
    others: int
    objections: int
    limits: Limits


@dataclass(frozen=True)
class Hindrance:
    """Why a case can't go on, and the one next step of this login, if there is one; `pressing` where it waits for somebody."""

    title: str
    text: str
    way: str = ""
    address: str = ""
    pressing: bool = False


def around(claim: Claim) -> Around:
    """Return what stands around a claim, in one statement."""
    papers = select(Attachment.id, Attachment.kind, Attachment.name, Attachment.added_at)
    others = select(func.count()).where(Claim.application_id == claim.application_id, Claim.id != claim.id)
    objections = select(func.count()).where(Objection.claim_id == claim.id, Objection.state == "open")
    rows, ((people,),), ((open_ones,),), days, values = gather(
        db.session,
        papers.where(Attachment.application_id == claim.application_id).order_by(Attachment.id),
        others,
        objections,
        confirmed_days(claim.submitted_on or g.today),
        limit_rows(),
    )
    documents = [Paper(pk, kind, name, datetime.fromisoformat(at)) for pk, kind, name, at in rows]
    return Around(documents, people, open_ones, Limits.of(days, values, by_code()))


def own_facts(programme: Programme, claim: Claim) -> list[tuple[str, object]]:
    """Return what the programme keeps of a person, its first and last day as one fact."""
    first, last = (programme.judged.get(name) for name in ("starts_on", "ends_on"))
    values = dict(
        zip(
            programme.kept,
            zip(kept_titles(programme), kept_values(programme, claim), strict=True),
            strict=True,
        )
    )
    if first not in values or last not in values:
        return list(values.values())
    (_, begins), (_, ends) = values[first], values.pop(last)
    span = (
        gettext("{starts_on} 至 {ends_on}")
        if programme.value(claim, last)
        else gettext("自 {starts_on} 起，{ends_on}")
    )
    values[first] = term_of(programme), span.format(starts_on=begins, ends_on=ends)
    return list(values.values())


def moves_of(
    view: BulkView, claim: Claim, history: Sequence[AuditEntry]
) -> list[tuple[BulkView, Transition]]:
    """Return what this login may do with a claim as it stands, wherever of the programme's lists: (the list, the move)."""
    lists = [other for other in fab().baseviews if isinstance(other, BulkView) and _shows(other, view, claim)]
    chosen: dict[str, tuple[BulkView, Transition]] = {}
    for one in [view, *lists]:
        for transition in one.allowed_moves():
            barred = (NOT_AN_EDITOR in transition.hooks and _worked_on(history)) or (
                NOT_THE_FIRST_REVIEWER in transition.hooks and _reviewed_first(claim, history)
            )
            if claim.state in transition.sources and not barred and not _hindered(claim, transition.name):
                chosen.setdefault(transition.name, (one, transition))
    return sorted(chosen.values(), key=lambda way: (not way[1].danger, way[1].target != "returned"))


def _shows(other: BulkView, view: BulkView, claim: Claim) -> bool:
    """Return whether another list of the same claims shows this one."""
    if isinstance(other, GroupView) or other.datamodel.obj is not view.datamodel.obj:
        return False
    return not other.states or claim.state in other.states


def _hindered(claim: Claim, move: str) -> bool:
    if claim.payment_list_id is not None and move in ON_A_LIST:
        return True
    return move == "pass_publicity" and claim.notice is not None and claim.notice.ends_on >= g.today


def note_of(claim: Claim, history: Sequence[AuditEntry]) -> str:
    """Return what the foot of the page says of a case that waits for something else than this login."""
    in_review = claim.state in ("submitted", "in_second_review")
    if in_review and _worked_on(history) and REVIEWER in g.actor.roles:
        return gettext("您录入、修改或提交过本件，须由其他审核人员办理。")
    if _reviewed_first(claim, history):
        return gettext("本件由您初审，须由其他审核人员复审。")
    if claim.state == "publicizing" and claim.notice and claim.notice.ends_on >= g.today:
        day = short_day(claim.notice.ends_on, g.today)
        return gettext("公示到{day}，次日起可以办理公示结果。").format(day=day)
    if claim.state in ("publicized", "approved") and claim.payment_list:
        text = gettext("已编入发放清单{number}，在清单上办理发放或解散。")
        return text.format(number=claim.payment_list.number)
    return ""


def _worked_on(history: Sequence[AuditEntry]) -> bool:
    """Return whether this login entered or sent in the case, and so may not review it."""
    return any(entry.actor_id == g.actor.user_id and entry.event in OWN_WORK for entry in history)


def _reviewed_first(claim: Claim, history: Sequence[AuditEntry]) -> bool:
    """Return whether this login gave the first of two reviews, and so may not give the second."""
    first = last(history, "approve")
    return claim.state == "in_second_review" and first is not None and first.actor_id == g.actor.user_id


def hindrance(
    claim: Claim, history: Sequence[AuditEntry], evidence: Evidence, beside: Around
) -> Hindrance | None:
    """Return why a claim can't go on; the nearest reason alone."""
    return next(_hindrances(claim, history, evidence, beside), None)


def _hindrances(
    claim: Claim, history: Sequence[AuditEntry], evidence: Evidence, beside: Around
) -> Iterator[Hindrance]:
    if claim.state == "returned":
        yield _returned(claim, history)
    if event := OVER.get(claim.state):
        entry, way, address = last(history, event), "", ""
        if claim.state != "withdrawn" and may("can_refusal", "PrintView"):
            way, address = gettext("打印告知书"), url_for("PrintView.refusal", pk=claim.id)
        yield Hindrance(
            _heading(entry), (entry and entry.note) or gettext("本件已经办结，不再办理。"), way, address
        )
    if beside.objections:
        way = gettext("处理异议") if may("can_list", "ObjectionView") else ""
        address = url_for("ObjectionView.list", state="open") if way else ""
        text = gettext("对此人的异议还没有处理，处理之前不能办理公示通过。")
        yield Hindrance(gettext("有异议"), text, way, address, pressing=True)
    if claim.state == "draft" and claim.paying_account is None:
        address = application_url(claim.application)
        text = gettext("还没有填写收款账户，填写之后才能提交。")
        yield Hindrance(gettext("缺收款账户"), text, gettext("去填写"), address)
    if claim.state in EDITABLE and (
        missing := lacking(by_code()[claim.programme].papers, {one.kind for one in beside.papers})
    ):
        text = gettext("还缺附件“{paper}”，上传之后才能提交。").format(paper=gettext(missing[0].title))
        address = f"{application_url(claim.application)}#papers"
        yield Hindrance(gettext("缺附件"), text, gettext("去上传"), address)
    stops = [finding for finding in evidence.findings if finding.stops]
    if stops and claim.state in flow.ON_THE_WAY:
        titles = gettext("、").join(finding.title for finding in stops)
        text = gettext("{titles}没有通过，见下面的说明；更正或退回之前不能继续办理。").format(titles=titles)
        yield Hindrance(gettext("有不通过的风控点"), text)


def _returned(claim: Claim, history: Sequence[AuditEntry]) -> Hindrance:
    entry, way, address = last(history, "return"), "", ""
    page = fab().pages[claim.programme, Claim]
    edits = "edit" in page.include_route_methods and may("can_edit", page.class_permission_name)
    if edits and office_of_claim(claim) == g.actor.office_id:
        way, address = gettext("修改"), url_for(f"{page.endpoint}.edit", pk=claim.id)
    return Hindrance(_heading(entry), (entry and entry.note) or "", way, address, pressing=True)


def _heading(entry: AuditEntry | None) -> str:
    return f"{event_title(entry.event)} {who(entry)}" if entry else ""
