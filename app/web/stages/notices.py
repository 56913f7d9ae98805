"""Public notices (公示): numbered, printable, with their people, their objections and their outcome."""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from flask import g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from sqlalchemy.orm import Query, selectinload
from wtforms import DateField, Form
from wtforms.validators import InputRequired

from app.engine.access.roles import AUDITOR, CLERK, REVIEWER
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.casework import extending
from app.engine.casework.objections import Objection
from app.engine.policy_values import stored
from app.engine.programme import Programme
from app.engine.sheets import export
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.page.addresses import page_url
from app.web.page.downloads import hand_out, mark
from app.web.stages.bulk import GroupView
from app.web.stages.journey import Stop
from app.web.stages.publicity import ROLL, Publicity
from app.web.stages.spans import Span, span_of
from app.web.wording.formats import short_day, translate
from app.web.wording.titles import part_titles, part_values, state_title
from app.web.wording.translations import gettext

HEADERS = (
    N_("序号"),
    N_("姓名"),
    N_("公民身份号码"),
    N_("就业单位"),
    N_("申请人"),
    N_("补贴金额（元）"),
    N_("备注"),
)
STANDING = ("publicizing", "publicized", "disbursed")
"""Who is still meant by a notice; the others were taken out after it was made, and a reprint says so."""


class ExtensionForm(Form):
    end = DateField(N_("新的公示结束日期"), [InputRequired(N_("请填写新的公示结束日期。"))])


