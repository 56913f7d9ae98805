"""What templates may call: translation of stored messages, money, dates, states, the sidebar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from flask import Flask, current_app, g, request, url_for
from flask_babel import format_date, get_locale
from markupsafe import Markup
from wtforms import Field

from app.engine.access import own_roles
from app.engine.access.roles import TITLES as ROLE_TITLES
from app.engine.audit import EVENTS
from app.engine.cases import states
from app.engine.cases.claims import Application, Claim
from app.engine.casework.objections import STATES as OBJECTION_STATES
from app.engine.programme import Programme
from app.engine.rules.rule import VERDICTS
from app.engine.sessions import logins
from app.engine.sheets import Column
from app.engine.workflow.transition import Transition
from app.extensions import db, fab
from app.help import chapter_of
from app.kernel.dates import SHANGHAI
from app.kernel.file_names import visible
from app.kernel.free_text import masked, without_numbers
from app.kernel.identifiers.citizen_id import mask
from app.kernel.messages import Message
from app.kernel.money import format_yuan, uppercase
from app.registers.ciphers import UNREADABLE, text_or
from app.web.page.addresses import ADDRESSES
from app.web.page.programmes import programme_of, programme_or_none, programmes
from app.web.page.sidebar import sidebar, trail
from app.web.page.titles import FIELD_TITLES, PHASES, SHOWN
from app.web.page.totals import TOTALS
from app.web.page.translations import gettext, spoken
from app.web.page.unindented import Unindented
from app.web.page.user_names import NAMES

NOTHING = "—"


def init_app(app: Flask) -> None:
    """Makes the helpers known to every template."""
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.filters.update(
        yuan=format_yuan,
        uppercase=uppercase,
        show=show,
        visible=visible,
        moment=moment,
        long_date=long_date,
        state_pill=state_pill,
    )
    app.jinja_env.globals.update(
        translate=translate,
        state_title=state_title,
        source_titles=source_titles,
        sidebar=sidebar,
        trail=trail,
        role_title=role_title,
        verdict_title=verdict_title,
        may=may,
        programme_title=programme_title,
        event_title=event_title,
        field_title=field_title,
        fact_title=fact_title,
        phase_title=phase_title,
        kept_titles=kept_titles,
        kept_values=kept_values,
        zip=zip,
        payee_title=payee_title,
        objection_states=OBJECTION_STATES,
        **(TOTALS | NAMES | ADDRESSES),
        mask=mask,
        masked_phone=masked_phone,
        attributes_of=attributes_of,
        help_url=help_url,
        programmes=programmes,
    )
    app.context_processor(_context)


def translate(message: Message | Mapping) -> str:
    """A message, or its stored form, in the language of the page; facts that are sentences are translated too."""
    if not isinstance(message, Message):
        message = Message.from_json(message)
    facts = {name: _fact(value) for name, value in message.params.items()}
    return gettext(message.msgid).format(**facts)


def _fact(value: object) -> object:
    if isinstance(value, Message):
        return translate(value)
    return gettext(value) if isinstance(value, str) and value else value


def show(value: object) -> str | Markup:
    """One value in a table cell; most are plain text."""
    if type(value) is str:
        return value or NOTHING
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, Decimal):
        return format_yuan(value)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def moment(value: datetime) -> str:
    """A point in time as the clock in the office shows it."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def long_date(day: date) -> str:
    """A day as papers write it: 2026年11月23日."""
    return format_date(day, "long")


def state_title(state: str) -> str:
    return gettext(states.TITLES[state])


def pill(kind: str, text: str) -> Markup:
    """A word that is seen at a glance."""
    return Markup('<span class="pill pill-%s">%s</span>') % (kind, text)


def state_pill(state: str, titles: Mapping[str, str] = states.TITLES) -> Markup:
    return pill(state, gettext(titles[state]))


def source_titles(move: Transition) -> list[str]:
    """The states from which a move is possible."""
    return [gettext(move.titles[state]) for state in move.sources]


def role_title(role: str) -> str:
    """What a role is called: one of the product's in the language of the page, an office's own as its office wrote it."""
    if role in ROLE_TITLES:
        return gettext(ROLE_TITLES[role])
    own = own_roles.known(db.session).get(role)
    return own.title if own else role


