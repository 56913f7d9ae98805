"""The menu by role: drawn from FAB's menu and from what the login may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from flask import render_template, request
from flask_appbuilder import AppBuilder
from flask_babel import get_locale
from markupsafe import Markup

from app.extensions import fab
from app.kernel.messages import N_

SETTINGS = (N_("系统管理"),)
"""The place in the menu of whatever administrators keep."""


@dataclass
class Node:
    """A branch of the menu, or a leaf with an address; `key` is its endpoint, `place` the branch that it hangs on.

    `short` is what its branch's name needn't say again, empty where that is the title itself; `icon` is a symbol of icons.svg.
    `head` is the key of the leaf of whose tabs this one is: it is found by its name, but not drawn; `tabs` are the keys
    of a head's.
    """

    title: str
    url: str | None = None
    key: str = ""
    place: str = ""
    current: bool = False
    children: list[Node] = field(default_factory=list)
    short: str = ""
    icon: str = ""
    head: str = ""
    tabs: list[str] = field(default_factory=list)
    holds: bool = False

    @property
    def open(self) -> bool:
        return self.current or any(child.open for child in self.children)

    @property
    def drawn(self) -> bool:
        """Whether the menu shows it: a leaf that is no tab, a branch that has one."""
        return not self.head if self.url is not None else any(child.drawn for child in self.children)


def sidebar() -> list[Node]:
    """Return the tree of the functions that the current login may open, in the order of registration."""
    return _tree(_entries(*_asked()), request.blueprint)


def menu() -> Markup:
    """Return that tree as it is drawn; counts of what waits are filled in by the page's script."""
    return _drawn(*_asked(), request.blueprint)


def _asked() -> tuple[AppBuilder, frozenset[tuple[str, str]], str, str]:
    return fab(), fab().sm.permissions_of_request(), str(get_locale()), request.script_root


@lru_cache(maxsize=256)
def _entries(appbuilder: AppBuilder, may: frozenset[tuple[str, str]], locale: str, root: str) -> list[dict]:
    """Return what these permissions open, in that language, below that root: made once."""
    return appbuilder.menu.get_data()


@lru_cache(maxsize=1024)
def _drawn(
    appbuilder: AppBuilder, may: frozenset[tuple[str, str]], locale: str, root: str, here: str | None
) -> Markup:
    """Draw the menu once for a set of permissions, a language and the function that is open: a tenth of a page's time."""
    nodes = _tree(_entries(appbuilder, may, locale, root), here)
    return Markup(render_template("parts/menu.html", nodes=nodes))  # noqa: S704  # nosec B704


def _tree(entries: list[dict], here: str | None) -> list[Node]:
    """Return the tree in which `here` is open; a list that stands for others knows them."""
    nodes = _nodes(entries, here)
    by_key = {leaf.key: leaf for leaf in leaves(nodes)}
    for leaf in by_key.values():
        if leaf.head:
            by_key[leaf.head].tabs.append(leaf.key)
            by_key[leaf.head].holds |= leaf.current
    return nodes


def _nodes(entries: list[dict], here: str | None, place: str = "") -> list[Node]:
    nodes = []
    for entry in entries:
        name, label = entry["name"], entry["label"]
        if "childs" in entry:
            nodes.append(Node(label, children=_nodes(entry["childs"], here, label)))
        else:
            drawn = {part: entry[part] for part in ("short", "icon", "head")}
            nodes.append(Node(label, entry["url"], name, place, here == name, **drawn))
    return nodes


def leaves(nodes: list[Node]) -> Iterator[Node]:
    """Yield the functions of a tree, in its order."""
    for node in nodes:
        yield from leaves(node.children) if node.url is None else (node,)


def trail(nodes: list[Node]) -> list[Node]:
    """Return the way from the top of the menu to the function that is open; empty where none is."""
    here = next((node for node in nodes if node.open), None)
    return [] if here is None else [here, *trail(here.children)]
