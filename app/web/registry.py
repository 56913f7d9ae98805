"""Which views the product has; a programme's own come from its folder."""

from __future__ import annotations

from flask_appbuilder.base import AppBuilder

from app.web.batches import BatchView
from app.web.home import DeskView
from app.web.programmes import programme_views
from app.web.registers import REGISTER_VIEWS
from app.web.settings import SETTINGS_VIEWS


def register_views(appbuilder: AppBuilder) -> None:
    """Adds every view; the sidebar is drawn from what each says of itself (`menu`, `granted`)."""
    for view in (DeskView, BatchView, *programme_views(), *REGISTER_VIEWS, *SETTINGS_VIEWS):
        appbuilder.add_view_no_menu(view)
