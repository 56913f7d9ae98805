"""An auditor's dossier (人员稽核档案): all that was claimed, decided and paid for one person, as known on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from flask import g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from wtforms import DateField, Form, StringField
from wtforms.validators import InputRequired, Length

from app.engine.access.roles import AUDITOR
from app.engine.audit import record
from app.engine.cases.claims import Claim
from app.engine.oversight.dossier import PastClaim, PastPlace, claims_then, end_of
from app.engine.oversight.register_year import register_year
from app.engine.programme import Programme
from app.engine.sessions import shares
from app.extensions import db
from app.kernel.dates import SHANGHAI, parse_date
from app.kernel.errors import BadValue, NotFound
from app.kernel.messages import N_
from app.programmes.installed import programme_for, programmes
from app.registers.lookup import find_person
from app.registers.models import Person
from app.web.crud.views import Screen
from app.web.oversight import story
from app.web.page.findings import readable
from app.web.page.lanes import year_to

NOBODY = N_("本机构范围内没有此人的登记或补贴记录。请核对公民身份号码。")


class DossierForm(Form):
    citizen_id = StringField(N_("公民身份号码"), [InputRequired(N_("请填写公民身份号码。")), Length(max=40)])
    day = DateField(
        N_("截至日期"), [InputRequired(N_("请填写截至日期。"))], description=N_("按当日终了时系统已知的情况")
    )


class DossierView(Screen, BaseView):
    """Who may open it sees what lies in the own scope, with masked ids; each opening is audited."""

    route_base = "/dossiers"
    default_view = "ask"
    menu = (N_("系统管理"),)
    menu_title = N_("人员稽核档案")
    menu_icon = "sheet"
    entry_permission = "can_show"
    granted = {AUDITOR: ("can_show",)}

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def ask(self):
        """Ask by POST: what is typed stands in no address."""
        form = DossierForm(request.form, data={"day": g.today})

        def look():
            typed = form.citizen_id.data
            finding = partial(find_person, db.session, typed, g.vault)
            person = shares.look_up(db.engine, g.actor, request.endpoint, typed, finding)
            if person is None:
                raise NotFound(NOBODY)
            _told(person, _until(form.day.data))
            return redirect(url_for("DossierView.show", pk=person.id, day=form.day.data), 303)

        return self.form_page(form, look, "dossier_ask.html")

    @expose("/<int:pk>")
    @has_access
    def show(self, pk):
        """Show the year in a picture and the story below it; audited."""
        person, day, claims, places = self._opened(pk)
        scale = year_to(day)
        page = self.render_template(
            "dossier.html",
            view=self,
            person=person,
            day=day,
            claims=claims,
            places=places,
            scale=scale,
            lanes=story.lanes(
                scale, register_year(db.session, person.id, scale.first, scale.last), claims, places
            ),
            moments=story.moments(claims, places),
            concerns=story.concerns(claims),
            looks=story.looks(claims),
            paid_count=sum(claim.state == "disbursed" for claim, _ in claims),
            **_facts(claims),
        )
        db.session.commit()
        return page

    @expose("/<int:pk>/paper")
    @has_access
    @permission_name("show")
    def paper(self, pk):
        """Show the paper itself, printable; audited."""
        person, day, claims, places = self._opened(pk)
        page = self.render_template(
            "print/dossier.html",
            person=person,
            day=day,
            claims=claims,
            places=places,
            findings_of={check.id: _findings(claim, check) for claim, _ in claims for check in claim.checks},
            now=datetime.now(SHANGHAI),
            **_facts(claims),
        )
        db.session.commit()
        return page

    def _opened(self, pk: int):
        """Return (person, day, claims with their programmes, places), and write down who opened it. Raises NotFound."""
        person = db.session.scalars(
            select(Person).where(Person.id == pk), execution_options={"scope": "open"}
        ).one_or_none()
        if person is None:
            raise NotFound(NOBODY)
        day = parse_date(request.args.get("day", "")) or g.today
        claims, places = _told(person, _until(day))
        after = {"person_id": person.id, "day": str(day), "rows": len(claims) + len(places)}
        record(db.session, g.actor, "dossier", subject=str(person), after=after)
        return person, day, [(claim, programme_for(claim.claim)) for claim in claims], places


def _facts(claims: Sequence[tuple[PastClaim, Programme]]) -> dict:
    return {"paid": sum((claim.amount for claim, _ in claims if claim.state == "disbursed"), Decimal(0))}


def _until(day: date) -> datetime:
    """Return the end of a day that has begun, of today this moment at the earliest: a demonstration's day may lie behind.

    Raises BadValue.
    """
    if day > g.today:
        raise BadValue(N_("截至日期{day}晚于今天{today}。请填写今天或以前的日期。"), day=day, today=g.today)
    return max(end_of(day), datetime.now(SHANGHAI)) if day == g.today else end_of(day)


def _kept(claim: Claim) -> dict[str, object]:
    programme = programme_for(claim)
    return {name: programme.value(claim, name) for name in (*programme.kept, "remark")}


def _told(person: Person, until: datetime) -> tuple[list[PastClaim], list[tuple[PastPlace, Programme]]]:
    """Return (claims, places in classes) within scope as known then. Raises NotFound for who is nobody's here."""
    claims = claims_then(db.session, person.id, until, _kept)
    kinds = [(programme, programme.classes) for programme in programmes() if programme.classes]
    places = [(place, p) for p, classes in kinds for place in classes.past(db.session, person.id, until)]
    if not claims and not places and not _ours(person):
        raise NotFound(NOBODY)
    return claims, places


def _ours(person: Person) -> bool:
    return db.session.scalar(select(Person.id).where(Person.id == person.id)) is not None


def _findings(claim: PastClaim, check) -> list:
    return readable(programme_for(claim.claim), check.findings)
