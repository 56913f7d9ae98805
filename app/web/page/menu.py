"""FAB's menu with more than two levels: what one may list is what one sees, so nothing is granted on the menu itself."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import AbstractViewApi
from flask_appbuilder.menu import Menu, MenuItem

from app.extensions import fab
from app.web.wording.translations import gettext


class TreeMenu(Menu):
    """FAB's own finds the parent by the child's name, and its list of names doubles with every nested item."""

    def add_category(self, category: str, icon: str = "", label: str = "", parent_category: str = "") -> None:
        above = self.find(parent_category).childs if parent_category else self.menu
        above.append(MenuItem(category, icon=icon, label=label or category))

    def get_data(self, menu: Sequence[MenuItem] | None = None) -> list[dict]:
        """Return what the login of the request may open: name, label, url, short, icon and head of a view, or childs of a branch."""
        may, tree = fab().sm.has_access, []
        for item in self.menu if menu is None else menu:
            entry, view = {"name": item.name, "label": gettext(item.label)}, item.baseview
            if item.childs:
                if below := self.get_data(item.childs):
                    tree.append({**entry, "childs": below})
            elif view and may(view.entry_permission, view.class_permission_name):
                short = gettext(view.menu_short) if view.menu_short else ""
                head = view.menu_head()
                above = (
                    head.endpoint if head and may(head.entry_permission, head.class_permission_name) else ""
                )
                tree.append(
                    {**entry, "url": item.get_url(), "short": short, "icon": view.menu_icon, "head": above}
                )
        return tree


def add_view(appbuilder: AppBuilder, view: type[AbstractViewApi]) -> None:
    """Register a view, in the menu where its `menu` says so: the titles of the branches from the top."""
    category = ""
    for label in getattr(view, "menu", ()):
        above, category = category, f"{category}/{label}"
        if not appbuilder.menu.find(category):
            appbuilder.menu.add_category(category, label=label, parent_category=above)
    if category:
        appbuilder.add_view(view, view.__name__, label=view.menu_title, category=category)
    else:
        appbuilder.add_view_no_menu(view)
