"""FAB's AppBuilder as this product uses it; what is looked up by a name is kept as the views register."""

from __future__ import annotations

from collections import defaultdict

from flask_appbuilder import Model
from flask_appbuilder.base import AppBuilder as FabAppBuilder
from flask_appbuilder.baseviews import AbstractViewApi


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
