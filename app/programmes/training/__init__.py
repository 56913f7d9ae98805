"""就业创业培训: an employer is paid for employees who complete an online training while work stands still."""

from pathlib import Path

from app.engine.policy import Policy
from app.engine.programme import Classes, Programme
from app.kernel.messages import N_
from app.programmes.training import past
from app.programmes.training.clearings import CLEARINGS
from app.programmes.training.model import TrainingApplication, TrainingClaim
from app.programmes.training.rules import RULES
from app.programmes.training.sheet import RESULTS, STUDENTS
from app.programmes.training.workflow import WORKFLOW

LABELS = {
    "opens_on": N_("开班日期"),
    "closes_on": N_("结业日期"),
    "hours": N_("课时"),
    "platform": N_("培训平台"),
    "teacher": N_("授课教师"),
    "contact": N_("班级联系人"),
    "contact_phone": N_("联系人电话"),
    "stop_from": N_("停工开始日期"),
    "stop_to": N_("停工结束日期"),
    "project": N_("培训项目"),
    "students_added": N_("新增学员"),
    "first_student_no": N_("起始序号"),
    "theory_score": N_("理论成绩"),
    "practical_score": N_("实操成绩"),
    "passed": N_("合格"),
    "certificate_no": N_("证书编号"),
    "completed_on": N_("结业日期"),
}

PROGRAMME = Programme(
    code="training",
    title=N_("就业创业培训补贴"),
    prefix="PX",
    application=TrainingApplication,
    claim=TrainingClaim,
    sheet=STUDENTS,
    further_sheets=(RESULTS,),
    rules=RULES,
    workflow=WORKFLOW,
    policy=Policy.load(Path(__file__).parent / "policy.yaml"),
    judged={"starts_on": "opens_on", "ends_on": "closes_on"},
    own=("hours",),
    once=False,
    by_sheet=False,
    classes=Classes(past.classes_of, past.numbered, past.past),
    former={"submit_completion": "graduate"},
    labels=LABELS,
    clearings=CLEARINGS,
    menu=(N_("业务经办"), N_("机构服务"), N_("就业创业培训管理")),
    amount="""CAST(least(round((candidates.own->>'hours')::int * (candidates.policy->>'amount_per_hour')::numeric, 2),
                         (candidates.policy->>'amount_cap')::numeric) AS numeric(12, 2))""",
)
