"""Reading definitions: what they say, every fault with its place, versions that stay as they are."""

import pytest
import yaml
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.registers.definitions import library
from app.registers.definitions.document import BadDefinition, read, read_yaml
from app.registers.definitions.models import RegisterDefinition
from app.registers.shipping import ship
from tests.desk.registers import PERMITS

SHIPPED = {"amounts", "blacklist", "deaths", "graduates", "hardship", "market", "payroll", "pensioners"}


def test_a_definition_is_read():
    permits = read_yaml(PERMITS)
    assert (permits.code, permits.title.zh, permits.title.en) == ("permits", "许可库", "Permits")
    assert (permits.of, permits.key) == (("person",), ("number",))
    assert (permits.first, permits.last, permits.region) == ("issued_on", "ends_on", None)
    kind = permits.by_code["kind"]
    assert (kind.type, kind.required, kind.choices["shop"].zh) == ("choice", False, "店铺")
    assert permits.by_code["size"].places == 1 and permits.by_code["number"].longest == 20
    assert permits.titles["某部门"] == "Some authority" and permits.titles["摊位"] == "Stall"


def faults_of(text):
    with pytest.raises(BadDefinition) as refusal:
        read_yaml(text)
    return [(fault.place, str(fault.message)) for fault in refusal.value.faults]


def changed(change):
    document = yaml.safe_load(PERMITS)
    change(document)
    return yaml.safe_dump(document, allow_unicode=True)


def column(number, **facts):
    return lambda document: document["columns"][number - 1].update(facts)


def without(*path):
    def change(document):
        for name in path[:-1]:
            document = document[name]
        del document[path[-1]]

    return change


def put(**facts):
    return lambda document: document.update(facts)


MISSING, TEXT = "缺少这一项，请补上。", "应为文字；数字或日期样的文字请加引号。"
FAULTS = {
    "no code": (without("code"), "code", MISSING),
    "code null": (put(code=None), "code", MISSING),
    "code number": (put(code=5), "code", TEXT),
    "code capitals": (
        put(code="Permits"), "code", "代码由2到20个小写字母、数字和下划线组成，以字母开头。"
    ),
    "code taken": (put(code="persons"), "code", "“persons”是系统自带的登记库，请换一个代码。"),
    "no title": (without("title"), "title", MISSING),
    "title a text": (put(title="许可库"), "title", "应由“名称: 内容”组成。"),
    "no English": (without("title", "en"), "title.en", MISSING),
    "blank title": (put(title={"zh": " ", "en": "x"}), "title.zh", "不能为空。"),
    "long title": (put(title={"zh": "长" * 41, "en": "x"}), "title.zh", "超过40个字，请缩短。"),
    "unknown part": (put(colour="red"), "colour", "没有这一项，请删去或改正名称。"),
    "of nobody known": (put(of=["dog"]), "of[1]", "没有“dog”，只能是：person、employer。"),
    "of twice": (put(of=["person", "person"]), "of", "“person”重复，请只留一个。"),
    "of a text": (put(of="person"), "of", "应为列表，每项以“- ”开头。"),
    "of nobody": (put(of=[]), "columns", "既不属于人员也不属于单位的登记库，须有一栏地区。"),
    "no columns": (put(columns=[], key=[]), "columns", "不能为空。"),
    "columns a mapping": (put(columns={"a": 1}), "columns", "应为列表，每项以“- ”开头。"),
    "column a text": (lambda d: d["columns"].append("x"), "columns[10]", "应由“名称: 内容”组成。"),
    "unknown type": (
        column(2, type="colour"), "columns[2].type",
        "没有“colour”，只能是：text、choice、yes_no、whole、decimal、money、date、month、region。",
    ),
    "unknown part of a column": (column(2, x=1), "columns[2].x", "没有这一项，请删去或改正名称。"),
    "reserved column": (
        column(1, code="citizen_id"), "columns[1].code", "“citizen_id”是每个登记库都有的栏，请换一个代码。"
    ),
    "column twice": (column(2, code="number"), "columns", "“number”重复，请只留一个。"),
    "title twice": (
        column(2, title={"zh": "编号", "en": "x"}), "columns", "“编号”重复，请只留一个。"
    ),
    "required by words": (column(1, required="yes"), "columns[1].required", "应为 true 或 false。"),
    "choice without choices": (column(2, choices=[]), "columns[2].choices", "选项栏须列出各个选项。"),
    "choices of a text": (
        column(1, choices=[{"code": "a", "zh": "甲", "en": "A"}]), "columns[1].choices",
        "只有类型为 choice 的栏才有这一项。",
    ),
    "choice code": (
        column(2, choices=[{"code": "A", "zh": "甲", "en": "A"}]), "columns[2].choices[1].code",
        "选项代码由1到30个小写字母、数字和下划线组成。",
    ),
    "choice title": (column(2, choices=[{"code": "a", "zh": "甲"}]), "columns[2].choices[1].en", MISSING),
    "choice twice": (
        column(2, choices=[{"code": "a", "zh": zh, "en": zh} for zh in "甲乙"]), "columns[2].choices", "“a”重复，请只留一个。"
    ),
    "places of a text": (column(1, places=3), "columns[1].places", "只有类型为 decimal 的栏才有这一项。"),
    "places": (column(5, places=9), "columns[5].places", "应在1到6之间。"),
    "longest by words": (column(1, longest="9"), "columns[1].longest", "应为整数。"),
    "key of nothing": (
        put(key=["x"]), "key",
        "没有“x”这一栏；有：number、kind、paid、seats、size、fee、issued_on、ends_on、checked。",
    ),
    "key of money": (put(key=["fee"]), "key", "“fee”的类型不能用来区分各行。"),
    "key may be empty": (put(key=["seats"]), "key", "“seats”用来区分各行，须为必填（required: true）。"),
    "valid from nothing": (without("valid", "from"), "valid.from", MISSING),
    "valid of no day": (put(valid={"from": "number"}), "valid", "“number”须为日期或月份。"),
    "valid may be empty": (
        put(valid={"from": "ends_on"}), "valid", "“ends_on”是有效期的开始，须为必填（required: true）。"
    ),
    "valid of two kinds": (
        put(valid={"from": "issued_on", "to": "checked"}), "valid", "有效期的开始和结束须同为日期，或同为月份。"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_place_and_its_sentence(change, place, sentence):
    assert (place, sentence) in faults_of(changed(change))


def test_all_faults_are_told_at_once():
    def change(document):
        del document["title"]["en"]
        document["columns"][1]["type"] = "colour"
        document["of"] = ["dog"]

    assert {place for place, _ in faults_of(changed(change))} == {"title.en", "columns[2].type", "of[1]"}


NOT_YAML = "第{}行不是有效的 YAML：请检查缩进、引号和冒号后的空格；不能重复同一名称，也不能使用引用。"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "应由“名称: 内容”组成。"),
        ("- a", "应由“名称: 内容”组成。"),
        ("a: [", NOT_YAML.format(1)),
        ("code: a\ncode: b", NOT_YAML.format(2)),
        ("a: &x [1]\nb: *x", NOT_YAML.format(2)),
        ("a: !!python/object:os.system x", NOT_YAML.format(1)),
        ("? [a]\n: b", NOT_YAML.format(1)),
        ("a: 2026-99-99", NOT_YAML.format(1)),
        ("[" * 5000, NOT_YAML.format(1)),
        ("x" * 100_001, "超过100000个字，请缩短。"),
    ],
)
def test_what_is_no_document_is_refused_as_a_whole(text, sentence):
    assert faults_of(text) == [("", sentence)]


