"""A definition is read whole or refused with every fault at its place; its versions are two people's and stay as signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.demo.identities import Resident, make_id
from app.engine.actor import Actor
from app.engine.cases.claims import Claim, FailedRow
from app.engine.intake.applications import open_application
from app.engine.intake.check import check_people
from app.engine.programme import Programme
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.kernel.errors import NotFound, Refused
from app.programmes import installed
from app.studio import publishing
from app.studio.building import build
from app.studio.schema import BadDefinition, parse_yaml, read
from tests.bench import registers
from tests.desk import province
from tests.desk.definitions import DATA, changed, put

LATER = date(2026, 7, 1)

FAULTS = [
    ("prefix", "Skills", "prefix", "大写字母"),
    ("code", "技能", "code", "小写字母开头"),
    ("title", None, "title", "必须填写"),
    ("title", {"zh": "技能", "de": "Bonus"}, "title", "中文 zh"),
    ("service", "elsewhere", "service", "只能是"),
    ("colour", "red", "colour", "没有这一项"),
    ("fields", {"name": 1}, "fields", "列表"),
    ("fields[4].type", "colour", "fields[4].type", "只能是"),
    ("fields[4].type", None, "fields[4]", "类型 type"),
    ("fields[4].choices", None, "fields[4].choices", "列出选项"),
    ("fields[5].code", "skill_level", "fields[5].code", "重复"),
    ("fields[1]", None, "fields", "“name”"),
    ("policy_date", "signed_on", "policy_date", "submission"),
    ("parameters.least_hours.unit", "hours", "parameters.least_hours.unit", "只能是"),
    ("parameters.least_hours.default", "many", "parameters.least_hours.default", "无法识别"),
    ("parameters.least_publicity_days", None, "", "least_publicity_days"),
    ("rules[2]", None, "rules", "C-01"),
    ("rules[3].code", "C-01", "rules[3].code", "重复"),
    ("rules[2].rule", "valid_id", "rules[2]", "valid_citizen_id"),
    ("rules[1].expression", "培训课 ≥ 参数(least_hours)", "rules[1].expression", "培训课时"),
    ("rules[1].expression", "培训课时 + 1", "rules[1].expression", "是或否"),
    ("rules[1].fails", {"zh": "少于{least_hours}课时", "en": "fewer than {most}"}, "", "不一致"),
    ("amount", "参数(amount_junior) +", "amount", "没有写完"),
    ("amount", "技能等级", "amount", "数"),
    ("fields[5].type", "phone", "fields[5].type", "标准字段 phone"),
    ("fields[5].type", "bank_account", "fields[5].type", "account: each"),
    ("fields[5].type", "file", "fields[5].type", "附件"),
    ("account", "everybody", "account", "只能是"),
    ("account", "each", "fields", "account_number"),
    ("fields[6].code", "account_number", "fields[6]", "按人付款"),
    ("flow", {"publicity": "weeks"}, "flow.publicity", "只能是"),
    ("flow", {"competent": "the_capital"}, "flow.competent", "只能是"),
    ("flow", {"competent": "household"}, "flow.competent", "主管机构"),
    ("papers", [{"code": "Proof", "title": "证明"}], "papers[1].code", "小写字母"),
    ("papers", [{"code": "proof"}], "papers[1].title", "必须填写"),
    ("papers", [{"code": "proof", "title": "证明"}] * 2, "papers[2].code", "重复"),
    ("flow", {"second_review_from": 5}, "flow.second_review_from", "文字"),
]


@pytest.mark.parametrize(("place", "value", "where", "what"), FAULTS)
def test_a_fault_is_told_with_its_place(place, value, where, what):
    with pytest.raises(BadDefinition) as refused:
        build(read(changed(put(place, value))))
    faults = [(fault.place, fault.message.text()) for fault in refused.value.faults]
    assert [one for one in faults if one[0] == where and what in one[1]], faults


def test_every_fault_of_the_form_is_told_at_once():
    with pytest.raises(BadDefinition) as refused:
        read(changed(lambda data: (data.update(prefix="x", service="y"), data.pop("title"))))
    assert {fault.place for fault in refused.value.faults} == {"prefix", "service", "title"}


@pytest.mark.parametrize("written", ["a: [", "- 1", "", "!!python/object/apply:os.system ['true']"])
def test_what_is_no_document_is_refused(written):
    with pytest.raises(BadDefinition):
        parse_yaml(written)


@pytest.mark.parametrize(
    ("place", "value", "what"),
    [
        ("examples[1].amount", "1999.99", "应发 1999.99 元，实际是 2000.00 元"),
        ("examples[2].stops", [], "应由 — 拦下，实际是 SK-01"),
        ("examples[1].day", "春节", "不是日期"),
        ("examples[1].facts.skill_hours", "四十", "skill_hours"),
        ("rules[1].expression", "培训课时 > 参数(least_hours)", "应由 — 拦下，实际是 SK-01"),
    ],
)
def test_a_version_whose_examples_come_out_otherwise_is_not_signed(session, officers, place, value, what):
    drafted = publishing.draft(session, officers[0], read(changed(put(place, value))), date.min, date.max)
    with pytest.raises(BadDefinition) as refused:
        publishing.publish(session, officers[1], drafted.id)
    assert [one for one in refused.value.faults if what in one.message.text()], refused.value


@pytest.fixture
def officers(session, actors) -> list[Actor]:
    made = [province.make_actor(session, f"policy_{n}", "510000", ("policy_officer",)) for n in range(3)]
    session.execute(
        text("INSERT INTO account_deeds (user_id, by_id, deed) VALUES (:one, :other, 'reset')"),
        {"one": made[2].user_id, "other": made[0].user_id},
    )
    session.commit()
    return made


@pytest.fixture
def known() -> Iterator[None]:
    """Programmes are known to a whole process: what a test publishes is forgotten with it."""
    yield
    installed._by_code.cache_clear()
    installed._VERSIONS.clear()


def test_two_people_sign_and_neither_made_the_others_account(session, officers):
    author, signer, stranger = officers
    drafted = publishing.draft(session, author, read(DATA), date.min, date.max)
    with pytest.raises(Refused, match="您起草"):
        publishing.publish(session, author, drafted.id)
    session.commit()
    with pytest.raises(Refused, match="创建、授权或重置"):
        publishing.publish(session, stranger, drafted.id)
    publishing.publish(session, signer, drafted.id)
    session.commit()
    with pytest.raises(NotFound):
        publishing.publish(session, signer, drafted.id)


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        "digest = 'x'",
        "first_day = '2026-01-01'",
        "author_id = NULL, signer_id = NULL",
        "state = 'draft', signed_at = NULL, signer_id = NULL",
        "signed_at = now() + interval '1 day'",
        "compiled = 'x'",
    ],
)
def test_what_is_published_stays_as_it_was_signed(session, officers, change):
    drafted = publishing.draft(session, officers[0], read(DATA), date.min, date.max)
    publishing.publish(session, officers[1], drafted.id)
    session.commit()
    with pytest.raises(DBAPIError):
        session.execute(text(f"UPDATE programme_versions SET {change} WHERE id = {drafted.id}"))
    session.rollback()
    with pytest.raises(DBAPIError):
        session.execute(text(f"DELETE FROM programme_versions WHERE id = {drafted.id}"))
    session.rollback()
    session.execute(text(f"UPDATE programme_versions SET state = 'retired' WHERE id = {drafted.id}"))


def test_a_later_version_ends_the_one_before(session, officers):
    for first in (date.min, LATER):
        drafted = publishing.draft(session, officers[0], read(DATA), first, date.max)
        publishing.publish(session, officers[1], drafted.id)
    days = session.execute(
        text(
            "SELECT version, first_day, last_day FROM programme_versions WHERE programme = 'skills_bonus' ORDER BY 1"
        )
    )
    assert [tuple(row) for row in days] == [(1, date.min, date(2026, 6, 30)), (2, LATER, date.max)]
    again = publishing.draft(session, officers[0], read(DATA), LATER, date.max)
    with pytest.raises(Refused, match="重叠"):
        publishing.publish(session, officers[1], again.id)


def test_each_claim_is_judged_and_paid_by_the_version_of_its_own_day(session, actors, officers, known):
    """And one before the first version by none: it is stopped, whatever else holds."""
    dearer = changed(put("parameters.amount_junior.default", "700.00"))
    put("examples", None)(dearer)
    put("rules[1].expression", "培训课时 ≥ 60")(dearer)
    put("rules[1].asks", "培训不少于60课时。")(dearer)
    put("rules[1].fails", "培训{skill_hours}课时，少于60课时。")(dearer)
    for data, first in ((DATA, date(2026, 2, 1)), (dearer, LATER)):
        drafted = publishing.draft(session, officers[0], read(data), first, date.max)
        publishing.publish(session, officers[1], drafted.id)
    session.commit()
    installed.refresh(session)
    programme, firms = installed.programme_of("skills_bonus"), province.make_employers(session)
    assert (programme.version, installed.programme_of("skills_bonus", 1).version) == (2, 1)
    became = check(session, actors, programme, firms[province.JINJIANG])
    assert became["2026-03-01 40"] == (1, "500.00") and became["2026-08-01 60"] == (2, "700.00")
    assert became["2026-08-01 40"] == "SK-01 培训40课时，少于60课时。"
    assert became["2026-01-31 80"].startswith("P-01 按此人的政策日期，本项目没有适用的办理规则。")


PEOPLE = (("2026-03-01", "40"), ("2026-08-01", "40"), ("2026-08-01", "60"), ("2026-01-31", "80"))


def check(session, actors, programme: Programme, firm: int) -> dict[str, object]:
    """Check four people: what became of each, by first day and hours."""
    clerk, vault, random = actors["clerk"], current_app.extensions["vault"], Random(7)
    residents = [
        Resident(make_id(random, province.TODAY), f"人员{n}", "", province.JINJIANG) for n in range(4)
    ]
    registers.add_persons(session, vault, residents)
    with seeing(session, clerk.scope):
        application = open_application(session, clerk, programme, firm, province.JINJIANG, province.TODAY)
        rows = [
            parse_row(
                programme.sheet,
                {
                    "name": resident.name,
                    "citizen_id": resident.citizen_id,
                    "contract_start": day,
                    "skill_hours": hours,
                    "skill_level": "初级工",
                },
                n,
                today=province.TODAY,
            )
            for n, (resident, (day, hours)) in enumerate(zip(residents, PEOPLE, strict=True))
        ]
        check_people(session, clerk, programme, application.id, rows, vault, province.TODAY)
    became: dict[str, object] = {
        claim.name: (claim.definition_version, str(claim.amount)) for claim in session.scalars(select(Claim))
    }
    for row in session.scalars(select(FailedRow)):
        (stop,) = [f for f in row.findings if f["verdict"] in ("fail", "unknown")]
        said = programme.rule(stop["rule"]).explain(stop["verdict"], stop["evidence"]).text()
        became[row.name] = f"{stop['rule']} {said}"
    return {f"{day} {hours}": became[f"人员{n}"] for n, (day, hours) in enumerate(PEOPLE)}
