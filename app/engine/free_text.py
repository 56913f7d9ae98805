"""Columns of text that people type freely."""

from __future__ import annotations

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from app.kernel.free_text import without_numbers


class FreeText(TypeDecorator[str]):
    """What may identify somebody is masked on the way in."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else without_numbers(value)
