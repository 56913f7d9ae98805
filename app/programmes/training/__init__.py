"""就业创业培训: an employer is paid for employees who complete an online training while work stands still."""

from pathlib import Path

from app.engine.cases.periods import ANY, Period
from app.engine.edition import Amount
from app.engine.policy import Policy
from app.engine.programme import Classes, Programme, Wording
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
    "students": N_("学员数"),
    "students_added": N_("新增学员"),
    "first_student_no": N_("起始序号"),
    "theory_score": N_("理论成绩"),
    "practical_score": N_("实操成绩"),
    "passed": N_("合格"),
    "certificate_no": N_("证书编号"),
    "completed_on": N_("结业日期"),
}
CLASSES = Classes(
    of_people=past.classes_of,
    numbered=past.numbered,
    past=past.past,
    place=N_("培训班级"),
    title=N_("培训项目"),
    state=N_("班级状态"),
    standing=N_("学员状态"),
)
WORDING = Wording(
    begin=N_("班级"),
    staff=N_("学员"),
    created_on=N_("申报日期"),
    people=N_("申报学员"),
    passed=N_("申报学员"),
    count=N_("共 {count} 名学员"),
    nobody=N_("请在“疫情培训补贴申报”中选择班级申报。"),
    submit=N_("提交申报"),
    receipt=N_("{programme}申报受理回执"),
    amount=N_("申报金额（元）"),
)

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
    policy_date="opens_on",
    own=("hours",),
    period=Period(ANY),
    by_sheet=False,
    classes=CLASSES,
    former={"submit_completion": "graduate"},
    labels=LABELS,
    wording=WORDING,
    clearings=CLEARINGS,
    menu=(N_("业务经办"), N_("机构服务"), N_("就业创业培训管理")),
    amount=Amount("""CAST(least(round((candidates.own->>'hours')::int * (candidates.policy->>'amount_per_hour')::numeric, 2),
                         (candidates.policy->>'amount_cap')::numeric) AS numeric(12, 2))"""),
)
