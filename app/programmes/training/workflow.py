"""The moves of a class, and those of its declared students, who move as every subsidy's claims do."""

from dataclasses import replace

from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.workflow.forms import MustOpinionForm, OpinionForm, PlainForm, ReasonForm
from app.engine.workflow.hooks import OWN_OFFICE, RULES
from app.engine.workflow.moves import DISBURSE, LIST, SUBSIDY
from app.engine.workflow.transition import Counted, Guard, Subject, Transition
from app.kernel.messages import N_
from app.programmes.training.classes import moving
from app.programmes.training.model import TrainingClass
from app.programmes.training.states import TITLES

OWN_CLASS = Guard("c.office_id <> :office_id", OWN_OFFICE.sentence)
CLASSES_COUNTED = Counted(
    extent=N_("共 {count} 个班级"),
    changed=N_("另有 {count} 个班级在勾选后有变动，不会办理。请办理后返回列表重新勾选。"),
    nothing=N_("没有可以办理的班级。请返回列表重新勾选。"),
    moved=N_("已办理 {count} 个班级"),
    refused=N_("未办理 {count} 个班级，原因见下表"),
    done=N_("已办理{moved}个班级，未办理{refused}个班级。"),
    money=False,
)
CLASSES = Subject(
    model=TrainingClass,
    titles=TITLES,
    headers=(N_("培训期号"), N_("单位"), N_("培训项目")),
    amount="CAST(0 AS numeric)",
    audited={"programme": "'training'", "class_id": "c.id"},
    judge=moving.judge,
    take=moving.take,
    leave=moving.leave,
    loads=(TrainingClass.employer, TrainingClass.project),
    counted=CLASSES_COUNTED,
    version="(c.version + (SELECT coalesce(sum(e.version), 0) FROM enrolments e WHERE e.class_id = c.id))",
)

NOT_THE_OPENER = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.class_id = c.id AND e.actor_id = :actor_id
                AND e.event IN ('apply', 'edit', 'remove', 'submit_class'))""",
    N_(
        "您录入、修改或提交过本班，不能由您审核开班。请由其他审核人员办理；人手不足时可请市（州）审核人员办理。"
    ),
)
NOT_THE_COMPLETER = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.class_id = c.id AND e.actor_id = :actor_id
                AND e.event IN ('complete_student', 'import_results', 'graduate', 'submit_completion'))""",
    N_("您录入过本班结业成绩或提交过结业，不能由您审核结业。请由其他审核人员办理。"),
)
ALL_HAVE_RESULTS = Guard(
    "EXISTS (SELECT 1 FROM enrolments e WHERE e.class_id = c.id AND e.state = 'enrolled' AND e.passed IS NULL)",
    N_("还有{count}名学员没有结业成绩。请导入成绩或逐个登记后再提交。"),
    """(SELECT jsonb_build_object('count', count(*)) FROM enrolments e
        WHERE e.class_id = c.id AND e.state = 'enrolled' AND e.passed IS NULL)""",
)
NOTHING_DECLARED = Guard(
    f"""EXISTS (SELECT 1 FROM enrolments e JOIN claims t ON t.enrolment_id = e.id
                WHERE e.class_id = c.id
                      AND t.state IN {OPEN_OR_LIVE})""",  # noqa: S608  # nosec B608  # constants of the code
    N_("本班已申报补贴，不能取消。请先撤回申报。"),
)
NOT_COMPLETED = Guard(
    """NOT EXISTS (SELECT 1 FROM enrolments e JOIN training_classes k ON k.id = e.class_id
                   WHERE e.id = c.enrolment_id AND k.state = 'completed')""",
    N_("班级{cohort_no}尚未结业，不能发放培训补贴。请先办理结业。"),
    """(SELECT jsonb_build_object('cohort_no', k.cohort_no)
        FROM enrolments e JOIN training_classes k ON k.id = e.class_id WHERE e.id = c.enrolment_id)""",
)
NOT_PASSED = Guard(
    "NOT EXISTS (SELECT 1 FROM enrolments e WHERE e.id = c.enrolment_id AND e.passed)",
    N_("此人结业不合格，不能发放培训补贴。请由审核人员撤销。"),
)

CLASS_MOVES = (
    Transition(
        "submit_class",
        N_("提交开班审核"),
        ("draft", "returned"),
        "submitted",
        PlainForm,
        hooks=(OWN_CLASS, RULES),
        duty="clerk",
        subject=CLASSES,
        then=N_("转入待审核；退回的会回到您的待办。"),
        final=N_("提交后学员名单不能再改，退回的除外。"),
    ),
    Transition(
        "approve_class",
        N_("开班审核通过"),
        ("submitted",),
        "approved",
        OpinionForm,
        hooks=(NOT_THE_OPENER, RULES),
        duty="reviewer",
        subject=CLASSES,
        then=N_("班级可以开班；结业后由经办人员登记成绩。"),
        final=N_("不能改回待审核；不再开班的，由经办人员取消。"),
    ),
    Transition(
        "reject_class",
        N_("开班审核不通过"),
        ("submitted",),
        "rejected",
        MustOpinionForm,
        hooks=(NOT_THE_OPENER,),
        duty="reviewer",
        danger=True,
        subject=CLASSES,
        then=N_("本次开班申请到此为止。"),
        final=N_("不能恢复；仍要开班的，须重新录入。"),
    ),
    Transition(
        "return_class",
        N_("退回开班"),
        ("submitted",),
        "returned",
        MustOpinionForm,
        hooks=(NOT_THE_OPENER,),
        duty="reviewer",
        subject=CLASSES,
        then=N_("回到经办人的待办，更正后可再次提交。"),
    ),
    Transition(
        "cancel_class",
        N_("取消班级"),
        ("approved",),
        "cancelled",
        ReasonForm,
        hooks=(OWN_CLASS, NOTHING_DECLARED),
        duty="clerk",
        danger=True,
        subject=CLASSES,
        then=N_("班级不再开班，学员可以参加其他班级。"),
        final=N_("取消后不能恢复。"),
    ),
    Transition(
        "graduate",
        N_("提交结业审核"),
        ("approved", "completion_returned"),
        "completion_submitted",
        PlainForm,
        hooks=(OWN_CLASS, ALL_HAVE_RESULTS),
        duty="clerk",
        subject=CLASSES,
        then=N_("转入结业待审核；退回的会回到您的待办。"),
    ),
    Transition(
        "approve_completion",
        N_("结业审核通过"),
        ("completion_submitted",),
        "completed",
        OpinionForm,
        hooks=(NOT_THE_COMPLETER,),
        duty="reviewer",
        subject=CLASSES,
        then=N_("班级结业，合格学员的补贴可以发放。"),
        final=N_("结业审核通过后，成绩不能再改。"),
    ),
    Transition(
        "return_completion",
        N_("退回结业"),
        ("completion_submitted",),
        "completion_returned",
        MustOpinionForm,
        hooks=(NOT_THE_COMPLETER,),
        duty="reviewer",
        subject=CLASSES,
        then=N_("回到经办人的待办，更正后可再次提交。"),
    ),
)

ONLY_COMPLETED = {
    move.name: replace(move, hooks=(*move.hooks[:-1], NOT_COMPLETED, NOT_PASSED, move.hooks[-1]))
    for move in (LIST, DISBURSE)
}
WORKFLOW = (*(ONLY_COMPLETED.get(move.name, move) for move in SUBSIDY), *CLASS_MOVES)
