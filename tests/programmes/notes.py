"""A screen that belongs to no programme."""

from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.engine.access.roles import AUDITOR, REVIEWER
from app.kernel.messages import N_
from app.web.crud.views import Screen


class SkillNotesView(Screen, BaseView):
    route_base = "/skill_notes"
    default_view = "show"
    menu = (N_("业务经办"),)
    menu_title = N_("技能札记")
    entry_permission = "can_show"
    granted = dict.fromkeys((REVIEWER, AUDITOR), ("can_show",))

    @expose("/")
    @has_access
    def show(self):
        return f"<h1>{self.menu_title}</h1>"
