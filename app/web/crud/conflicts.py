"""A stale edit: what the form was opened with, what somebody has made of the row since, and what was typed, side by side.

A form carries what it was opened with (`seen`), signed for its address and its user. Fields are compared as a browser
posts them; those that only the other one changed come back as they are now, so that saving again undoes nothing unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, g, request
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, select
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, SelectField, SelectMultipleField

from app.engine.audit import NAMED, AuditEntry
from app.extensions import db
from app.kernel.errors import Stale
from app.web.wording.translations import gettext

Written = Mapping[str, list[str]]
"""Field → the values that a browser would post for it."""


@dataclass(frozen=True)
class Difference:
    """One field in words; `opened` is None where the form didn't say; `both`: both changed it, to different ends."""

    label: str
    opened: str | None
    now: str
    yours: str
    both: bool


@dataclass(frozen=True)
class Conflict:
    """`typed` fills the form again; `entry` tells who changed the row last, and when, if that is in sight."""

    seen: str
    typed: MultiDict
    differences: Sequence[Difference]
    entry: AuditEntry | None


@dataclass(frozen=True)
class Edit:
    """A form of a row that others may change meanwhile.

    `make` gives the form of the row as it is (None), or of what is typed; `changed_by` finds the row's changes in the
    audit log. `names` are the fields compared, if not all; `more` gives further inputs: name → (label, value now).
    """

    make: Callable[[MultiDict | None], Form]
    changed_by: ColumnElement[bool]
    names: Sequence[str] = ()
    more: Callable[[], Mapping[str, tuple[str, str]]] = dict

    @property
    def seen(self) -> str:
        """What the form opens with, for its hidden field."""
        return seen(self.make(None), self.names, **{name: value for name, (_, value) in self.more().items()})

    def insist(self) -> None:
        """Raise Stale where the row is no longer what the posted form was opened with."""
        if request.form.get("seen") != self.seen:
            raise Stale

    def conflict(self, yours: Form) -> Conflict:
        return between(self.make(None), yours, self.changed_by, self.names, self.more())

    def token(self, conflict: Conflict | None) -> str:
        """Return what the shown form says it was opened with: a posted one still what it was."""
        if conflict:
            return conflict.seen
        return request.form.get("seen", self.seen)


def seen(form: Form, names: Iterable[str] = (), **more: str) -> str:
    """Return what a form opens with, for its hidden field; `names` are its fields, if not all, `more` further inputs."""
    return _token(_written(form, names) | {name: [value] for name, value in more.items()})


def between(
    now: Form,
    yours: Form,
    changed_by: ColumnElement[bool],
    names: Iterable[str] = (),
    more: Mapping[str, tuple[str, str]] | None = None,
) -> Conflict:
    """Return the row's form as it stands against the posted one; `changed_by` finds the changes of the row in the audit log.

    `more` are further inputs: name → (label, value now).
    """
    more = more or {}
    names = tuple(names) or tuple(now._fields)
    theirs = _written(now, names) | {name: [value] for name, (_, value) in more.items()}
    typed = _written(yours, names) | {name: [request.form.get(name, "")] for name in more}
    opened = _opened()
    differences = [
        _difference(name, now._fields.get(name), more.get(name, ("",))[0], opened, theirs, typed)
        for name in theirs
        if not (opened or theirs).get(name) == theirs[name] == typed[name]
    ]
    entries = select(AuditEntry).where(changed_by).options(NAMED).order_by(AuditEntry.id.desc()).limit(1)
    return Conflict(_token(theirs), _merged(opened, theirs, typed), differences, db.session.scalar(entries))


def _merged(opened: Written | None, theirs: Written, typed: Written) -> MultiDict:
    merged = MultiDict(request.form)
    for name, values in typed.items():
        untouched = opened is not None and opened.get(name) == values
        merged.setlist(name, theirs[name] if untouched else values)
    return merged


def _difference(
    name: str, field: Field | None, label: str, opened: Written | None, theirs: Written, typed: Written
) -> Difference:
    was = opened.get(name) if opened is not None else None
    return Difference(
        gettext(field.label.text) if field is not None else label,
        None if was is None else _in_words(field, was),
        _in_words(field, theirs[name]),
        _in_words(field, typed[name]),
        both=typed[name] != theirs[name] and was not in (typed[name], theirs[name]),
    )


def _written(form: Form, names: Iterable[str] = ()) -> dict[str, list[str]]:
    return {name: _posted(form[name]) for name in (names or form._fields)}


def _posted(field: Field) -> list[str]:
    if isinstance(field, SelectField):
        picked = [str(option.data) for option in field if option.checked]
        return picked if isinstance(field, SelectMultipleField) else picked[:1]
    if isinstance(field, BooleanField):
        return ["y"] if field.data else []
    return [field._value()]


def _in_words(field: Field | None, values: list[str]) -> str:
    if isinstance(field, BooleanField):
        return gettext("是") if values else gettext("否")
    if isinstance(field, SelectField):
        titles = {str(option.data): option.label.text for option in field}
        values = [gettext(titles[value]) if titles.get(value) else value for value in values]
    return gettext("、").join(value for value in values if value) or "—"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="seen")


def _token(written: Written) -> str:
    return _serializer().dumps([g.actor.user_id, request.path, dict(written)])


def _opened() -> Written | None:
    """Return what the form was opened with, if it was opened here and by this user."""
    try:
        user_id, path, written = _serializer().loads(request.form.get("seen", ""))
    except BadData:
        return None
    return written if (user_id, path) == (g.actor.user_id, request.path) else None
