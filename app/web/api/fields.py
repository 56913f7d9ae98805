"""Fields that take exactly what the API's document says of them; marshmallow's own take more (` 5`, `"yes"`, `2026-3-1`)."""

from __future__ import annotations

import re

from marshmallow import ValidationError, fields

from app.kernel.text import whole_number

WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Text(fields.String):
    """Text that can be stored: half of a surrogate pair, which JSON can name, can't."""

    def _deserialize(self, value, attr, data, **kwargs) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValidationError("no Unicode text") from error
        return text


class Flag(fields.Boolean):
    """true or false."""

    def _deserialize(self, value, attr, data, **kwargs) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Number(fields.Integer):
    """Digits of an address."""

    def _deserialize(self, value, attr, data, **kwargs) -> int:
        number = whole_number(value)
        if number is None:
            raise self.make_error("invalid", input=value)
        return number


class Day(fields.Date):
    """YYYY-MM-DD."""

    def _deserialize(self, value, attr, data, **kwargs):
        if not WRITTEN.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **kwargs)
