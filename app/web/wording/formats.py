"""Values as people read them: sentences, money, dates, states as rings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_skeleton
from flask import g
from flask_babel import format_date, get_locale
from markupsafe import Markup, escape

from app.engine.cases import states
from app.engine.cases.claims import Claim
from app.kernel.dates import SHANGHAI
from app.kernel.free_text import masked
from app.kernel.messages import Message
from app.kernel.money import format_yuan
from app.registers.ciphers import UNREADABLE, text_or
from app.web.wording.translations import gettext

NOTHING = "—"
MASKED = re.compile(r"([^*]*)(\**)(.*)", re.DOTALL)


def translate(message: Message | Mapping) -> str:
    """Return a message, or its stored form, in the language of the page; facts that are sentences are translated too."""
    if not isinstance(message, Message):
        message = Message.from_json(message)
    facts = {name: fact(value) for name, value in message.params.items()}
    return gettext(message.msgid).format(**facts)


def fact(value: object) -> object:
    """Return one fact of a message as its sentence shows it."""
    if isinstance(value, Message):
        return translate(value)
    return gettext(value) if isinstance(value, str) and value else value


def show(value: object) -> str | Markup:
    """Return one value in a table cell; most are plain text."""
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
    """Return a point in time as the clock in the office shows it."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def lately(value: datetime) -> str:
    """Return a point in time as one says it beside the work: the hour of today, the day of another one."""
    local = value.astimezone(SHANGHAI)
    return local.strftime("%H:%M" if local.date() == datetime.now(SHANGHAI).date() else "%Y-%m-%d")


def long_date(day: date) -> str:
    """Return a day as papers write it: 2026年11月23日."""
    return format_date(day, "long")


def short_day(day: date, today: date) -> str:
    """Return a day as people name it in a sentence: 9月30日, with its year in another one."""
    return format_skeleton("MMMd" if day.year == today.year else "yMMMd", day, locale=get_locale())


def short_moment(value: datetime) -> str:
    """Return a point in time as people name it in a sentence: 9月30日 14:51."""
    local = value.astimezone(SHANGHAI)
    return f"{short_day(local.date(), g.today)} {local:%H:%M}"


def soft_id(masked_id: str) -> Markup:
    """Return a masked number with its asterisks softened."""
    head, stars, tail = MASKED.fullmatch(masked_id).groups()  # type: ignore[union-attr]  # every text matches
    return Markup("%s<i>%s</i>%s") % (head, stars, tail)


def tag(kind: str, text: str) -> Markup:
    """Return a word that is seen at a glance."""
    return Markup('<span class="tag tag--%s">%s</span>') % (kind, text)


@lru_cache(maxsize=4096)
def short_number(number: str) -> Markup:
    """Return a number of ours of which a list shows the end: month and day, or the year, and the running number."""
    parts = number.split("-")
    if len(parts) < 3:
        return escape(number)
    tail = f"{parts[-2][-4:]}-{parts[-1]}"
    head = number.removesuffix(tail)
    return Markup('<span class="short" title="%s"><span>%s</span>%s</span>') % (number, head, tail)


def state_mark(state: str, titles: Mapping[str, str] = states.TITLES) -> Markup:
    """Return a state with the ring that fills as a case goes on."""
    return Markup('<span class="state state--%s">%s</span>') % (state, gettext(titles[state]))


def masked_phone(claim: Claim) -> str | None:
    """Return the last digits of the phone that a claim was registered with; the page opens without it too."""
    instead = gettext(UNREADABLE)
    phone = text_or(g.vault, claim, Claim.phone_cipher, instead)
    return phone if phone is None or phone == instead else masked(phone)