def programme_title(code: str) -> str:
    return gettext(programme_of(code).title)


def session_left() -> int:
    """Whole seconds until the session ends if nothing more is done in it; one that this request opened has them all."""
    left = g.bearer.left if "bearer" in g else logins.IDLE
    return int(left.total_seconds())


def help_url() -> str:
    """The chapter of the manual that explains the page at hand, or the manual's beginning."""
    chapter = chapter_of(request.blueprint)
    return url_for("HelpView.chapter", number=chapter.number) if chapter else url_for("HelpView.index")


def verdict_title(verdict: str) -> str:
    return gettext(VERDICTS[verdict])


def may(permission: str, view: str) -> bool:
    """Whether the current login holds a permission on a view."""
    return fab().sm.has_access(permission, view)


def event_title(event: str) -> str:
    return gettext(EVENTS[event])


def field_title(field: str, programme: str | None = None) -> str:
    """What a stored field is called: by the product, else by the sheet of the programme (a code) that keeps it."""
    known = programme_or_none(programme)
    if known and field in known.labels:
        return gettext(known.labels[field])
    column = _kept_column(programme, field)
    return gettext(FIELD_TITLES.get(field) or (column.title if column else field))


def fact_title(
    field: str, value: object, programme: str | None = None, event: str | None = None
) -> str | Markup:
    """A stored fact of the audit log; states and choices by their names, which depend on what the event moved."""
    if field == "state" and value:
        return gettext(_titles_of(programme, event).get(str(value), str(value)))
    if field == "shown" and value in SHOWN:
        return gettext(SHOWN[value])
    if isinstance(value, dict):
        return "；".join(f"{field_title(k, programme)}：{show(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(role_title(str(v)) for v in value)
    if isinstance(value, str):
        # entries of 0.5.0 are sealed with what they hold
        value = without_numbers(value)
    column = _kept_column(programme, field)
    return choice_title(column, value) if column and column.choices else show(value)


def masked_phone(claim: Claim) -> str:
    """The last digits of the phone that a claim was registered with; the page opens without it too."""
    instead = gettext(UNREADABLE)
    phone = text_or(g.vault, claim, Claim.phone_cipher, instead)
    return phone if phone == instead else masked(phone)


def _titles_of(programme: str | None, event: str | None) -> Mapping[str, str]:
    """The states of what an event of a programme moves; those of claims where it moves nothing."""
    known = programme_or_none(programme)
    move = known.transitions.get(event) if known and event else None
    return move.titles if move else states.TITLES


def kept_titles(programme: Programme) -> list[str]:
    """What is called that which the programme keeps of each person beyond what all programmes do."""
    return [field_title(name, programme.code) for name in programme.kept]


def kept_values(programme: Programme, claim: Claim) -> list[str | Markup]:
    """A claim's values under those titles."""
    shown, ends = [], programme.judged.get("ends_on")
    for name in programme.kept:
        column, value = programme.columns.get(name), getattr(claim, name)
        if value is None and name == ends:
            value = gettext("无固定期限")
        shown.append(choice_title(column, value) if column and column.choices else show(value))
    return shown


def _kept_column(programme: str | None, field: str) -> Column | None:
    """The sheet's column behind a field that a programme keeps."""
    known = programme_or_none(programme)
    return known.columns.get(field) if known and field in known.kept else None


def phase_title(phase: str) -> str:
    return gettext(PHASES[phase])


def choice_title(column: Column, value: object) -> str:
    """The label of a choice as the sheet names it."""
    titles = dict(column.choices)
    return gettext(titles[value]) if value in titles else NOTHING


def payee_title(application: Application) -> str:
    """Who is paid, with the number that tells namesakes apart."""
    payee = application.payee
    return f"{payee.name}（{payee.uscc if application.payee_kind == 'unit' else payee.masked_id}）"


def attributes_of(field: Field) -> dict[str, object]:
    """What an input says of itself beyond its name: where its note stands, and a date picker for dates."""
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
        "session_left": session_left,
        "today": g.today,
        # asked once for the hundreds of words of a page; macros, which know no context, ask for each
        "_": spoken().ugettext,
    }
