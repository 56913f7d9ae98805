"""C-01 … C-07 and F-01: what every programme asks of a person, a row and an employer."""

from app.engine.rules.enrolment import ENROLMENT_RUNS
from app.engine.rules.rule import Advice, rule
from app.kernel.messages import N_


@rule(
    "F-01",
    N_("表格填写"),
    N_("表格中这一行的每一格都读得出来，必填的都已填写。"),
    fields=(),
    advice=Advice(N_("有的格子没填或读不出来"), N_("补填或改正标出的栏目")),
)
def readable_cells() -> str:
    return """
        SELECT row_id, 'fail' AS verdict, jsonb_build_object('faults', faults) AS evidence
        FROM candidates WHERE faults <> '{}'
    """


@rule(
    "C-01",
    N_("号码"),
    N_("公民身份号码为18位，出生日期真实且早于今天，校验码正确。"),
    fields=(),
    passes=("valid",),
    routine=True,
    basis=N_("GB 11643《公民身份号码》"),
    advice=Advice(
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
    valid=N_("公民身份号码有效。"),
    invalid=N_("公民身份号码无效：应为18位，出生日期和校验码须正确。请与身份证原件核对后更正。"),
    rounded=N_(
        "公民身份号码已被电子表格四舍五入（超过15位的数字会丢失末位）。请把该列设为“文本”格式，重新录入完整号码后再上传。"
    ),
    error=N_("公民身份号码这一格是错误值（如 #N/A），读不出号码。请改正公式，或直接填写号码后重新上传。"),
    uncached=N_(
        "公民身份号码这一格是公式，但文件中没有计算结果。请用 Excel 或 WPS 打开文件，保存后重新上传；或直接填写号码。"
    ),
    merged=N_("公民身份号码与其他列的单元格合并，看不出填的是什么。请取消合并，逐格填写后重新上传。"),
    lost=N_("公民身份号码中有已经丢失的字（显示为“�”）。请对照身份证重新输入。"),
)
def citizen_id() -> str:
    return """
        SELECT row_id, CASE WHEN id_fault IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', coalesce(id_fault, 'valid')) AS evidence
        FROM candidates
    """


@rule(
    "C-02",
    N_("重复"),
    N_("此人在同一申请中只出现一次；重复的，从第二次起不通过。"),
    fields=("citizen_id",),
    passes=("once",),
    routine=True,
    advice=Advice(
        N_("名单中重复"),
        N_("此人在本申请中已有一条记录，多余的行请移除"),
        {"repeated": N_("本申请中已有此人")},
        hopeless=True,
    ),
    once=N_("此人在本申请中只出现一次。"),
    repeated=N_(
        "此人在本申请中已有一条记录。名单中重复的，请删除多余的行；已提交的不必再报；已退回的，请在查询页修改后再提交。"
    ),
)
def once_in_application() -> str:
    return """
        SELECT row_id, CASE WHEN repeated THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object('why', CASE WHEN repeated THEN 'repeated' ELSE 'once' END) AS evidence
        FROM candidates
    """


@rule(
    "C-03",
    N_("姓名"),
    N_("人员登记库中有此号码，且姓名一致。全角与半角、空格和间隔号写法的不同不算不一致。"),
    fields=("name", "citizen_id"),
    passes=("agree",),
    routine=True,
    register="persons",
    advice=Advice(
        N_("姓名与号码对不上"),
        N_("请与身份证原件核对姓名和号码"),
        {"differ": N_("与登记库中该号码的姓名不一致"), "absent": N_("登记库中没有该号码")},
    ),
    agree=N_("姓名与人员登记库一致。"),
    differ=N_("姓名与人员登记库中该号码的姓名不一致。请核对姓名和公民身份号码后更正。"),
    absent=N_("人员登记库中没有该公民身份号码。请核对号码；号码无误的，请先到户籍地办理人员登记。"),
)
def name() -> str:
    return """
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
    """


@rule(
    "C-04",
    N_("已享受"),
    N_("在任何经办机构，此人都没有本项补贴的其他待审核、已退回、待公示、公示中、待发放或已发放的记录。"),
    fields=("citizen_id",),
    passes=("free",),
    advice=Advice(
        N_("已享受过本项补贴"),
        N_("不能再次申请"),
        {"taken": N_("已申请或享受“{programme}”")},
        hopeless=True,
    ),
    free=N_("此人没有本项补贴的其他在办或已享受记录。"),
    taken=N_(
        "此人已申请或享受“{programme}”，不能重复申请。请从名单中移除此人；确有疑问的，请向上级经办机构查询。"
    ),
)
def not_yet_claimed() -> str:
    return """
        SELECT c.row_id, CASE WHEN s.person_id IS NULL THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN s.person_id IS NULL THEN 'free' ELSE 'taken' END,
                                  'programme', CAST(:programme AS text)) AS evidence
        FROM candidates c
        LEFT JOIN slots s ON s.programme = :programme AND s.person_id = c.person_id
                         AND s.claim_id IS DISTINCT FROM c.claim_id
    """


@rule(
    "C-05",
    N_("单位资格"),
    N_("单位登记的规模为微型、小型或中型。"),
    fields=(),
    passes=("small",),
    routine=True,
    advice=Advice(
        N_("单位不属于中小微企业"),
        N_("不能享受本项补贴；规模有误的，请单位先办理变更登记"),
        {"large": N_("{employer}登记规模为大型")},
        hopeless=True,
    ),
    small=N_("{employer}属于中小微企业。"),
    large=N_(
        "{employer}不属于中小微企业（登记规模：大型），不能享受本项补贴。请核对所选单位；规模有误的，请单位先办理变更登记。"
    ),
)
def small_or_medium_employer() -> str:
    return """
        SELECT c.row_id, CASE WHEN e.scale = ANY(:small_and_medium) THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN e.scale = 'large' THEN 'large' ELSE 'small' END,
                                  'employer', e.name, 'employer_id', e.id, 'scale', e.scale) AS evidence
        FROM candidates c JOIN employers e ON e.id = c.employer_id
    """


@rule(
    "C-06",
    N_("政策期限"),
    N_("合同开始日期在政策期限内（开始：{window_from}，截止：{window_to}）。"),
    fields=("contract_start",),
    passes=("inside",),
    routine=True,
    advice=Advice(
        N_("合同开始日期不在政策期限内"),
        N_("请核对合同开始日期"),
        {"outside": N_("{starts_on}开始，政策自{window_from}起")},
        wrong=("starts_on",),
    ),
    inside=N_("合同开始日期{starts_on}在政策期限内（开始：{window_from}，截止：{window_to}）。"),
    outside=N_(
        "合同开始日期{starts_on}不在政策期限内（开始：{window_from}，截止：{window_to}）。请核对合同开始日期。"
    ),
)
def policy_window() -> str:
    return """
        SELECT row_id, CASE WHEN inside THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN inside THEN 'inside' ELSE 'outside' END, 'starts_on', starts_on,
                                  'window_from', window_from, 'window_to', window_to) AS evidence
        FROM (SELECT row_id, starts_on, policy->>'window_from' AS window_from, policy->>'window_to' AS window_to,
                     starts_on >= (policy->>'window_from')::date
                     AND starts_on <= coalesce((policy->>'window_to')::date, 'infinity') AS inside
              FROM candidates) judged
    """


@rule(
    "C-07",
    N_("新增参保"),
    N_("本次参保的第一个月不早于合同开始当月。早于的只作提示，由审核人员核实是否新招用。"),
    fields=("citizen_id", "contract_start"),
    passes=("new", "none"),
    blocking=False,
    shared=ENROLMENT_RUNS,
    new=N_("本次参保自{first}起，不早于合同首月{contract_month}。"),
    none=N_("没有在该单位的缴费记录，无法比较参保起始月。"),
    earlier=N_(
        "本次参保自{first}起，早于合同首月{contract_month}，可能不是新招用人员。请审核时核实劳动合同。"
    ),
)
def new_enrolment() -> str:
    return """
        SELECT c.row_id,
               CASE WHEN run.first_month < date_trunc('month', c.starts_on) THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN run.first_month IS NULL THEN 'none'
                               WHEN run.first_month < date_trunc('month', c.starts_on) THEN 'earlier' ELSE 'new' END,
                   'first', to_char(run.first_month, 'YYYY-MM'), 'last', to_char(run.last_month, 'YYYY-MM'),
                   'contract_month', to_char(c.starts_on, 'YYYY-MM')) AS evidence
        FROM candidates c LEFT JOIN enrolment run ON run.row_id = c.row_id
    """


@rule(
    "F-02",
    N_("就业单位"),
    N_("单位登记库中有这一行的统一社会信用代码。"),
    fields=("employer_uscc", "insured_region"),
    passes=("known",),
    routine=True,
    register="employers",
    basis=N_("GB 32100《法人和其他组织统一社会信用代码编码规则》"),
    advice=Advice(
        N_("没有查到就业单位"),
        N_("请与营业执照核对代码；单位补登后可再次校验"),
        {"absent": N_("登记库中没有{uscc}")},
        wrong=("uscc",),
    ),
    known=N_("就业单位为{employer}。"),
    absent=N_(
        "单位登记库中没有统一社会信用代码{uscc}。请与营业执照核对后更正；代码无误的，请单位先办理登记。"
    ),
)
def employing_enterprise() -> str:
    return """
        SELECT c.row_id,
               CASE WHEN e.id IS NOT NULL THEN 'pass' WHEN v.days IS NOT NULL THEN 'fail' ELSE 'unknown' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN e.id IS NOT NULL THEN 'known' ELSE 'absent' END, 'employer', e.name,
                   'employer_id', e.id, 'uscc', coalesce(e.uscc, c.employer_uscc), 'register', 'employers',
                   'region', r.name, 'until', to_char(upper(v.days) - 1, 'YYYY-MM-DD')) AS evidence
        FROM candidates c
        LEFT JOIN employers e ON e.id = c.employer_id
        LEFT JOIN covered v ON v.kind = 'employers' AND v.region_code = c.insured_region
        LEFT JOIN regions r ON r.code = c.insured_region
    """


@rule(
    "F-03",
    N_("申请人"),
    N_("申请人本人不在被介绍就业的人员之中。"),
    fields=("citizen_id",),
    passes=("other",),
    routine=True,
    advice=Advice(
        N_("申请人本人在名单中"),
        N_("申请人不能同时是被介绍就业的人员"),
        {"same": N_("是申请人本人")},
        hopeless=True,
    ),
    other=N_("此人不是申请人本人。"),
    same=N_("申请人不能同时是被介绍就业的人员。请从名单中移除申请人本人。"),
)
def payee_is_not_placed() -> str:
    return """
        SELECT row_id, CASE WHEN same THEN 'fail' ELSE 'pass' END AS verdict,
               jsonb_build_object('why', CASE WHEN same THEN 'same' ELSE 'other' END) AS evidence
        FROM (SELECT row_id, coalesce(person_id = payee_person_id, false) AS same FROM candidates) judged
    """
