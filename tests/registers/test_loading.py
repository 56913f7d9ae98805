"""Loading registers: what is stored, what is refused, what is covered, and that twice is once."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import func, select, text

from app.engine.audit import AuditEntry
from app.extensions import db
from app.kernel.errors import BadSheet, BadValue
from app.registers.ciphers import text_of
from app.registers.loads import loading
from app.registers.loads.loading import Declared, load
from app.registers.models import (
    Contribution,
    Coverage,
    Employer,
    Person,
    RegisterLoad,
    Transfer,
    Unemployment,
)
from tests.desk.heard import heard
from tests.desk.registers import (
    ANNA,
    BEN,
    CONTRIBUTIONS,
    EMPLOYERS,
    FILES,
    ONE_EMPLOYER,
    OTHER_USCC,
    PERSONS,
    REGIONS,
    TODAY,
    TRANSFERS,
    UNEMPLOYMENT,
    USCC,
    person_id,
)


@pytest.fixture(scope="module", autouse=True)
def _codes():
    """The codes above are written out so that they can be read; they must check."""
    from app.kernel.identifiers import uscc

    assert uscc.is_valid(USCC) and uscc.is_valid(OTHER_USCC)


@pytest.fixture
def take(app, session):
    """Loads text or bytes; returns the report, with the refusals as `take.refused`."""

    def run(kind, content, **options):
        run.refused = []
        stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
        vault = app.extensions["vault"]
        refuse = run.refused.append
        return load(session, kind, stream, vault, TODAY, source="test.csv", refuse=refuse, **options)

    return run


@pytest.fixture
def held(session):
    return lambda model: session.scalar(select(func.count()).select_from(model))


def test_persons_are_kept_hashed_and_sealed(app, session, take):
    report = take("persons", f"{PERSONS}{ANNA.lower()},阿依古丽•买买提,13800000000,510104\n")
    anna = session.scalars(select(Person)).one()
    vault = app.extensions["vault"]
    assert (report.read, report.stored, report.refused) == (1, 1, 0)
    assert anna.id_hash == vault.hash(ANNA) and text_of(vault, anna, Person.id_cipher) == ANNA
    assert text_of(vault, anna, Person.phone_cipher) == "13800000000"
    assert (anna.name, anna.name_folded) == ("阿依古丽•买买提", "阿依古丽·买买提")
    assert (anna.head4, anna.last4, anna.region_code) == (ANNA[:4], ANNA[-4:], "510104")


MODELS = {
    "persons": Person, "employers": Employer, "contributions": Contribution, "unemployment": Unemployment,
    "transfers": Transfer,
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_second_load_changes_nothing(session, take, held, kind):
    take("employers", ONE_EMPLOYER)
    first = take(kind, FILES[kind])
    table = MODELS[kind].__tablename__
    versions = session.execute(text(f"SELECT id, xmin, ctid FROM {table} ORDER BY id")).all()
    second = take(kind, FILES[kind])
    assert first.read == second.read == 2 and second.stored == 0 and second.unchanged == 2
    assert session.execute(text(f"SELECT id, xmin, ctid FROM {table} ORDER BY id")).all() == versions
    assert first.coverage == second.coverage


UPDATES = [
    ("persons", f"{PERSONS}{ANNA},安娜丽,13900000000,510105\n",
     "SELECT name, region_code FROM persons ORDER BY id", ("安娜丽", "510105")),
    ("employers", f"{EMPLOYERS}{USCC},9,新名称,enterprise,large,510105\n",
     "SELECT name, scale, unit_no FROM employers ORDER BY id", ("新名称", "large", "9")),
    ("contributions", f"{CONTRIBUTIONS}{ANNA},{USCC},2026-09,510104,0\n",
     "SELECT paid FROM contributions ORDER BY id", (False,)),
    ("unemployment", f"{UNEMPLOYMENT}{ANNA},2026-01-05,2026-03-01\n",
     "SELECT cancelled_on FROM unemployment ORDER BY id", (date(2026, 3, 1),)),
    ("transfers", f"{TRANSFERS}{ANNA},2026-01-05,2026-02-01,北京市\n",
     "SELECT returned_on, destination FROM transfers ORDER BY id", (date(2026, 2, 1), "北京市")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "later", "query", "expected"), UPDATES)
def test_a_later_load_updates_by_key(session, take, held, kind, later, query, expected):
    take("employers", ONE_EMPLOYER)
    take(kind, FILES[kind])
    before = held(MODELS[kind])
    report = take(kind, later)
    assert report.stored == 1 and held(MODELS[kind]) == before
    assert expected in [tuple(row) for row in session.execute(text(query))]


@pytest.mark.parametrize(
    ("kind", "line", "column"),
    [
        ("unemployment", f"{UNEMPLOYMENT}{ANNA},2026-01-05,2027-03-01\n", "cancelled_on"),
        ("transfers", f"{TRANSFERS}{ANNA},2026-01-05,2027-03-01,北京市\n", "returned_on"),
    ],
)
def test_an_end_that_lies_ahead_is_a_fact_and_covers_nothing_to_come(session, take, kind, line, column):
    take("persons", FILES["persons"])
    report = take(kind, line)
    assert (report.stored, report.refused) == (1, 0)
    table = MODELS[kind].__tablename__
    assert session.scalar(text(f"SELECT {column} FROM {table}")) == date(2027, 3, 1)
    assert {last for _, last in report.coverage.values()} == {TODAY}


def test_a_phone_that_is_gone_is_removed(session, take):
    take("persons", f"{PERSONS}{ANNA},安娜,13800000000,510104\n")
    assert take("persons", f"{PERSONS}{ANNA},安娜,,510104\n").stored == 1
    assert session.scalar(select(Person.phone_cipher)) is None


def test_the_last_of_equal_keys_wins(session, take):
    report = take("persons", f"{PERSONS}{ANNA},安娜,,510104\n{ANNA},安妮,,510104\n")
    assert (report.read, report.stored, report.refused) == (2, 1, 0)
    assert session.scalars(select(Person.name)).all() == ["安妮"]


@pytest.mark.parametrize("kind", ["contributions", "unemployment", "transfers"])
def test_missing_persons_are_created_without_a_name(session, take, kind):
    take("employers", ONE_EMPLOYER)
    take(kind, FILES[kind])
    people = session.scalars(select(Person).order_by(Person.last4)).all()
    assert {p.last4 for p in people} == {ANNA[-4:], BEN[-4:]}
    assert {p.name for p in people} == {None} and {p.region_code for p in people} == {None}
    take("persons", FILES["persons"])
    assert session.scalars(select(Person.name).order_by(Person.name)).all() == ["安娜", "本"]


REFUSED = [
    ("persons", f"{ANNA[:-1]}{'1' if ANNA[-1] != '1' else '2'},安娜,,510104", "citizen_id"),
    ("persons", f"{ANNA},,,510104", "name"),
    ("persons", f"{ANNA},{'长' * 101},,510104", "name"),
    ("persons", f"{ANNA},安娜,{'1' * 31},510104", "phone"),
    ("persons", f"{ANNA},安娜,,999999", "region_code"),
    ("persons", f"{ANNA},安娜,510104", ""),
    ("employers", f"{USCC[:-1]}0,1,名称,enterprise,small,510104", "uscc"),
    ("employers", f"{USCC},1,名称,school,small,510104", "kind"),
    ("employers", f"{USCC},1,名称,enterprise,tiny,510104", "scale"),
    ("employers", f"{USCC},1,{'长' * 201},enterprise,small,510104", "name"),
    ("employers", f"{USCC},{'1' * 31},名称,enterprise,small,510104", "unit_no"),
    ("contributions", f"{ANNA},{USCC},2026-13,510104,1", "month"),
    ("contributions", f"{ANNA},{USCC},2026/09,510104,1", "month"),
    ("contributions", f"{ANNA},{USCC},2026-12,510104,1", "month"),
    ("contributions", f"{ANNA},{USCC},2026-09,510104,yes", "paid"),
    ("contributions", f"{ANNA},{OTHER_USCC},2026-09,510104,1", "uscc"),
    ("unemployment", f"{ANNA},2026-02-30,", "registered_on"),
    ("unemployment", f"{ANNA},,", "registered_on"),
    ("unemployment", f"{ANNA},2026-11-24,", "registered_on"),
    ("unemployment", f"{ANNA},2026-02-03,2026-02-02", "cancelled_on"),
    ("transfers", f"{ANNA},2026-02-03,2026-02-02,", "returned_on"),
    ("transfers", f"{ANNA},2026-02-03,,{'长' * 101}", "destination"),
]


@pytest.mark.parametrize(("kind", "line", "column"), REFUSED)
def test_a_bad_line_is_refused_with_its_number_and_the_others_are_taken(take, kind, line, column):
    take("employers", ONE_EMPLOYER)
    header, good, _ = FILES[kind].splitlines()
    report = take(kind, f"{header}\n{good}\n\n{line}\n")
    assert (report.read, report.refused) == (2, 1)
    refusal = take.refused[0]
    assert (refusal.line, refusal.column) == (4, column)
    assert str(refusal.reason).endswith("。")


def test_refusals_come_in_the_order_of_the_file(take):
    take("employers", ONE_EMPLOYER)
    take("contributions", f"{CONTRIBUTIONS}{ANNA},{OTHER_USCC},2026-09,510104,1\nx,{USCC},2026-09,510104,1\n")
    assert [(r.line, r.column) for r in take.refused] == [(2, "uscc"), (3, "citizen_id")]


def test_a_refused_id_is_masked_wherever_it_stands(take):
    wrong = ANNA[:-1] + ("1" if ANNA[-1] != "1" else "2")
    take("persons", f"{PERSONS}{wrong},安娜,,510104\n安娜,{ANNA},,510104\n{BEN},本,,{ANNA}\n")
    told = " ".join(str(r.reason) for r in take.refused)
    assert len(take.refused) == 3 and ANNA not in told and wrong not in told
    assert f"{wrong[:4]}**********{wrong[-4:]}" in told


def test_a_byte_order_mark_and_another_order_of_columns_are_read(session, take):
    content = f"region_code,phone,name,citizen_id\r\n510104,,安娜,{ANNA}\r\n"
    assert take("persons", b"\xef\xbb\xbf" + content.encode()).stored == 1
    assert session.scalars(select(Person.name)).one() == "安娜"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "citizen_id,name,phone\n",
        "citizen_id,name,phone,region_code,extra\n",
        "citizen_id,name,name,region_code\n",
        f"{ANNA},安娜,,510104\n",
    ],
)
def test_a_wrong_header_is_refused_and_nothing_changes(take, held, content):
    with pytest.raises(BadSheet) as refused:
        take("persons", content)
    assert "citizen_id" in str(refused.value) and ANNA not in str(refused.value)
    assert held(Person) == held(RegisterLoad) == 0


@pytest.mark.parametrize(
    "content", [f"{PERSONS}{ANNA},安娜,,510104\n".encode("gbk"), PERSONS.encode() + b'"' + b"x" * 200_000]
)
def test_what_is_no_utf8_csv_gets_one_message(take, content):
    with pytest.raises(BadSheet) as refused:
        take("persons", content)
    assert "没有装载任何内容" in str(refused.value)


def test_coverage_is_what_the_file_speaks_of(session, take):
    take("persons", FILES["persons"])
    take("employers", FILES["employers"])
    lines = f"{ANNA},{USCC},2026-02,510104,1\n{ANNA},{USCC},2025-12,510104,1\n{BEN},{USCC},2026-03,510105,1\n"
    spans = {
        kind: take(kind, content).coverage
        for kind, content in {**FILES, "contributions": CONTRIBUTIONS + lines}.items()
    }
    assert spans["persons"] == spans["employers"] == dict.fromkeys(REGIONS, (TODAY, TODAY))
    assert spans["contributions"] == {
        "510104": (date(2025, 12, 1), date(2026, 2, 28)), "510105": (date(2026, 3, 1), date(2026, 3, 31)),
    }  # fmt: skip
    assert spans["unemployment"] == spans["transfers"] == {
        "510104": (date(2026, 1, 5), date(2026, 1, 5)), "510105": (date(2025, 1, 5), date(2025, 6, 30)),
    }  # fmt: skip
    stored = session.scalars(select(Coverage).where(Coverage.kind == "contributions")).all()
    assert {c.region_code: (c.first_day, c.last_day) for c in stored} == spans["contributions"]


def test_refused_lines_cover_nothing(take):
    take("employers", ONE_EMPLOYER)
    report = take("contributions", f"{CONTRIBUTIONS}x,{USCC},2026-02,510104,1\n")
    assert report.coverage == {}


def test_coverage_that_is_declared_is_taken_exactly(take):
    take("employers", ONE_EMPLOYER)
    declared = Declared(REGIONS, date(2025, 1, 1), date(2026, 10, 31))
    assert take("contributions", FILES["contributions"], declared=declared).coverage == dict.fromkeys(
        REGIONS, (declared.first, declared.last)
    )
    assert take("unemployment", UNEMPLOYMENT, declared=declared).coverage == dict.fromkeys(
        REGIONS, (declared.first, declared.last)
    )
    report = take("persons", FILES["persons"], declared=Declared(("510107",)))
    assert report.coverage == {"510107": (TODAY, TODAY)}


@pytest.mark.parametrize(
    "declared",
    [
        Declared(("999999",), TODAY, TODAY),
        Declared((), TODAY, TODAY),
        Declared(("510104",)),
        Declared(("510104",), TODAY),
        Declared(("510104",), TODAY, date(2026, 1, 1)),
    ],
)
def test_an_impossible_declaration_is_refused(take, held, declared):
    with pytest.raises(BadValue):
        take("unemployment", FILES["unemployment"], declared=declared)
    assert held(Unemployment) == 0


@pytest.fixture
def statements(session):
    with heard(db.engine) as seen:
        yield seen


def test_thirty_thousand_lines_take_the_same_statements_a_chunk(take, held, statements, monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 10_000)
    take("employers", ONE_EMPLOYER)
    ids = [person_id(number) for number in range(2_000)]
    assert len(set(ids)) == len(ids)
    months = [f"{2025 + month // 12}-{month % 12 + 1:02}" for month in range(15)]
    lines = [f"{code},{USCC},{month},510104,1" for month in months for code in ids]
    counts = {}
    for size in (10_000, 30_000):
        statements.clear()
        assert take("contributions", CONTRIBUTIONS + "\n".join(lines[:size])).read == size
        counts[size] = len(statements)
    assert held(Contribution) == 30_000 and held(Person) == 2_000
    assert counts[30_000] - counts[10_000] <= 2 * 6 and counts[10_000] <= 14


def test_no_id_nor_phone_stands_anywhere_in_the_clear(session, take):
    take("employers", ONE_EMPLOYER)
    for kind, content in FILES.items():
        take(kind, content)
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    dump = "".join(
        row for table in tables for row in session.scalars(text(f'SELECT CAST(t AS text) FROM "{table}" t'))
    )
    assert "安娜" in dump and USCC in dump
    for secret in (ANNA, BEN, "13800000000", ANNA.encode().hex(), b"13800000000".hex()):
        assert secret not in dump


@pytest.fixture
def run(app, tmp_path):
    """`flask registers load`, with the file written first; everything a test looks at is committed."""

    def invoke(kind, content, *options):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        result = app.test_cli_runner().invoke(args=["registers", "load", kind, str(path), *options])
        db.session.expire_all()
        return result

    return invoke


def test_the_command_reports_and_leaves_an_audit_entry(session, run):
    result = run("persons", FILES["persons"] + "x,坏行,,510104\n")
    assert result.exit_code == 0, result.output
    assert "读入 / read 3" in result.output and "拒绝 / refused 1" in result.output
    assert "第 4 行 citizen_id" in result.stderr
    entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "register_load")).one()
    assert entry.after["stored"] == 2 and entry.subject == "persons.csv" and entry.actor_id is None
    assert session.scalars(select(RegisterLoad)).one().rows_refused == 1


def test_the_command_takes_the_declared_coverage(session, run):
    run("employers", ONE_EMPLOYER)
    options = ("--regions", "510104,510105", "--first", "2025-01", "--last", "2026-02")
    assert run("contributions", FILES["contributions"], *options).exit_code == 0
    spans = session.execute(
        select(Coverage.first_day, Coverage.last_day).where(Coverage.kind == "contributions")
    ).all()
    assert [tuple(span) for span in spans] == [(date(2025, 1, 1), date(2026, 2, 28))] * 2


def test_the_command_writes_refused_lines_to_a_file(run, tmp_path):
    path = tmp_path / "refused.csv"
    result = run("persons", PERSONS + "x,坏行,,510104\n" * 30, "--refused", str(path))
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert result.exit_code == 0 and result.stderr == ""
    assert len(rows) == 31 and rows[1][:2] == ["2", "citizen_id"]


def test_the_command_shows_twenty_refused_lines_and_counts_the_rest(run):
    stderr = run("persons", PERSONS + "x,坏行,,510104\n" * 30).stderr
    assert stderr.count("citizen_id") == 20 and "30" in stderr


def test_the_command_fails_on_a_wrong_header(run, held):
    result = run("persons", "name,citizen_id\n")
    assert result.exit_code == 1 and "表头" in result.output
    assert held(RegisterLoad) == 0
