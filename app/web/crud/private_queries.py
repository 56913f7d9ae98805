"""A number that identifies somebody stands in no address: a search for it is encrypted, for the one who typed it."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qsl, urlencode

from flask import abort, g
from werkzeug.datastructures import MultiDict

from app.kernel.errors import BadValue
from app.kernel.free_text import without_numbers

MARK = "~"
MOST_FIELDS = 100
IN_ADDRESS = b"address\0"


def in_clear(args: MultiDict) -> bool:
    """Return whether an address names somebody."""
    return any(without_numbers(text) != text for text in args.values())


def encrypt_query(args: MultiDict) -> str:
    """Return the query string of a search in which nothing identifies anybody; empty fields are left out."""
    return urlencode([(name, _encrypt(text)) for name, text in args.items(multi=True) if text.strip()])


def parse_query(query: str) -> MultiDict:
    """Return a list's query string that was posted back."""
    if query.count("&") >= MOST_FIELDS:
        abort(400)
    return MultiDict(parse_qsl(query, max_num_fields=MOST_FIELDS))


def decrypt_text(text: str) -> str:
    """Return what was typed; nothing when somebody else typed it, or when it was altered on the way."""
    if not text.startswith(MARK):
        return text
    try:
        cipher = base64.urlsafe_b64decode(text.removeprefix(MARK))
        owner, _, typed = g.vault.decrypt(cipher, IN_ADDRESS).partition(":")
    except (BadValue, binascii.Error):
        return ""
    return typed if owner == str(g.actor.user_id) else ""


def _encrypt(text: str) -> str:
    if without_numbers(text) == text:
        return text
    cipher = g.vault.encrypt(f"{g.actor.user_id}:{text}", IN_ADDRESS)
    return MARK + base64.urlsafe_b64encode(cipher).decode()
