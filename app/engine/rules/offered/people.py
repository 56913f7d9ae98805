"""What every programme asks of a row and its person."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice, Right
from app.kernel.messages import N_


@offer(
    "readable_cells",
    N_("表格填写"),
    N_("表格中这一行的每一格都读得出来，必填的都已填写。"),
    {},
    Advice(N_("有的格子没填或读不出来"), N_("补填或改正标出的栏目")),
    waits_for=Right.ID,
)
def readable_cells(rows: str) -> str:
    return f"""
        SELECT c.row_id, 'fail' AS verdict, jsonb_build_object('faults', c.faults) AS evidence
        FROM candidates c WHERE c.faults <> '{{}}' AND {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "valid_citizen_id",
    N_("号码"),
    N_("公民身份号码为18位，出生日期真实且早于今天，校验码正确。"),
    {
        "valid": N_("公民身份号码有效。"),
        "invalid": N_("公民身份号码无效：应为18位，出生日期和校验码须正确。请与身份证原件核对后更正。"),
        "rounded": N_(
            "公民身份号码已被电子表格四舍五入（超过15位的数字会丢失末位）。请把该列设为“文本”格式，重新录入完整号码后再上传。"
        ),
        "error": N_(
            "公民身份号码这一格是错误值（如 #N/A），读不出号码。请改正公式，或直接填写号码后重新上传。"
        ),
        "uncached": N_(
            "公民身份号码这一格是公式，但文件中没有计算结果。请用 Excel 或 WPS 打开文件，保存后重新上传；或直接填写号码。"
        ),
        "merged": N_("公民身份号码与其他列的单元格合并，看不出填的是什么。请取消合并，逐格填写后重新上传。"),
        "lost": N_("公民身份号码中有已经丢失的字（显示为“�”）。请对照身份证重新输入。"),
    },
    Advice(
        N_("公民身份号码无效"),
        N_("应为18位，请与身份证原件核对"),
        {
            "invalid": N_("出生日期或校验码不对"),
            "rounded": N_("被电子表格四舍五入，末几位已丢失"),
            "error": N_("这一格是错误值，如 #N/A"),
            "uncached": N_("这一格是公式，文件中没有计算结果"),
            "merged": N_("与其他列的单元格合并，看不出填的是什么"),
            "lost": N_("有已经丢失的字"),
        },
    ),
    passes=("valid",),
    fields=("citizen_id",),
    routine=True,
    basis=N_("GB 11643《公民身份号码》"),
    waits_for=Right.NOTHING,
)
def valid_citizen_id(rows: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN c.id_fault IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', coalesce(c.id_fault, 'valid')) AS evidence
        FROM candidates c WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "once_in_application",
    N_("重复"),
    N_("此人在同一申请中只出现一次；重复的，从第二次起不通过。"),
    {
        "once": N_("此人在本申请中只出现一次。"),
        "repeated": N_(
            "此人在本申请中已有一条记录。名单中重复的，请删除多余的行；已提交的不必再报；已退回的，请在查询页修改后再提交。"
        ),
    },
    Advice(
        N_("名单中重复"),
        N_("此人在本申请中已有一条记录，多余的行请移除"),
        {"repeated": N_("本申请中已有此人")},
        hopeless=True,
    ),
    passes=("once",),
    fields=("citizen_id",),
    routine=True,
)
def once_in_application(rows: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN c.repeated THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object('why', CASE WHEN c.repeated THEN 'repeated' ELSE 'once' END) AS evidence
        FROM candidates c WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "name_agrees",
    N_("姓名"),
    N_("人员登记库中有此号码，且姓名一致。全角与半角、空格和间隔号写法的不同不算不一致。"),
    {
        "agree": N_("姓名与人员登记库一致。"),
        "differ": N_("姓名与人员登记库中该号码的姓名不一致。请核对姓名和公民身份号码后更正。"),
        "absent": N_("人员登记库中没有该公民身份号码。请核对号码；号码无误的，请先到户籍地办理人员登记。"),
    },
    Advice(
        N_("姓名与号码对不上"),
        N_("请与身份证原件核对姓名和号码"),
        {"differ": N_("与登记库中该号码的姓名不一致"), "absent": N_("登记库中没有该号码")},
    ),
    evidence=("region", "until"),
    passes=("agree",),
    fields=("name", "citizen_id"),
    routine=True,
    register="persons",
    waits_for=Right.ID,
    settles_name=True,
)
def name_agrees(rows: str) -> str:
    return f"""
        SELECT c.row_id,
               CASE WHEN p.name_folded = c.name THEN 'pass' WHEN p.name_folded IS NOT NULL THEN 'fail'
                    WHEN v.days IS NOT NULL THEN 'fail' ELSE 'unknown' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN p.name_folded = c.name THEN 'agree'
                               WHEN p.name_folded IS NOT NULL THEN 'differ' ELSE 'absent' END,
                   'register', 'persons', 'region', coalesce(v.region, r.name),
                   'until', to_char(upper(v.days) - 1, 'YYYY-MM-DD')) AS evidence
        FROM candidates c
        LEFT JOIN persons p ON p.id = c.person_id
        LEFT JOIN covered v ON v.kind = 'persons' AND v.region_code = c.insured_region
        LEFT JOIN regions r ON r.code = c.insured_region
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "not_yet_claimed",
    N_("已享受"),
    N_("在任何经办机构，此人都没有本项补贴的其他待审核、已退回、待公示、公示中、待发放或已发放的记录。"),
    {
        "free": N_("此人没有本项补贴的其他在办或已享受记录。"),
        "taken": N_(
            "此人已申请或享受“{programme}”，不能重复申请。请从名单中移除此人；确有疑问的，请向上级经办机构查询。"
        ),
        "taken_part": N_(
            "此人已申请或享受“{programme}”（{period}），不能重复申请。请从名单中移除这一条；确有疑问的，请向上级经办机构查询。"
        ),
    },
    Advice(
        N_("已享受过本项补贴"),
        N_("不能再次申请"),
        {"taken": N_("已申请或享受“{programme}”"), "taken_part": N_("{period}已申请或享受“{programme}”")},
        hopeless=True,
    ),
    evidence=("programme", "period"),
    passes=("free",),
    fields=("citizen_id",),
)
def not_yet_claimed(rows: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN s.person_id IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN s.person_id IS NULL THEN 'free' WHEN c.period IS NULL THEN 'taken'
                                              ELSE 'taken_part' END,
                                  'programme', CAST(:programme AS text), 'period', c.period) AS evidence
        FROM candidates c
        LEFT JOIN slots s ON s.programme = :programme AND s.person_id = c.person_id AND s.slot_no = c.slot_no
                         AND s.claim_id IS DISTINCT FROM c.claim_id
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "payee_not_among_people",
    N_("申请人"),
    N_("申请人本人不在名单之中。"),
    {
        "other": N_("此人不是申请人本人。"),
        "same": N_("申请人本人不能在名单之中。请从名单中移除申请人本人。"),
    },
    Advice(
        N_("申请人本人在名单中"),
        N_("名单中不能有申请人本人"),
        {"same": N_("是申请人本人")},
        hopeless=True,
    ),
    passes=("other",),
    fields=("citizen_id",),
    routine=True,
)
def payee_not_among_people(rows: str) -> str:
    return f"""
        SELECT row_id, CASE WHEN same THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object('why', CASE WHEN same THEN 'same' ELSE 'other' END) AS evidence
        FROM (SELECT c.row_id, coalesce(c.person_id = c.payee_person_id, false) AS same
              FROM candidates c WHERE {rows}) judged
    """  # noqa: S608  # nosec B608  # of the catalogue
