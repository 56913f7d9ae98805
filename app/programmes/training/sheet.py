"""The sheets of training: students to be enrolled, and the roster that comes back with results."""

from app.engine.sheets import Column, Kind, Sheet
from app.kernel.messages import N_
from app.studio.fields import PERSON, STANDARD

STUDENTS = Sheet(
    name="training", title="培训学员名单", tab="学员名单", columns=tuple(STANDARD[code] for code in PERSON)
)

YES, NO = "yes", "no"
PASSED_WORDS = {
    YES: (
        "是",
        "√",
        "✓",
        "✔",
        "☑",
        "1",
        "对",
        "通过",
        "已通过",
        "考试通过",
        "及格",
        "已合格",
        "达标",
        "Y",
        "true",
        "pass",
    ),
    NO: (
        "否",
        "×",
        "✗",
        "✘",
        "☒",
        "x",
        "0",
        "错",
        "未通过",
        "不通过",
        "没通过",
        "考试未通过",
        "不及格",
        "未合格",
        "未达标",
        "不达标",
        "N",
        "false",
        "fail",
    ),
}
RESULTS = Sheet(
    name="training_results",
    title="未结业学员名单",
    tab="结业名单",
    columns=(
        Column("number", "学号", Kind.TEXT, required=True, note="导出时已填写，请勿修改", width=28),
        Column("name", "姓名", Kind.TEXT, required=True, note="导出时已填写，请勿修改"),
        Column(
            "citizen_id",
            "公民身份号码",
            Kind.CITIZEN_ID,
            required=True,
            note="导出时已填写，请勿修改",
            width=22,
        ),
        Column("theory_score", "理论成绩", Kind.SCORE, note="0至100", example="85"),
        Column("practical_score", "实操成绩", Kind.SCORE, note="0至100", example="90"),
        Column(
            "passed",
            "是否合格",
            Kind.CHOICE,
            required=True,
            choices=((YES, N_("合格")), (NO, N_("不合格"))),
            aliases=tuple((code, word) for code, words in PASSED_WORDS.items() for word in words),
            example="合格",
        ),
        Column("certificate_no", "证书编号", Kind.TEXT, note="合格的填写", width=24),
        Column(
            "completed_on", "结业日期", Kind.DATE, required=True, note="如 2026-03-31", example="2026-03-31"
        ),
    ),
)
