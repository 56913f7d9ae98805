"""What the tests' tables say of a programme and a screen that nobody wrote into them."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import select

from app.engine.scope import Scope
from app.extensions import db
from app.programmes.installed import programme_of
from app.registers.organisation import Office
from app.web.page.manual import chapter_for
from tests.desk.clerks import QINGYANG, Desk, opened
from tests.desk.roles import ROLES
from tests.programmes.one_more import CODE
from tests.security import any_cases, permissions

BASE, SCREEN = "/skills/", "/skill_notes/"


def tables(app: Flask) -> dict[str, object]:
    """Each table's entries, as far as they can't be read off the programme or another one's."""
    return {
        **_addresses(app),
        "moves": {
            f"{rule} {move}": role
            for (rule, move), role in permissions.moves(app).items()
            if rule.startswith(BASE)
        },
        "chapters": _chapters(app),
        "matrix": _matrix(app),
        "cases": _cases(app),
        "corrected": _corrected(app),
    }


def _addresses(app: Flask) -> dict[str, object]:
    """How many addresses there are; those that are reached otherwise than the first programme's; the screen's own."""
    known = permissions.routes(app)
    mine = {address: who for address, who in known.items() if address[1].startswith(BASE)}
    alike = {(method, rule): known.get((method, rule.replace(BASE, "/hiring/", 1))) for method, rule in mine}
    return {
        "addresses": len(mine),
        "differing": sorted(
            f"{method} {rule}" for method, rule in mine if mine[method, rule] != alike[method, rule]
        ),
        "screen": {
            f"{method} {rule}": sorted(who)
            for (method, rule), who in known.items()
            if rule.startswith(SCREEN)
        },
    }


def _chapters(app: Flask) -> list[str]:
    """Where the help of the programme's functions and of the screen is."""
    with app.app_context():
        views = [
            view for view in app.appbuilder.baseviews if f"{view.route_base}/".startswith((BASE, SCREEN))
        ]
        numbers = {chapter_for(view.endpoint).number for view in views if getattr(view, "menu", ())}
    clerk = Desk(app, "clerk")
    for number in numbers:
        clerk.get(f"/help/{number}")
    return sorted(numbers)


def _matrix(app: Flask) -> list[str]:
    """The functions that the table of roles has a line for, all groups unfolded in turn."""
    desk = Desk(app, "county_admin")
    page = "".join(desk.get(f"{ROLES}/list/?open={number}") for number in range(10))
    return [title for title in ("技能培训奖补审核", "技能培训奖补发放清单", "技能札记") if title in page]


def _cases(app: Flask) -> dict[str, int]:
    """The sample cases of another county, each state's."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        office = db.session.scalars(select(Office).where(Office.code == QINGYANG)).one()
        any_cases.fill(db.session, office, programme_of(CODE))
        db.session.commit()
        claim = programme_of(CODE).claim
        return Counter(db.session.scalars(select(claim.state).where(claim.office_id == office.id)))


def _corrected(app: Flask) -> list[int]:
    """What a clerk of that county is answered who saves each of them again."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        claim = programme_of(CODE).claim
        here = select(claim.id).join(Office, Office.id == claim.office_id).where(Office.code == QINGYANG)
        ids = db.session.scalars(here.order_by(claim.id)).all()
    clerk = Desk(app, "clerk_b").client
    forms = {f"{BASE}query/edit/{i}": clerk.get(f"{BASE}query/edit/{i}").text for i in ids}
    return [
        clerk.post(address, data=opened(page) | {"remark": "已核对"}).status_code
        for address, page in forms.items()
    ]
