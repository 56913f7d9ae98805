"""The menu by role: drawn from what each view says of its place and from what the login may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import current_app, request, url_for
from flask_babel import gettext


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
    root = Node("")
    for view in current_app.appbuilder.baseviews:
        menu = getattr(view, "menu", None)
        if menu and current_app.appbuilder.sm.has_access(view.entry_permission, view.class_permission_name):
            _graft(
                root,
                menu,
                Node(
                    gettext(view.menu_title),
                    url_for(f"{view.endpoint}.{view.default_view}"),
                    view.endpoint,
                    gettext(menu[-1]),
                    request.blueprint == view.endpoint,
                ),
            )
    return root.children


def leaves(nodes: list[Node]) -> Iterator[Node]:
    """The functions of a tree, in its order."""
    for node in nodes:
        yield from leaves(node.children) if node.url is None else (node,)


def trail(nodes: list[Node]) -> list[Node]:
    """From the top of the menu to the function that is open; empty where none is."""
    here = next((node for node in nodes if node.open), None)
    return [] if here is None else [here, *trail(here.children)]


def _graft(root: Node, path: tuple[str, ...], leaf: Node) -> None:
    for title in map(gettext, path):
        branch = next((child for child in root.children if child.title == title and child.url is None), None)
        if branch is None:
            branch = Node(title)
            root.children.append(branch)
        root = branch
    root.children.append(leaf)
