"""What the register of employers says of the unit behind a row."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_
from app.registers.models import EMPLOYER_KINDS, SCALES, SMALL_AND_MEDIUM

SCALE_TITLES = tuple(zip(SCALES, (N_("微型"), N_("小型"), N_("中型"), N_("大型")), strict=True))
KIND_TITLES = tuple(zip(EMPLOYER_KINDS, (N_("企业"), N_("人力资源服务机构")), strict=True))


@offer(
    "employer_scale",
    N_("单位规模"),
    N_("单位登记的规模为{scales_title}。"),
    {
        "small": N_("{employer}登记的规模符合要求（{scales_title}）。"),
        "large": N_(
            "{employer}登记的规模不是{scales_title}，不能享受本项补贴。请核对所选单位；规模有误的，请单位先办理变更登记。"
        ),
    },
    Advice(
        N_("单位规模不符合要求"),
        N_("不能享受本项补贴；规模有误的，请单位先办理变更登记"),
        {"large": N_("{employer}登记的规模不是{scales_title}")},
        hopeless=True,
    ),
    slots=(
        Slot(
            "scales",
            N_("规模"),
            SlotKind.VALUES,
            required=False,
            default=SMALL_AND_MEDIUM,
            options=SCALE_TITLES,
        ),
    ),
    example={"scales": list(SMALL_AND_MEDIUM)},
    evidence=("employer",),
    passes=("small",),
    routine=True,
)
def employer_scale(rows: str, scales: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN e.scale = ANY({scales}) THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN e.scale = ANY({scales}) THEN 'small' ELSE 'large' END,
                                  'employer', e.name, 'employer_id', e.id, 'scale', e.scale) AS evidence
        FROM candidates c JOIN employers e ON e.id = c.employer_id
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "known_employer",
    N_("就业单位"),
    N_("单位登记库中有这一行的统一社会信用代码。"),
    {
        "known": N_("就业单位为{employer}。"),
        "absent": N_(
            "单位登记库中没有统一社会信用代码{uscc}。请与营业执照核对后更正；代码无误的，请单位先办理登记。"
        ),
    },
    Advice(
        N_("没有查到就业单位"),
        N_("请与营业执照核对代码；单位补登后可再次校验"),
        {"absent": N_("登记库中没有{uscc}")},
        wrong=("uscc",),
    ),
    evidence=("employer", "uscc", "region", "until"),
    passes=("known",),
    placed=True,
    routine=True,
    register="employers",
    basis=N_("GB 32100《法人和其他组织统一社会信用代码编码规则》"),
)
def known_employer(rows: str) -> str:
    return f"""
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
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "employer_kind",
    N_("单位类型"),
    N_("单位登记的类型为{kinds_title}。"),
    {
        "right": N_("{employer}登记的类型符合要求（{kinds_title}）。"),
        "other": N_(
            "{employer}登记的类型不是{kinds_title}，不能享受本项补贴。请核对所选单位；类型有误的，请单位先办理变更登记。"
        ),
    },
    Advice(
        N_("单位类型不符合要求"),
        N_("不能享受本项补贴；类型有误的，请单位先办理变更登记"),
        {"other": N_("{employer}登记的类型不是{kinds_title}")},
        hopeless=True,
    ),
    slots=(Slot("kinds", N_("类型"), SlotKind.VALUES, options=KIND_TITLES),),
    example={"kinds": ["enterprise"]},
    evidence=("employer",),
    passes=("right",),
    routine=True,
)
def employer_kind(rows: str, kinds: str) -> str:
    return f"""
        SELECT c.row_id, CASE WHEN e.kind = ANY({kinds}) THEN 'pass' ELSE 'fail' END AS verdict,
               jsonb_build_object('why', CASE WHEN e.kind = ANY({kinds}) THEN 'right' ELSE 'other' END,
                                  'employer', e.name, 'employer_id', e.id, 'kind', e.kind) AS evidence
        FROM candidates c JOIN employers e ON e.id = c.employer_id
        WHERE {rows}
    """  # noqa: S608  # nosec B608  # of the catalogue
