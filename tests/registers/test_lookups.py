"""What rules ask of defined registers, against people who read the rows one by one."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml
from sqlalchemy import BigInteger, Date, bindparam, cast, column, func, insert, select, table, text
from sqlalchemy.types import String

from app.engine.rules.running import make_tables
from app.kernel.dates import add_months
from app.registers.definitions import library
from app.registers.definitions.document import read
from app.registers.definitions.lookups import Lookups, Subject
from app.registers.definitions.models import RegisterDefinition
from app.registers.loads.loading import Declared
from app.registers.models import Employer, Person
from tests.desk.registers import (
    EMPLOYERS,
    OTHER_USCC,
    PERMIT_COLUMNS,
    PERMITS,
    PERSONS,
    TODAY,
    USCC,
    person_id,
    take_into,
)

REGIONS = ("510104", "510105", "510107")
CANDIDATES = table(
    "candidates",
    column("row_id", BigInteger),
    column("person_id", BigInteger),
    column("employer_id", BigInteger),
    column("insured_region", String),
    column("starts_on", Date),
    column("ends_on", Date),
)
C = CANDIDATES.c
PEOPLE = [person_id(n) for n in range(1, 31)]
SPANS = {
    "510104": [(date(2023, 1, 1), TODAY)],
    "510105": [(date(2023, 6, 15), date(2024, 2, 10)), (date(2024, 5, 31), date(2026, 9, 1))],
}
"""510107 was never loaded; 510105 lacks March and April of 2024, and what came after September 2026."""


@dataclass(frozen=True)
class Row:
    person: str
    employer: str | None
    first: date
    last: date | None
    values: dict


@dataclass(frozen=True)
class Candidate:
    person: str
    employer: str
    region: str
    starts: date
    ends: date


def days(chance, first=date(2022, 6, 1), last=TODAY):
    return first + timedelta(days=chance.randrange((last - first).days))


def months_between(first, last):
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = add_months(month, 1)


def loaded(region, month):
    end = add_months(month, 1) - timedelta(days=1)
    return any(first <= end and last >= month for first, last in SPANS.get(region, ()))


def knows(candidate, day):
    """Every month from the first load to the day, or to today."""
    day = min(day, TODAY)
    if candidate.region not in SPANS:
        return False
    since = min(SPANS[candidate.region][0][0], day)
    return all(loaded(candidate.region, month) for month in months_between(since, day))


def knows_months(candidate, first, last):
    known = candidate.region in SPANS
    return known and all(loaded(candidate.region, m) for m in months_between(first, min(last, TODAY)))


@pytest.fixture
def world(app, session):
    people = "".join(f"{code},某人,,510104\n" for code in PEOPLE)
    take_into(app, session, "persons", PERSONS + people)
    firms = f"{USCC},1,甲,enterprise,small,510104\n{OTHER_USCC},2,乙,enterprise,small,510105\n"
    take_into(app, session, "employers", EMPLOYERS + firms)
    hashes = {app.extensions["vault"].hash(code): code for code in PEOPLE}
    ids = {
        hashes[bytes(p.id_hash)]: p.id for p in session.scalars(select(Person)) if bytes(p.id_hash) in hashes
    }
    return ids | {e.uscc: e.id for e in session.scalars(select(Employer))}


@pytest.fixture
def asked(session, world):
    """Answers questions of many candidates in one statement."""

    def ask(candidates, answers):
        make_tables(session, [])
        rows = [
            {"row": n, "person": world[c.person], "employer": world[c.employer], "region": c.region,
             "starts": c.starts, "ends": c.ends}
            for n, c in enumerate(candidates)
        ]  # fmt: skip
        facts = dict(zip(("row_id", "person_id", "employer_id", "insured_region", "starts_on", "ends_on"),
                         map(bindparam, rows[0]), strict=True))  # fmt: skip
        session.execute(insert(CANDIDATES).values(**facts), rows)
        parts = [part for answer in answers for part in (answer.value, answer.known)]
        found = session.execute(select(*parts).select_from(CANDIDATES).order_by(C.row_id)).all()
        return [[tuple(row[n : n + 2]) for n in range(0, len(row), 2)] for row in found]

    return ask


def of(**more):
    return Subject(C.insured_region, cast(TODAY, Date), **more)


def cover(app, session, kind, lines):
    for region, spans in SPANS.items():
        for first, last in spans:
            take_into(app, session, kind, lines, declared=Declared((region,), first, last))


@pytest.mark.parametrize("seed", range(3))
def test_spells_are_asked_as_a_reader_would_answer(app, session, world, asked, seed):
    chance = random.Random(seed)
    rows = []
    for _ in range(80):
        first = days(chance)
        last = chance.choice([None, days(chance, first, first + timedelta(days=700))])
        values = {"category": chance.choice(["older", "disabled", "other"])}
        rows.append(Row(chance.choice(PEOPLE), None, first, last, values))
    rows = list({(row.person, row.first): row for row in rows}.values())
    lines = "".join(f"{r.person},{r.first},{r.values['category']},{r.last or ''}\n" for r in rows)
    header = "citizen_id,recognised_on,category,ended_on\n"
    cover(app, session, "hardship", header + lines)
    candidates = [
        Candidate(
            chance.choice(PEOPLE), USCC, chance.choice(REGIONS), days(chance, last=date(2027, 3, 1)), TODAY
        )
        for _ in range(300)
    ]
    lookups, subject = Lookups(library.find(session, "hardship")), of(person=C.person_id)
    answers = asked(candidates, [
        lookups.holds(subject, C.starts_on),
        lookups.holds(subject, C.starts_on, {"category": "disabled"}),
        lookups.holds(subject, C.starts_on, {"category": ["older", "other"]}),
        lookups.value(subject, C.starts_on, "category"),
        lookups.value(subject, C.starts_on, "recognised_on", {"category": "older"}),
    ])  # fmt: skip
    seen = set()
    for candidate, answer in zip(candidates, answers, strict=True):
        mine = [r for r in rows if r.person == candidate.person]
        valid = [r for r in mine if r.first <= candidate.starts <= (r.last or date.max)]
        newest = max(valid, key=lambda r: r.first, default=None)
        older = max(
            (r for r in valid if r.values["category"] == "older"), key=lambda r: r.first, default=None
        )
        known = knows(candidate, candidate.starts)
        seen.add((known, bool(valid)))
        assert answer == [
            (bool(valid), known),
            (any(r.values["category"] == "disabled" for r in valid), known),
            (any(r.values["category"] != "disabled" for r in valid), known),
            (newest and newest.values["category"], known),
            (older and older.first, known),
        ]
    assert len(seen) == 4


@pytest.mark.parametrize("seed", range(3))
def test_months_and_sums_are_asked_as_a_reader_would_answer(app, session, world, asked, seed):
    chance = random.Random(seed)
    rows = {}
    for _ in range(1500):
        month = days(chance, date(2023, 1, 1)).replace(day=1)
        row = Row(
            chance.choice(PEOPLE), chance.choice([USCC, OTHER_USCC]), month, month,
            {"insurance": chance.choice(["pension", "medical"]), "part": Decimal(chance.randrange(1, 99999)) / 100},
        )  # fmt: skip
        rows[row.person, row.employer, row.first, row.values["insurance"]] = row
    header = "citizen_id,uscc,month,insurance,insured_region,unit_part,personal_part\n"
    lines = "".join(
        f"{r.person},{r.employer},{r.first:%Y-%m},{r.values['insurance']},510104,{r.values['part']},0\n"
        for r in rows.values()
    )
    cover(app, session, "amounts", header + lines)
    candidates = []
    for _ in range(300):
        first = days(chance)
        last = days(chance, first - timedelta(days=40), first + timedelta(days=500))
        employer = chance.choice([USCC, OTHER_USCC])
        candidates.append(Candidate(chance.choice(PEOPLE), employer, chance.choice(REGIONS), first, last))
    lookups = Lookups(library.find(session, "amounts"))
    at, anywhere = of(person=C.person_id, employer=C.employer_id), of(person=C.person_id)
    window = (C.starts_on, C.ends_on)
    answers = asked(candidates, [
        lookups.months(at, *window),
        lookups.months(anywhere, *window, {"insurance": "pension"}),
        lookups.total(at, *window, "unit_part", {"insurance": "pension"}),
        lookups.total(anywhere, *window, "unit_part"),
    ])  # fmt: skip
    for candidate, answer in zip(candidates, answers, strict=True):
        first, last = candidate.starts.replace(day=1), candidate.ends.replace(day=1)
        inside = [r for r in rows.values() if r.person == candidate.person and first <= r.first <= last]
        here = [r for r in inside if r.employer == candidate.employer]
        pension = [r for r in inside if r.values["insurance"] == "pension"]
        known = knows_months(candidate, first, candidate.ends)
        assert answer == [
            (len({r.first for r in here}), known),
            (len({r.first for r in pension}), known),
            (sum(r.values["part"] for r in here if r in pension), known),
            (sum(r.values["part"] for r in inside), known),
        ]


def test_values_come_in_the_types_of_their_columns(app, session, world, asked, actors):
    people = {"author_id": actors["clerk"].user_id, "signer_id": actors["reviewer"].user_id}
    facts = {"code": "permits", "version": 1, "state": "published", "published_at": func.now()}
    session.add(RegisterDefinition(content=yaml.safe_load(PERMITS), **facts, **people))
    session.flush()
    take_into(
        app, session, "permits", f"{PERMIT_COLUMNS}{PEOPLE[0]},A-1,shop,1,12,30.5,100,2026-01-05,,2026-05\n"
    )
    lookups, subject = Lookups(read(yaml.safe_load(PERMITS))), of(person=C.person_id)
    values = {"kind": "shop", "paid": True, "seats": 12, "size": Decimal("30.5"), "fee": Decimal("100.00"),
              "issued_on": date(2026, 1, 5), "checked": date(2026, 5, 1), "ends_on": None}  # fmt: skip
    candidate = Candidate(PEOPLE[0], USCC, "510104", TODAY, TODAY)
    questions = [lookups.value(subject, C.starts_on, code) for code in values]
    (answers,) = asked([candidate], questions)
    assert dict(zip(values, (value for value, _ in answers), strict=True)) == values
    wanted = [lookups.holds(subject, C.starts_on, {code: value}) for code, value in values.items() if value]
    (answers,) = asked([candidate], wanted)
    assert all(value for value, _ in answers)


def test_rows_that_hold_always_are_known_once_they_are_loaded(app, session, world, asked):
    lines = f"citizen_id,graduated_on,school,level,category\n{PEOPLE[0]},2026-06-30,四川大学,bachelor,loan\n"
    take_into(app, session, "graduates", lines)
    lookups, subject = Lookups(library.find(session, "graduates")), of(person=C.person_id)
    asking = [lookups.holds(subject, C.starts_on), lookups.value(subject, C.starts_on, "school")]
    at = date(1999, 1, 1)
    candidates = [
        Candidate(PEOPLE[n], USCC, region, at, at)
        for n, region in ((0, "510104"), (1, "510104"), (1, "510105"))
    ]
    assert asked(candidates, asking) == [
        [(True, True), ("四川大学", True)],
        [(False, True), (None, True)],
        [(False, False), (None, False)],
    ]


def test_a_day_or_a_region_that_is_lacking_is_unknown(app, session, world, asked):
    cover(app, session, "hardship", "citizen_id,recognised_on,category,ended_on\n")
    lookups = Lookups(library.find(session, "hardship"))
    nowhere = Subject(cast(None, String), cast(TODAY, Date), C.person_id)
    answers = [
        lookups.holds(of(person=C.person_id), cast(None, Date)),
        lookups.months(of(person=C.person_id), cast(None, Date), C.ends_on),
        lookups.months(of(person=C.person_id), C.starts_on, cast(None, Date)),
        lookups.holds(nowhere, C.starts_on),
        lookups.holds(of(person=cast(None, BigInteger)), C.starts_on),
    ]
    (found,) = asked([Candidate(PEOPLE[0], USCC, "510104", TODAY, TODAY)], answers)
    assert [known for _, known in found] == [False, False, False, False, True]
    assert found[-1] == (False, True), "nobody has no row"
    answer = answers[0]
    assert session.scalar(select(answer.or_unknown).select_from(CANDIDATES)) is None


def test_a_register_is_not_asked_of_nobody(session):
    with pytest.raises(ValueError, match="hardship is of"):
        Lookups(library.find(session, "hardship")).holds(of(employer=C.employer_id), C.starts_on)


@pytest.mark.parametrize("kind", ["amounts", "blacklist", "deaths", "graduates", "hardship", "market"])
def test_every_question_that_has_a_name_is_answered(session, world, asked, kind):
    questions = Lookups(library.find(session, kind)).questions()
    assert len({q.code for q in questions}) == len({q.title for q in questions}) == len(questions)
    subject = of(person=C.person_id, employer=C.employer_id)
    days = {1: (C.starts_on,), 2: (C.starts_on, C.ends_on)}
    answers = [question.ask(subject, *days[len(question.takes)]) for question in questions]
    (found,) = asked([Candidate(PEOPLE[0], USCC, "510107", TODAY, TODAY)], answers)
    assert not any(known for _, known in found)


def test_questions_are_named_by_what_they_ask(session):
    questions = {q.code: q for q in Lookups(library.find(session, "amounts")).questions()}
    assert questions["amounts_unit_part_total_pension"].title == "分险种缴费库_单位缴纳_基本养老保险_合计"
    assert questions["amounts"].gives == "yes_no" and questions["amounts_months"].takes == ("month", "month")


def test_a_person_is_found_by_an_index(app, session, world):
    session.execute(
        text("""
        INSERT INTO register_loads (kind, source, rows_read, rows_stored, rows_refused) VALUES ('hardship', '', 0, 0, 0)
    """)
    )
    session.execute(
        text("""
        INSERT INTO register_facts (register, person_id, region_code, follows, key, valid, facts, load_id)
        SELECT 'hardship', p.id, '510104', 'person', n::text, daterange('2020-01-01', NULL), '{}',
               (SELECT max(id) FROM register_loads)
        FROM persons p, generate_series(1, 400) n
    """)
    )
    session.execute(text("ANALYZE register_facts"))
    lookups = Lookups(library.find(session, "hardship"))
    make_tables(session, [])
    holds = select(lookups.holds(of(person=C.person_id), C.starts_on).value).select_from(CANDIDATES)
    plan = "\n".join(
        session.scalars(
            text(f"EXPLAIN {holds.compile(session.get_bind(), compile_kwargs={'literal_binds': True})}")
        )
    )
    assert "register_fact_of_person" in plan or "register_fact_key" in plan, plan