class NoticesView(Publicity, GroupView):
    """The notices of one programme; whole notices can be passed or failed."""

    menu_short = N_("公示名册")
    menu_icon = "columns"
    publicity_tab = ROLL
    member = "notice_id"
    numbered, number_title = "number", N_("公示")
    page_of = Notice
    list_template = "groups.html"
    show_template = "notice.html"
    readers = (AUDITOR, CLERK)
    rights = {REVIEWER: ("can_extend",)}
    moves = ("pass_publicity", "fail_publicity")
    loads = ["office"]
    list_columns = ["number", "office.name", "starts_on", "ends_on"]
    search_columns = ["number", "office", "starts_on", "ends_on"]
    order_columns = ["number", "starts_on", "ends_on"]
    label_columns = {
        "number": N_("公示编号"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
        "starts_on": N_("公示开始"),
        "ends_on": N_("公示结束"),
    }
    include_route_methods = {"list", "show", "action_post", "print", "export", "extend"}
    permission_titles = {"can_extend": N_("延长公示")}

    def base_query(self) -> Query:
        return super().base_query().filter(Notice.programme == self.programme.code)

    def show_more(self, row: Notice) -> dict:
        claims = noticed(row.id)
        objections: dict[int, list[Objection]] = {}
        query = select(Objection).where(Objection.claim_id.in_([claim.id for claim in claims]))
        for objection in db.session.scalars(query.order_by(Objection.id)):
            objections.setdefault(objection.claim_id, []).append(objection)
        running = sum(claim.state == "publicizing" for claim in claims)
        calendar, over = self.programme.flow.calendar(db.session, row.starts_on), row.ends_on < g.today
        caution = calendar.caution(row.starts_on, row.ends_on)
        span = span_of(calendar, row.starts_on, row.ends_on, g.today)
        return {
            "running": running,
            "caution": translate(caution) if running and caution else None,
            "claims": claims,
            "standing": [claim for claim in claims if claim.state in STANDING],
            "objections": objections,
            "open_objections": sum(o.state == "open" for raised in objections.values() for o in raised),
            "programme": self.programme,
            "over": over,
            "span": span,
            "taken_down": row.ends_on + timedelta(days=1),
            "stops": _stops(row, span, running),
            "ways": [way for way in self.ways(claims) if over or way.name != "pass_publicity"],
        }

    @expose("/extend/<pk>", methods=["GET", "POST"])
    @has_access
    def extend(self, pk):
        """Set a later end for a running notice: for one that became too short, or that the office prolongs."""
        row = self.item(pk)
        form = ExtensionForm(request.form, data={"end": row.least_end})

        def save():
            extending.extend(db.session, g.actor, self.programme, row.id, form.end.data, g.today)
            return self.finish(page_url(self.endpoint, pk), gettext("公示已延长。请重新打印并张贴公示。"))

        facts = lambda: {"row": self.item(pk), "programme": self.programme}  # noqa: E731
        return self.form_page(form, save, "notice_extend.html", facts)

    @expose("/print/<pk>")
    @has_access
    @permission_name("show")
    def print(self, pk):
        """Show the notice as it is pinned up: A4, masked ids, the legal basis, where to object."""
        notice, claims = self.item(pk), noticed(int(pk))
        standing = [claim for claim in claims if claim.state in STANDING]
        return self.render_template(
            "print/notice.html",
            view=self,
            notice=notice,
            claims=claims,
            standing=standing,
            total=sum((claim.amount for claim in standing), Decimal(0)),
            programme=self.programme,
            taken_down=notice.ends_on + timedelta(days=1),
            documents=legal_basis(self.programme, notice.office, notice.starts_on),
        )

    @expose("/export/<pk>")
    @has_access
    @permission_name("show")
    def export(self, pk):
        """Hand out the same list as a workbook, ids masked too."""
        notice, stream = self.item(pk), io.BytesIO()
        title = f"{gettext(self.programme.title)} {gettext('公示名单')} {notice.number}"
        count = export(
            title,
            [*map(gettext, HEADERS), *part_titles(self.programme)],
            _lines(noticed(notice.id)),
            stream,
            mark(),
        )
        return hand_out(
            stream,
            notice.number,
            programme=self.programme.code,
            office_id=notice.office_id,
            subject=notice.number,
            after={"rows": count},
        )


def _stops(row: Notice, span: Span, running: int) -> list[Stop]:
    """Return the journey of a notice: published, running, its outcome."""
    begun = Stop(gettext("发布"), "done", short_day(row.starts_on, g.today))
    last = gettext("到 {day}").format(day=short_day(row.ends_on, g.today))
    outcome = gettext("公示结果")
    if row.ends_on >= g.today and running:
        note = gettext("还有 {days}").format(days=span.counted.format(count=span.left))
        today = row.ends_on == g.today
        here = Stop(gettext("公示中"), "here", gettext("今天最后一天") if today else note)
        first = short_day(row.ends_on + timedelta(days=1), g.today)
        return [begun, here, Stop(outcome, "", gettext("最早 {day}").format(day=first))]
    ran = Stop(gettext("公示期满"), "done", last)
    if running:
        waits = gettext("{count} 人等待办理").format(count=running)
        return [begun, ran, Stop(outcome, "here", waits, pressing=True)]
    return [begun, ran, Stop(outcome, "done", gettext("已办理"))]


def noticed(notice_id: int) -> list[Claim]:
    """Return the claims of a notice in the order in which they are printed."""
    wanted = (
        select(Claim)
        .where(Claim.notice_id == notice_id)
        .options(
            selectinload(Claim.person),
            selectinload(Claim.employer),
            selectinload(Claim.application).selectinload(Application.employer),
            selectinload(Claim.application).selectinload(Application.payee_person),
        )
        .order_by(Claim.employer_id, Claim.id)
    )
    return list(db.session.scalars(wanted))


def legal_basis(programme: Programme, office: Office, day: date, codes: Collection[str] = ()) -> list[str]:
    """Return the documents that the programme's parameters, or some of them, rest on for an office's cases, on that day, each once."""
    return programme.policy.documents(stored(db.session, programme.code, office.region_code), day, codes)


def _lines(claims: list[Claim]):
    for number, claim in enumerate(claims, 1):
        person = claim.person
        payee = claim.payee
        gone = "" if claim.state in STANDING else state_title(claim.state, claim.programme)
        employer = claim.employer.name if claim.employer else ""
        own = (number, person.name, person.masked_id, employer, payee.name, claim.amount, gone)
        yield *own, *part_values(claim)
