"""FAB's AppBuilder as this product uses it; what is looked up by a name is kept as the views register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache

from flask_appbuilder import Model
from flask_appbuilder.base import AppBuilder as FabAppBuilder
from flask_appbuilder.baseviews import AbstractViewApi
from werkzeug.routing import Rule

from app.engine.access import roles


class LazyRule(Rule):
    """An address that learns how to be built when it is first asked for; most of a hundred programmes' never are in a worker."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable:
        make = cache(super()._compile_builder)
        return lambda rule, **values: make(append_unknown)(rule, **values)


class AppBuilder(FabAppBuilder):
    """Without FAB's page-history, language-by-GET and API views; ours are registered in `app.web`.

    `views`: endpoint → view. `pages`: (programme's code, model) → the view with the page of each such row (`page_of`).
    `countings`: what counts waiting rows → the lists that it counts (`app.web.page.waiting`).
    """

    def __init__(self, *args, **kwargs):
        self.views: dict[str, AbstractViewApi] = {}
        self.pages: dict[tuple[str, type[Model]], AbstractViewApi] = {}
        self.countings: defaultdict = defaultdict(list)
        super().__init__(*args, **kwargs)

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def register_blueprint(self, baseview: AbstractViewApi, *args, **kwargs) -> None:
        super().register_blueprint(baseview, *args, **kwargs)
        self.views[baseview.endpoint] = baseview
        if model := getattr(baseview, "page_of", None):
            self.pages[baseview.programme.code, model] = baseview
        if counting := getattr(baseview, "counting", None):
            self.countings[counting].append(baseview)

    def _view_exists(self, view: AbstractViewApi) -> bool:
        """Answer by a mapping; FAB compares with each view."""
        return type(view).__name__ in self.views

    def _process_inner_views(self) -> None:
        """Skip inner views, which none of ours has; FAB compares each view with each."""


def grants_of(views: Iterable[AbstractViewApi]) -> dict[roles.Pair, set[str]]:
    """Return (permission, view) → the roles that `granted` gives it to; raises ValueError for a permission that a view lacks."""
    grants: dict[roles.Pair, set[str]] = {}
    for view in views:
        name = view.class_permission_name
        grants |= {(permission, name): set() for permission in view.base_permissions}
        for role, permissions in getattr(view, "granted", {}).items():
            for permission in permissions:
                if (permission, name) not in grants:
                    raise ValueError(f"{type(view).__name__} grants {permission}, which it doesn't have")
                grants[permission, name].add(role)
    return grants


def reception_of(views: Iterable[AbstractViewApi]) -> set[roles.Pair]:
    """Return (permission, view) of what offices below the county may do, as the views say."""
    return {(name, view.class_permission_name) for view in views for name in getattr(view, "reception", ())}