def test_the_message_of_a_refusal_names_count_and_first_place():
    with pytest.raises(BadDefinition, match="登记库定义有1处错误，第一处在“code”：缺少这一项"):
        read({name: part for name, part in yaml.safe_load(PERMITS).items() if name != "code"})


def test_prepare_has_published_what_is_shipped(session):
    assert {definition.code for definition in library.published(session)} == SHIPPED
    assert library.published(session) == sorted(library.shipped(), key=lambda one: one.code)
    rows = session.scalars(select(RegisterDefinition)).all()
    assert {(row.version, row.state, row.shipped, row.author_id, row.signer_id) for row in rows} == {
        (1, "published", True, None, None)
    }
    ship(session)
    session.flush()
    assert session.scalar(select(func.count(RegisterDefinition.id))) == len(SHIPPED)


def versions(session, code):
    wanted = select(RegisterDefinition.version).where(RegisterDefinition.code == code)
    return session.scalars(wanted.order_by(RegisterDefinition.version)).all()


def add(session, code="deaths", version=2, state="published", **facts):
    content = {**library_document(session, code), "supplier": {"zh": "另一部门", "en": "Another"}}
    facts = {"published_at": func.now() if state == "published" else None, **facts}
    session.add(RegisterDefinition(code=code, version=version, state=state, content=content, **facts))
    session.flush()


def library_document(session, code):
    wanted = select(RegisterDefinition.content).where(
        RegisterDefinition.code == code, RegisterDefinition.version == 1
    )
    return session.scalar(wanted)


def test_a_release_supersedes_its_own_version_and_nobody_elses(session, actors):
    policy, auditor = actors["clerk"].user_id, actors["reviewer"].user_id
    add(session, "deaths", shipped=True)
    add(session, "blacklist", author_id=policy, signer_id=auditor)
    library.install(session)
    assert versions(session, "deaths") == [1, 2, 3] and versions(session, "blacklist") == [1, 2]
    assert library.find(session, "blacklist").supplier.zh == "另一部门"
    assert library.find(session, "deaths").supplier.zh != "另一部门"


def test_a_draft_is_not_in_force(session, actors):
    add(session, state="draft", author_id=actors["clerk"].user_id)
    assert library.find(session, "deaths").supplier.zh != "另一部门"


@pytest.mark.parametrize(
    "facts",
    [
        {"author": "clerk", "signer": "clerk"},
        {"author": "clerk"},
        {"signer": "clerk"},
        {},
        {"author": "clerk", "signer": "reviewer", "published_at": None},
        {"author": "clerk", "signer": "reviewer", "state": "draft"},
        {"author": "clerk", "signer": "reviewer", "shipped": True},
        {"author": "clerk", "signer": "reviewer", "state": "secret"},
        {"author": "clerk", "signer": "reviewer", "version": 1},
    ],
)
def test_the_database_holds_that_two_people_stand_for_a_version(session, actors, facts):
    people = {f"{part}_id": actors[facts[part]].user_id for part in ("author", "signer") if part in facts}
    rest = {name: value for name, value in facts.items() if name not in ("author", "signer")}
    with pytest.raises(IntegrityError), session.begin_nested():
        add(session, **people, **rest)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_definitions SET content = '{}' WHERE code = 'deaths'",
        "UPDATE register_definitions SET state = 'draft' WHERE code = 'deaths'",
        "DELETE FROM register_definitions WHERE code = 'deaths'",
    ],
)
def test_what_is_published_stays(session, statement):
    with pytest.raises(IntegrityError, match="stays as it is"), session.begin_nested():
        session.execute(text(statement))
