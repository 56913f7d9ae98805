"""A subsidy in months or tranches: one live claim of a person for each, from the sheet on, in any office, whatever races."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.engine.cases.claims import Claim
from app.engine.cases.periods import Slot
from app.engine.intake.absentees import absentees
from app.engine.programme import Programme
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.studio import publishing
from app.studio.building import build
from app.studio.schema import BadDefinition, read
from tests.desk import parted, province
from tests.desk.parted import Desk, number
from tests.desk.races import at_once

MONTHS = ("2026-03", "2026-04", "2026-05")


@pytest.fixture
def firms(session):
    return province.make_employers(session)


@pytest.fixture
def monthly(session, actors, firms) -> Desk:
    return Desk(session, actors, firms, parted.data("months"))


@pytest.fixture
def phased(session, actors, firms) -> Desk:
    return Desk(session, actors, firms, parted.data("tranches"))


def in_months(person: dict, *months: str) -> list[dict]:
    return [person | {"month": month} for month in months]


def test_a_person_has_a_claim_for_each_month_of_one_application(session, monthly):
    one, other = parted.people(session, 2)
    rows = [*in_months(one, *MONTHS), *in_months(other, MONTHS[0])]
    application, report = monthly.check(rows)
    assert (report.passed, report.failed) == (4, 0)
    assert not any(monthly.act("submit", application).values())
    drafts = [(one["name"], number(month), "submitted") for month in MONTHS]
    assert monthly.claims(application) == [*drafts, (other["name"], number(MONTHS[0]), "submitted")]
    taken = session.execute(select(Slot.slot_no).order_by(Slot.slot_no)).scalars().all()
    assert taken == sorted([*map(number, MONTHS), number(MONTHS[0])])


def test_a_month_that_fails_drops_out_and_is_corrected_by_itself(session, monthly):
    (person,) = parted.people(session, 1)
    rows = in_months(person, "2026-03", "2026-03", "2026-04", "三月")
    application, report = monthly.check(rows)
    assert (report.passed, report.failed) == (2, 2)
    failed = monthly.failed(application)
    assert list(failed) == [(2, number("2026-03")), (4, 0)]
    assert failed[2, number("2026-03")][0].startswith("C-02")
    _, again = monthly.check(in_months(person, "2026-05"), application=application)
    assert again.passed == 1
    assert list(monthly.failed(application)) == [(2, number("2026-03"))], (
        "the unread month is this one, corrected"
    )
    assert [part for _, part, _ in monthly.claims(application)] == [*map(number, MONTHS)]


def test_a_month_that_a_later_list_lacks_is_asked_about_by_itself(session, actors, monthly):
    one, other = parted.people(session, 2)
    application, _ = monthly.check(
        [*in_months(one, "2026-03", "2026-04", "四月"), *in_months(other, "2026-03", "2026-03")]
    )
    rows = [
        parse_row(monthly.programme.sheet, row, n, today=province.TODAY)
        for n, row in enumerate([*in_months(one, "2026-03"), *in_months(other, "2026-03")], 1)
    ]
    with seeing(session, actors["clerk"].scope):
        gone = absentees(session, actors["clerk"], monthly.programme, application, rows, monthly.vault)
    assert [(absent.name, absent.part, absent.passed) for absent in gone] == [(one["name"], "2026-04", True)]


def test_a_month_that_was_had_is_told_by_its_name(session, monthly):
    (person,) = parted.people(session, 1)
    application, _ = monthly.check(in_months(person, "2026-03"))
    monthly.act("submit", application)
    second, report = monthly.check(in_months(person, "2026-03", "2026-04"), "clerk_b")
    assert (report.passed, report.failed) == (1, 1)
    said = monthly.failed(second)[1, number("2026-03")]
    assert said == [
        "C-04 此人已申请或享受“skills_bonus”（2026-03），不能重复申请。请从名单中移除这一条；确有疑问的，请向上级经办机构查询。"
    ]


def test_a_tranche_is_had_once_and_the_second_goes_beside_the_first(session, phased):
    (person,) = parted.people(session, 1)
    both = [person | {"tranche": title} for title in ("第一期", "第二期")]
    first, report = phased.check(both[:1])
    assert report.passed == 1 and not any(phased.act("submit", first).values())
    second, report = phased.check(both)
    assert (report.passed, report.failed) == (1, 1)
    assert "（第一期）" in phased.failed(second)[1, 1][0]
    assert not any(phased.act("submit", second).values())
    assert session.scalars(select(Slot.slot_no).order_by(Slot.slot_no)).all() == [1, 2]
    assert [claim.own["tranche"] for claim in session.scalars(select(Claim).order_by(Claim.id))] == [
        "first",
        "second",
    ]


@pytest.mark.parametrize("period", ["months", "tranches"])
def test_two_offices_want_the_same_parts_and_each_is_had_once(session, actors, firms, period):
    desk = Desk(session, actors, firms, parted.data(period))
    parts = MONTHS if period == "months" else ("第一期", "第二期")
    field = parted.PARTS[period]
    for seed in range(3):
        rows = [person | {field: part} for person in parted.people(session, 20, seed) for part in parts]
        clerks = ("clerk", "clerk_b")
        applications = [
            desk.check(some, clerk)[0] for clerk, some in zip(clerks, (rows, rows[::-1]), strict=True)
        ]
        batches = [
            desk.prepare("submit", one, clerk) for clerk, one in zip(clerks, applications, strict=True)
        ]
        answers = at_once(*(running(desk, one, clerk) for clerk, one in zip(clerks, batches, strict=True)))
        assert sum(answers) == len(rows)
        live = select(Claim.person_id, Claim.slot_no).where(
            Claim.application_id.in_(applications), Claim.state == "submitted"
        )
        assert len({*map(tuple, session.execute(live))}) == len(rows)
        refused = [said for one in batches for said in desk.reasons(one).values() if said]
        assert len(refused) == len(rows) and all("C-04" in " ".join(said) for said in refused)


def running(desk: Desk, batch_id: str, clerk: str):
    return lambda session: desk.run(session, batch_id, clerk).moved


def test_the_database_keeps_one_open_claim_of_a_person_for_each_part(session, monthly):
    (person,) = parted.people(session, 1)
    monthly.check(in_months(person, "2026-03"))
    again = """INSERT INTO claims (programme, application_id, office_id, person_id, amount, name, slot_no)
               SELECT programme, application_id, office_id, person_id, amount, name, slot_no + {0} FROM claims LIMIT 1"""
    session.execute(text(again.format(1)))
    with pytest.raises(IntegrityError, match="claim_once_for_period"):
        session.execute(text(again.format(0)))


def test_a_host_of_the_release_before_goes_on_until_a_parted_programme_is_published(session, actors):
    """Its check of a sheet names the narrower index."""
    old = """INSERT INTO claims (programme, application_id, office_id, person_id, amount, name)
             SELECT 'x', 1, 1, 1, 1, 'x' WHERE false
             ON CONFLICT (application_id, person_id) WHERE state IN ('draft', 'submitted', 'in_second_review', 'returned',
                 'approved', 'publicizing', 'publicized', 'disbursed') DO NOTHING"""
    officers = [province.make_actor(session, f"policy_{n}", "510000", ("policy_officer",)) for n in range(2)]
    for period in ("once", "months"):
        session.execute(text(old))
        drafted = publishing.draft(
            session, officers[0], read(parted.data(period, code=f"of_{period}")), *ALWAYS
        )
        publishing.publish(session, officers[1], drafted.id)
        session.commit()
    narrow = "SELECT count(*) FROM pg_indexes WHERE indexname = 'claim_once_in_application'"
    assert session.scalar(text(narrow)) == 0


ALWAYS = (publishing.date.min, publishing.date.max)


def test_a_later_version_keeps_the_parts_of_those_before(session, actors):
    officers = [province.make_actor(session, f"policy_{n}", "510000", ("policy_officer",)) for n in range(2)]

    def publish(**changed: object) -> None:
        data = parted.data("tranches") | changed
        drafted = publishing.draft(
            session, officers[0], read(data), publishing.date(2026, 1, 1), publishing.date.max
        )
        publishing.publish(session, officers[1], drafted.id)

    first, second = parted.TRANCHES
    publish(tranches=[first])
    with pytest.raises(BadDefinition, match="tranches: .*加在后面"):
        publish(tranches=[second, first])
    drafted = publishing.draft(session, officers[0], read(parted.data("months")), *ALWAYS)
    with pytest.raises(BadDefinition, match="period: .*不能改"):
        publishing.publish(session, officers[1], drafted.id)


@pytest.mark.parametrize(
    ("changed", "place", "what"),
    [
        ({"period": "weeks"}, "period", "只能是"),
        ({"tranches": []}, "tranches", "最少1个"),
        ({"tranches": None}, "tranches", "须列出期次"),
        ({"tranches": [*parted.TRANCHES, parted.TRANCHES[0]]}, "tranches[3].code", "重复"),
        ({"period": "months", "tranches": None}, "fields", "缺少标准字段“month”"),
        ({"period": "once", "tranches": None}, "fields", "“tranche”只用于"),
        ({"limits": [{"code": "L-01", "rule": "name_agrees"}]}, "limits[1]", "写在 rules 中"),
        ({"limits": [{"code": "C-01", "rule": "at_most"}]}, "limits[1].code", "重复"),
        ({"limits": [{"code": "L-01", "expression": "1 = 1"}]}, "limits[1].rule", "必须填写"),
        ({"limits": [{"code": "L-01", "rule": "at_most"}]}, "limits[1]", "没有填写"),
        (
            {
                "limits": [
                    {
                        "code": "L-01",
                        "rule": "months_or_retirement",
                        "with": {"most": "most", "near": "most"},
                    }
                ]
            },
            "limits[1]",
            "period: months",
        ),
    ],
)
def test_a_fault_of_the_parts_is_told_with_its_place(changed, place, what):
    data = parted.data("tranches", most=("months", 36)) | changed
    data = {name: part for name, part in data.items() if part is not None}
    with pytest.raises(BadDefinition) as refused:
        build(read(data))
    faults = [(fault.place, fault.message.text()) for fault in refused.value.faults]
    assert [one for one in faults if one[0] == place and what in one[1]], faults


def test_what_a_claim_is_of_stays_as_it_is_and_stands_in_lists(monthly):
    programme: Programme = monthly.programme
    assert "month" in programme.fixed and "month" in programme.listed and "month" in programme.searched
    assert programme.columns["month"].title == "所属期"
