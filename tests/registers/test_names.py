"""Part of a name finds what contains it, and the database looks it up rather than reading everybody."""

import sys
import unicodedata

import pytest
from sqlalchemy import func, select, text

from app.kernel import names
from app.registers.lookup import has_part, search_employers, unit_name
from app.registers.models import Employer, Person

NAMES = ("王伟", "王伟国", "李国王", "买买提·吐尔逊", "A%_b", "𠮷田", None)
PEOPLE = """
    INSERT INTO persons (id_hash, id_cipher, head4, last4, name, name_folded)
    SELECT sha256(convert_to(:mark || n, 'UTF8')), '', '5101', '0000', name, name
    FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS t(name, n)
"""


@pytest.fixture
def people(session):
    session.execute(text(PEOPLE), {"mark": "known", "names": list(NAMES)})
    return session


@pytest.mark.parametrize(
    "part", ["王", "王伟", "伟国", "王伟国", "国王", "王国", "·吐尔", "%", "_b", "𠮷", "田", "无", "伟王伟国"]
)
def test_a_part_finds_the_names_that_contain_it(people, part):
    found = people.scalars(select(Person.name).where(has_part(Person.name_folded, part))).all()
    assert sorted(found) == sorted(name for name in NAMES if name and part in name)


@pytest.mark.parametrize("part", ["王", "王伟", "王伟国", "买买提·吐尔逊", "𠮷田"])
def test_the_database_makes_the_same_of_a_name_as_the_search(people, part):
    made = people.scalar(select(func.grams(part)))
    assert set(names.grams(part)) <= set(made)
    assert set(made) == set(part) | {part[n : n + 2] for n in range(len(part) - 1)}


@pytest.mark.parametrize(
    ("model", "index"), [(Person, "person_name_grams"), (Employer, "employer_folded_grams")]
)
def test_the_index_answers_what_is_asked(session, model, index):
    """Of few rows reading all is cheaper: the planner is told not to."""
    session.execute(text("SET LOCAL enable_seqscan = off"))
    name = Person.name_folded if model is Person else unit_name()
    wanted = select(model.id).where(has_part(name, "王伟"))
    asked = str(wanted.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    assert index in "\n".join(session.scalars(text(f"EXPLAIN {asked}")))


@pytest.mark.usefixtures("system")
def test_the_database_folds_every_character_as_the_search_does(session):
    """Alone, doubled and between two others; not what Unicode has not assigned nor halves of pairs; of private use some."""
    every = {"Cn": 0, "Cs": 0, "Co": 97}
    assigned = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if (step := every.get(unicodedata.category(chr(code)), 1)) and code % step == 0
    ]
    for written in ([f"甲{c}乙{c}{c}丙" for c in assigned], [f"{c} " for c in assigned]):
        made = session.scalars(
            text("SELECT fold_name(t) FROM unnest(CAST(:t AS text[])) WITH ORDINALITY AS u(t, n) ORDER BY n"),
            {"t": written},
        ).all()
        assert [(a, b) for a, b in zip(made, map(names.fold, written), strict=True) if a != b] == []


@pytest.mark.parametrize(
    "typed",
    ["四川远大（集团）有限公司", "四川远大(集团)有限公司", " 四川 远大(集团）", "远大(集团", "ＡＢ(集团)"],
)
def test_an_employer_written_otherwise_is_offered(session, typed):
    session.execute(
        text(
            "INSERT INTO employers (uscc, name, kind, scale, region_code) VALUES"
            " (:uscc, :name, 'enterprise', 'small', '510104')"
        ),
        [
            {"uscc": "915101040000000001", "name": "四川远大（集团）有限公司"},
            {"uscc": "915101040000000002", "name": "成都AB （集团）"},
        ],
    )
    wanted = "AB" if "Ａ" in typed else "远大"
    assert [wanted in employer.name for employer in search_employers(session, typed)] == [True]
