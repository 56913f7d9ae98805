"""The menu by role: drawn from what each view says of its place and from what the login may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale

from app.kernel.messages import N_
from app.web.page.translations import gettext

SETTINGS = (N_("系统管理"),)
"""The place in the menu of whatever administrators keep."""


@dataclass
class Node:
    """A branch of the menu, or a leaf with an address; `key` is its endpoint, `place` the branch that it hangs on."""

    title: str
    url: str | None = None
    key: str = ""
    place: str = ""
    current: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.current or any(child.open for child in self.children)


def sidebar() -> list[Node]:
    """The tree of the functions that the current login may open, in the order of registration."""
    app, root = current_app._get_current_object(), Node("")
    may = app.appbuilder.sm.permissions_of_request()
    for path, title, url, key in _functions(app, may, str(get_locale()), request.script_root):
        _graft(root, path, Node(title, url, key, path[-1], request.blueprint == key))
    return root.children


@lru_cache(maxsize=256)
def _functions(app: Flask, may: frozenset[tuple[str, str]], locale: str, root: str) -> list[tuple]:
    """(branches, title, address, endpoint) of what these permissions open, in that language, below that root: made once."""
    return [
        (
            tuple(map(gettext, view.menu)),
            gettext(view.menu_title),
            url_for(f"{view.endpoint}.{view.default_view}"),
            view.endpoint,
        )
        for view in app.appbuilder.baseviews
        if getattr(view, "menu", None) and (view.entry_permission, view.class_permission_name) in may
    ]


def leaves(nodes: list[Node]) -> Iterator[Node]:
    """The functions of a tree, in its order."""
    for node in nodes:
        yield from leaves(node.children) if node.url is None else (node,)


def trail(nodes: list[Node]) -> list[Node]:
    """From the top of the menu to the function that is open; empty where none is."""
    here = next((node for node in nodes if node.open), None)
    return [] if here is None else [here, *trail(here.children)]


def _graft(root: Node, path: tuple[str, ...], leaf: Node) -> None:
    for title in path:
        branch = next((child for child in root.children if child.title == title and child.url is None), None)
        if branch is None:
            branch = Node(title)
            root.children.append(branch)
        root = branch
    root.children.append(leaf)
