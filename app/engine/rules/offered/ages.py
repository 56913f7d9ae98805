"""A person's age and statutory retirement; evidence holds neither the birth date nor a day that gives it away."""

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_

DELAYS = ((60, 1965, 4, 36), (55, 1970, 4, 36), (50, 1975, 2, 60))
"""Of 国务院关于渐进式延迟法定退休年龄的办法: the age until 2024, the year of birth from which it is delayed, how many months
of birth share one more month, and the most."""
ASKED = """
    SELECT c.row_id, c.born_on, c.male, {day} AS day, r.name AS region, v.days,
           c.person_id IS NULL AND v.days IS NOT NULL AS absent, {more}
           (extract(year FROM {day}) - extract(year FROM c.born_on)
            - CASE WHEN (c.born_on + make_interval(
                             years => (extract(year FROM {day}) - extract(year FROM c.born_on))::int))::date > {day}
                   THEN 1 ELSE 0 END)::int AS age
    FROM candidates c
    LEFT JOIN covered v ON v.kind = 'persons' AND v.region_code = c.insured_region
    LEFT JOIN regions r ON r.code = c.insured_region {joined}
    WHERE {rows}
"""
"""The completed years on a day; who is born on 29 February completes one on 28 February of a year without that day."""


@offer(
    "age_between",
    N_("年龄"),
    N_("此人在{day_title}已满{least}周岁；规定了最大年龄的，也没有超过。"),
    {
        "within": N_("此人在{day_title}{day}为{age}周岁。"),
        "young": N_("此人在{day_title}{day}为{age}周岁，不满{least}周岁。请核对公民身份号码和{day_title}。"),
        "old": N_("此人在{day_title}{day}为{age}周岁，超过{most}周岁。请核对公民身份号码和{day_title}。"),
        "absent": N_("人员登记库中没有此人，无法计算年龄。请核对公民身份号码。"),
    },
    Advice(
        N_("年龄不符合要求"),
        N_("请核对公民身份号码和{day_title}"),
        {"young": N_("{age}周岁，不满{least}周岁"), "old": N_("{age}周岁，超过{most}周岁")},
        wrong=("age",),
    ),
    slots=(
        Slot("day", N_("哪一天的年龄"), SlotKind.DATE_FIELD),
        Slot("least", N_("最小年龄"), SlotKind.AGE),
        Slot("most", N_("最大年龄"), SlotKind.AGE, required=False),
    ),
    example={"day": "submission_day", "least": "least_age", "most": "most_age"},
    evidence=("day", "age", "least", "most", "region", "until"),
    passes=("within",),
    fields=("citizen_id",),
    register="persons",
    of_birth=True,
)
def age_between(rows: str, day: str, least: str, most: str | None) -> str:
    more = f"{least} AS least, {most or 'NULL::int'} AS most,"
    return f"""
        SELECT row_id,
               CASE WHEN age >= least AND age <= coalesce(most, age) THEN 'pass'
                    WHEN age IS NULL AND NOT absent THEN 'unknown' ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN age IS NULL THEN 'absent' WHEN age < least THEN 'young'
                               WHEN age > most THEN 'old' ELSE 'within' END,
                   'day', day, 'age', age, 'least', least, 'most', most, 'register', 'persons', 'region', region,
                   'until', to_char(upper(days) - 1, 'YYYY-MM-DD')) AS evidence
        FROM ({ASKED.format(day=day, rows=rows, more=more, joined="")}) asked_of
    """  # noqa: S608  # nosec B608  # of the catalogue


@offer(
    "before_retirement",
    N_("法定退休年龄"),
    N_(
        "此人在{day_title}没有达到法定退休年龄。按2025年起的延迟办法推算，女性原法定年龄按规则所选的50或55周岁。"
    ),
    {
        "before": N_("此人在{day_title}{day}为{age}周岁，没有达到法定退休年龄。"),
        "retired": N_(
            "此人在{day_title}{day}为{age}周岁，已达到法定退休年龄，不能享受本项补贴。请核对公民身份号码和{day_title}。"
        ),
        "absent": N_("人员登记库中没有此人，无法推算退休日期。请核对公民身份号码。"),
    },
    Advice(
        N_("已达到法定退休年龄"),
        N_("请核对公民身份号码和{day_title}"),
        {"retired": N_("{day}已{age}周岁")},
        wrong=("age",),
    ),
    slots=(
        Slot("day", N_("哪一天还没有退休"), SlotKind.DATE_FIELD),
        Slot("women_at_55", N_("女性原法定年龄为55周岁"), SlotKind.YES_NO, required=False, default=False),
    ),
    example={"day": "submission_day", "women_at_55": True},
    evidence=("day", "age", "region", "until"),
    passes=("before",),
    fields=("citizen_id",),
    register="persons",
    basis=N_("国务院关于渐进式延迟法定退休年龄的办法"),
    of_birth=True,
)
def before_retirement(rows: str, day: str, women_at_55: str) -> str:
    return f"""
        SELECT row_id,
               CASE WHEN day < retires_on THEN 'pass' WHEN retires_on IS NULL AND NOT absent THEN 'unknown'
                    ELSE 'fail' END AS verdict,
               jsonb_build_object(
                   'why', CASE WHEN retires_on IS NULL THEN 'absent' WHEN day < retires_on THEN 'before'
                               ELSE 'retired' END,
                   'day', day, 'age', age, 'register', 'persons', 'region', region,
                   'until', to_char(upper(days) - 1, 'YYYY-MM-DD')) AS evidence
        FROM (SELECT a.*, {retirement_day(women_at_55)} AS retires_on
              FROM ({ASKED.format(day=day, rows=rows, more="", joined="")}) a) asked_of
    """  # noqa: S608  # nosec B608  # of the catalogue


def retirement_day(women_at_55: str) -> str:
    """Express the statutory day of retirement of `a`, by sex and date of birth."""
    month = "(extract(year FROM a.born_on) * 12 + extract(month FROM a.born_on))::int"
    former = f"CASE WHEN a.male THEN 60 WHEN {women_at_55} THEN 55 ELSE 50 END"
    delayed = " ".join(
        f"WHEN {age} THEN greatest(0, least({most}, ({month} - {first * 12 + 1} + {step}) / {step}))"
        for age, first, step, most in DELAYS
    )
    return f"(a.born_on + make_interval(years => {former}, months => CASE {former} {delayed} END))::date"
