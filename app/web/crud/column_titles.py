"""What a view's columns are called: Flask-AppBuilder would guess English titles, and write them into those that views share."""

from __future__ import annotations

from typing import Any

SHOWN = ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "export_columns")
"""What a view shows under the titles of its `label_columns`."""


def titles_of(view: Any) -> dict[str, str]:
    """Return the view's own copy of its titles. Raises ValueError for a column that has none."""
    titles = dict(view.label_columns or {})
    columns = {column for kind in SHOWN for column in getattr(view, kind) or ()}
    if untitled := sorted(columns - titles.keys()):
        raise ValueError(f"{type(view).__name__}: label_columns lacks {', '.join(untitled)}")
    return titles
