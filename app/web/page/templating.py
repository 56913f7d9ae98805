"""What templates may call, and what every page knows."""

from __future__ import annotations

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import get_locale
from wtforms import Field

from app.engine.casework.objections import STATES as OBJECTION_STATES
from app.engine.sessions import logins
from app.extensions import fab
from app.kernel.file_names import visible
from app.kernel.identifiers.citizen_id import mask
from app.kernel.money import format_yuan, uppercase
from app.programmes.installed import programmes
from app.web.page.addresses import ADDRESSES
from app.web.page.manual import chapter_for
from app.web.page.sidebar import menu, sidebar, trail
from app.web.page.unindented import Unindented
from app.web.wording.codes import code_of
from app.web.wording.formats import (
    lately,
    long_date,
    masked_phone,
    moment,
    short_day,
    short_moment,
    short_number,
    show,
    soft_id,
    state_mark,
    translate,
)
from app.web.wording.titles import (
    actor_title,
    claim_titles,
    event_title,
    fact_title,
    field_title,
    kept_titles,
    kept_values,
    part_titles,
    part_values,
    payee_name,
    payee_title,
    phase_title,
    programme_title,
    role_title,
    shared_facts,
    source_titles,
    state_title,
    verdict_title,
)
from app.web.wording.totals import TOTALS
from app.web.wording.translations import spoken

FILTERS = {
    "yuan": format_yuan,
    "uppercase": uppercase,
    "show": show,
    "visible": visible,
    "moment": moment,
    "lately": lately,
    "short_moment": short_moment,
    "long_date": long_date,
    "short_day": short_day,
    "soft_id": soft_id,
    "state_mark": state_mark,
    "short_number": short_number,
}


def init_app(app: Flask) -> None:
    """Make the helpers known to every template."""
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        translate=translate,
        state_title=state_title,
        claim_titles=claim_titles,
        source_titles=source_titles,
        sidebar=sidebar,
        menu=menu,
        trail=trail,
        role_title=role_title,
        shared_facts=shared_facts,
        verdict_title=verdict_title,
        may=may,
        programme_title=programme_title,
        event_title=event_title,
        field_title=field_title,
        fact_title=fact_title,
        phase_title=phase_title,
        kept_titles=kept_titles,
        kept_values=kept_values,
        part_titles=part_titles,
        part_values=part_values,
        zip=zip,
        code_of=code_of,
        payee_name=payee_name,
        payee_title=payee_title,
        objection_states=OBJECTION_STATES,
        **TOTALS,
        **ADDRESSES,
        actor_title=actor_title,
        mask=mask,
        masked_phone=masked_phone,
        attributes_of=attributes_of,
        help_url=help_url,
        programmes=programmes,
    )
    app.context_processor(_context)


def session_left() -> int:
    """Return whole seconds until the session ends if nothing more is done in it; one that this request opened has them all."""
    left = g.bearer.left if "bearer" in g else logins.IDLE
    return int(left.total_seconds())


def help_url() -> str:
    """Return the chapter of the manual that explains the page at hand, or the manual's beginning."""
    chapter = chapter_for(request.blueprint)
    return url_for("HelpView.chapter", number=chapter.number) if chapter else url_for("HelpView.index")


def may(permission: str, view: str) -> bool:
    """Return whether the current login holds a permission on a view."""
    return fab().sm.has_access(permission, view)


def attributes_of(field: Field) -> dict[str, object]:
    """Return an input's attributes beyond its name: where its note stands, and a date picker for dates."""
    return {
        "aria-describedby": f"{field.id}-note",
        **({"type": "date"} if field.type == "DateField" else {}),
        **({"aria-invalid": "true"} if field.errors else {}),
        **(field.render_kw or {}),
    }


def _context() -> dict:
    locale = get_locale()
    return {
        "actor": g.get("actor"),
        "language": "zh-CN" if locale is None or locale.language == "zh" else locale.language,
        "appbuilder": fab(),
        "demo": current_app.config["DEMO"],
        "theme": session.get("theme"),
        "session_left": session_left,
        "today": g.today,
        # the piece of a page that stands beside a list (drawer.js)
        "fragment": request.headers.get("X-Fragment") == "1",
        # asked once for the hundreds of words of a page; macros, which know no context, ask for each
        "_": spoken().ugettext,
    }
