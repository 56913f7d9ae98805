"""The catalogue of training projects (培训项目)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms.validators import NumberRange

from app.engine.access.roles import AUDITOR, CLERK, POLICY, REVIEWER
from app.kernel.messages import N_
from app.programmes.training.model import Project
from app.web.crud.views import READ, ModelView


class ProjectView(ModelView):
    datamodel = SQLAInterface(Project)
    route_base = "/training/projects"
    menu = (N_("业务经办"), N_("机构服务"), N_("就业创业培训管理"))
    menu_title = N_("培训项目目录")
    menu_short = N_("项目目录")
    menu_icon = "columns"
    include_route_methods = {"list", "show", "add", "edit"}
    granted = {POLICY: (*READ, "can_add", "can_edit"), CLERK: READ, REVIEWER: READ, AUDITOR: READ}
    validators_columns = {"hours": [NumberRange(1, 2000, N_("课时应为1至2000。"))]}
    change_event = "project_change"
    label_columns = {
        "code": N_("项目编号"),
        "name": N_("项目名称"),
        "occupation": N_("职业（工种）"),
        "level": N_("等级"),
        "hours": N_("课时"),
        "active": N_("可开班"),
    }
    list_columns = show_columns = add_columns = edit_columns = [
        "code",
        "name",
        "occupation",
        "level",
        "hours",
        "active",
    ]
    search_columns = ["code", "name", "occupation", "level", "active"]
    order_columns = ["code", "name", "hours"]
