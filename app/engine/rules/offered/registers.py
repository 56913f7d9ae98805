"""Who stands in a defined register, and for how long: of the row's person, or of its employer where the register is of those.

A row of a register that can't know is unknown, and the register named; what stands in any of several fails all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Date, Text, literal_column

from app.engine.rules.catalogue import offer
from app.engine.rules.rule import Advice
from app.engine.rules.slot import Slot, SlotKind
from app.kernel.messages import N_
from app.registers.definitions.lookups import Answer, Lookups, Subject
from app.registers.written import Written, written

DAY = Slot("day", N_("哪一天"), SlotKind.DATE_FIELD)
ONE = Slot("register", N_("登记库"), SlotKind.REGISTER)
VALUES = Slot("values", N_("各栏的取值"), SlotKind.REGISTER_VALUES, required=False, of="register")
SUBJECT = Subject(
    region=literal_column("c.insured_region", Text()),
    today=literal_column("CAST(:today AS date)", Date()),
    person=literal_column("c.person_id", BigInteger()),
    employer=literal_column("c.employer_id", BigInteger()),
)
REMEDY = N_("登记更新后可再次校验，不必重新上传")
ASKED = """
    SELECT c.row_id, {verdict} AS verdict,
           jsonb_build_object('why', {why}, 'record_id', f.id, 'day', asked.day, 'first', lower(f.valid), {more}
                              'region', r.name, 'registers', {lacking}) AS evidence
    FROM candidates c
    CROSS JOIN LATERAL (SELECT {day} AS day, {known} AS known, {record} AS record OFFSET 0) asked
    LEFT JOIN register_facts f ON f.id = asked.record
    LEFT JOIN regions r ON r.code = c.insured_region
    WHERE {rows}
