"""The manual's chapters: those that are written, and one of the registry's own for a function that nobody described yet."""

from __future__ import annotations

from itertools import groupby

from flask_appbuilder.baseviews import AbstractViewApi

from app.extensions import fab
from app.help import Chapter, chapter_of, chapters


def all_chapters() -> tuple[Chapter, ...]:
    """Return the written chapters in their order, then those that the registry gives."""
    return (*chapters(), *_unwritten())


def chapter_for(view: str | None) -> Chapter | None:
    """Return the chapter that explains a view; None for what has no place in the menu."""
    return chapter_of(view) or next((one for one in _unwritten() if view in one.views), None)


def _unwritten() -> list[Chapter]:
    """Return one chapter for a programme's functions and for every other one: where they hang, and its rules."""
    views = [view for view in fab().baseviews if getattr(view, "menu", ()) and not chapter_of(view.endpoint)]
    return [_chapter(name, list(group)) for name, group in groupby(views, _subject)]


def _subject(view: AbstractViewApi) -> str:
    programme = getattr(view, "programme", None)
    return programme.code if programme else view.endpoint


def _chapter(name: str, views: list[AbstractViewApi]) -> Chapter:
    programme = getattr(views[0], "programme", None)
    title = programme.title if programme else views[0].menu_title
    endpoints = tuple(view.endpoint for view in views)
    return Chapter(name, title, (), endpoints, rules_of=programme.code if programme else "")