"""


@offer(
    "in_register",
    N_("在登记库中"),
    N_("此人或其用人单位，在{day_title}在{register_title}{values_title}中。"),
    {
        "stands": N_("{day}在{register_title}{values_title}中。"),
        "absent": N_("{day}不在{register_title}{values_title}中。请核对{day_title}，或先办理登记。"),
    },
    Advice(N_("不在{register_title}中"), REMEDY, {"absent": N_("{day}没有记录")}),
    slots=(ONE, DAY, VALUES),
    example={"register": "hardship", "day": "submission_day", "values": {"category": ["disabled"]}},
    evidence=("day", "first", "region"),
    passes=("stands",),
    fields=("citizen_id",),
    placed=True,
)
def in_register(rows: str, register: Lookups, day: str, values: Mapping[str, Any] | None) -> Written:
    return _of_one(rows, register, day, values, verdicts=("pass", "fail"))


@offer(
    "not_in_register",
    N_("不在登记库中"),
    N_("此人或其用人单位，在{day_title}不在{register_title}{values_title}中。"),
    {
        "absent": N_("{day}不在{register_title}{values_title}中。"),
        "stands": N_(
            "{day}在{register_title}{values_title}中，不能享受本项补贴。请核实，或从名单中移除此人。"
        ),
    },
    Advice(
        N_("在{register_title}中"),
        N_("请核实，或移除此人"),
        {"stands": N_("{day}有记录")},
    ),
    slots=(ONE, DAY, VALUES),
    example={"register": "market", "day": "submission_day", "values": {"state": ["revoked", "cancelled"]}},
    evidence=("day", "first", "region"),
    passes=("absent",),
    fields=("citizen_id",),
    placed=True,
)
def not_in_register(rows: str, register: Lookups, day: str, values: Mapping[str, Any] | None) -> Written:
    return _of_one(rows, register, day, values, verdicts=("fail", "pass"))


@offer(
    "months_in_register",
    N_("登记满几个月"),
    N_("此人或其用人单位，到{day_title}在{register_title}{values_title}中已满{months}个月。"),
    {
        "enough": N_("自{first}起在{register_title}{values_title}中，到{day}已满{months}个月。"),
        "short": N_(
            "自{first}起在{register_title}{values_title}中，到{day}不满{months}个月，最早{least_day}。请核对{day_title}，或待满期后再申请。"
        ),
        "absent": N_("{day}不在{register_title}{values_title}中。请核对{day_title}，或先办理登记。"),
    },
    Advice(
        N_("登记不满{months}个月"),
        REMEDY,
        {"short": N_("自{first}起，最早{least_day}满{months}个月"), "absent": N_("{day}没有记录")},
        wrong=("first",),
        suggests={"day": "least_day"},
    ),
    slots=(
        Slot("register", N_("登记库"), SlotKind.DATED_REGISTER),
        DAY,
        Slot("months", N_("最少月数"), SlotKind.MONTHS),
        VALUES,
    ),
    example={"register": "market", "day": "submission_day", "months": "least_months"},
    evidence=("day", "first", "months", "least_day", "region"),
    passes=("enough",),
    fields=("citizen_id",),
    placed=True,
)
def months_in_register(
    rows: str, register: Lookups, day: str, months: str, values: Mapping[str, Any] | None
) -> Written:
    """Judge by the row that has been valid the longest."""
    least = f"CAST(lower(f.valid) + make_interval(months => {months}) AS date)"
    return _asked(
        register.record(SUBJECT, literal_column(day, Date()), values, oldest=True),
        register.definition.code,
        day=day,
        rows=rows,
        verdict=f"""CASE WHEN NOT asked.known THEN 'unknown' WHEN {least} <= asked.day THEN 'pass' ELSE 'fail' END""",
        why=f"""CASE WHEN f.id IS NULL THEN 'absent' WHEN {least} <= asked.day THEN 'enough' ELSE 'short' END""",
        more=f"'months', {months}, 'least_day', {least},",
    )


@offer(
    "in_no_register",
    N_("不在几个登记库中"),
    N_("此人和其用人单位，在{day_title}都不在{registers_title}中。"),
    {
        "free": N_("{day}不在{registers_title}中。"),
        "stands": N_("{day}在{where}中，不能享受本项补贴。请核实，或从名单中移除此人。"),
    },
    Advice(
        N_("在{registers_title}中"),
        N_("请核实，或移除此人"),
        {"stands": N_("在{where}中")},
        wrong=("where",),
    ),
    slots=(Slot("registers", N_("登记库"), SlotKind.REGISTERS), DAY),
    example={"registers": ["deaths", "pensioners", "payroll", "blacklist"], "day": "submission_day"},
    evidence=("day", "where", "region"),
    passes=("free",),
    fields=("citizen_id",),
    placed=True,
)
def in_no_register(rows: str, registers: Sequence[Lookups], day: str) -> Written:
    columns, titles, ids, lacking = [], [], [], []
    values: dict[str, object] = {}
    for n, register in enumerate(registers):
        answer = register.record(SUBJECT, literal_column(day, Date()))
        known, record = written(answer.known, f"known{n}"), written(answer.value, f"record{n}")
        values |= known.values | record.values | {f"title{n}": register.definition.title.zh}
        columns.append(f"{known.sql} AS known{n}, {record.sql} AS record{n}")
        titles.append(
            f"CASE WHEN asked.known{n} AND asked.record{n} IS NOT NULL THEN CAST(:title{n} AS text) END"
        )
        ids.append(f"CASE WHEN asked.known{n} THEN asked.record{n} END")
        lacking.append(_lacking(register.definition.code, f"asked.known{n}"))
    unknown = " OR ".join(f"NOT asked.known{n}" for n in range(len(registers)))
    return Written(
        f"""
        SELECT c.row_id,
               CASE WHEN asked.places <> '' THEN 'fail' WHEN {unknown} THEN 'unknown' ELSE 'pass' END AS verdict,
               jsonb_build_object('why', CASE WHEN asked.places <> '' THEN 'stands' ELSE 'free' END,
                                  'record_ids', nullif(asked.ids, '[]'), 'day', asked.day, 'where', asked.places,
                                  'region', r.name, 'registers', {_all(lacking)}) AS evidence
        FROM candidates c
        CROSS JOIN LATERAL (
            SELECT asked.*, concat_ws('、', {", ".join(titles)}) AS places, {_all(ids)} AS ids
            FROM (SELECT {day} AS day, {", ".join(columns)} OFFSET 0) asked OFFSET 0
        ) asked
        LEFT JOIN regions r ON r.code = c.insured_region
        WHERE {rows}
        """,  # noqa: S608  # nosec B608  # of the catalogue
        values,
    )


def _of_one(
    rows: str, register: Lookups, day: str, values: Mapping[str, Any] | None, verdicts: tuple[str, str]
) -> Written:
    stands, absent = verdicts
    return _asked(
        register.record(SUBJECT, literal_column(day, Date()), values),
        register.definition.code,
        day=day,
        rows=rows,
        verdict=f"""CASE WHEN NOT asked.known THEN 'unknown' WHEN f.id IS NOT NULL THEN '{stands}' ELSE '{absent}' END""",
        why="CASE WHEN f.id IS NOT NULL THEN 'stands' ELSE 'absent' END",
        more="",
    )


def _asked(answer: Answer, code: str, **parts: str) -> Written:
    known, record = written(answer.known, "known"), written(answer.value, "record")
    lacking = _all([_lacking(code, "asked.known")])
    sql = ASKED.format(known=known.sql, record=record.sql, lacking=lacking, **parts)
    return Written(sql, known.values | record.values)


def _lacking(code: str, known: str) -> str:
    """Express what a register lacks of the day, where it can't know."""
    until = f"(SELECT upper(v.days) - 1 FROM covered v WHERE v.kind = '{code}' AND v.region_code = c.insured_region)"  # noqa: S608  # nosec B608  # a code
    return f"""CASE WHEN NOT {known} THEN
        jsonb_build_object('register', '{code}', 'wanted', asked.day, 'until', {until}) END"""


def _all(parts: Sequence[str]) -> str:
    """Express a JSON list of what isn't NULL."""
    return f"to_jsonb(array_remove(ARRAY[{', '.join(parts)}], NULL))"
