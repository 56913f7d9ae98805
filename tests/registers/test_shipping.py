"""What the product brings along: the tree of regions, an office for each, the working calendar."""

from collections import Counter
from datetime import date

from sqlalchemy import delete, func, select

from app.registers.models import CalendarDay, CalendarYear
from app.registers.organisation import Office, Region
from app.registers.shipping import ship


def test_the_provinces_regions_are_all_there(session):
    levels = Counter(session.scalars(select(Region.level)))
    assert levels == {"province": 1, "prefecture": 21, "county": 183}
    county = session.get(Region, "510104")
    assert [county.name, county.parent.name, county.parent.parent.name] == ["锦江区", "成都市", "四川省"]


def test_every_region_has_one_office_in_its_place(session):
    offices = {office.region_code: office for office in session.scalars(select(Office))}
    assert len(offices) == session.scalar(select(func.count(Office.id))) == 205
    for region in session.scalars(select(Region)):
        office = offices[region.code]
        above = offices[region.parent_code] if region.parent_code else None
        assert office.parent_id == (above.id if above else None)
        assert office.path == f"{above.path if above else ''}{region.code}/"
    assert offices["510104"].path == "510000/510100/510104/"
    assert offices["510104"].name == "锦江区就业服务管理局"


DAYS = {
    date(2020, 1, 24): False,
    date(2020, 1, 19): True,
    date(2020, 2, 2): None,
    date(2020, 10, 1): False,
    date(2020, 10, 8): False,
    date(2020, 9, 27): True,
    date(2020, 10, 10): True,
    date(2026, 2, 16): False,
    date(2026, 2, 23): False,
    date(2026, 2, 14): True,
    date(2026, 2, 28): True,
    date(2026, 10, 1): False,
    date(2026, 10, 7): False,
    date(2026, 9, 20): True,
    date(2026, 10, 10): True,
    date(2026, 3, 3): None,
}


def test_the_calendar_holds_the_days_that_differ_from_their_weekday(session):
    held = dict(session.execute(select(CalendarDay.day, CalendarDay.working)).all())
    assert {day: held.get(day) for day in DAYS} == DAYS
    years = session.scalars(select(CalendarYear.year).order_by(CalendarYear.year)).all()
    assert years == list(range(2004, 2027))
    assert session.scalar(select(func.count()).where(CalendarYear.confirmed_on.is_(None))) == 0
    assert session.get(CalendarDay, date(2026, 10, 1)).name == "国庆节"


def test_shipping_again_changes_nothing(session):
    tables = (Region, Office, CalendarYear, CalendarDay)
    before = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    session.get(Office, session.scalar(select(Office.id).where(Office.code == "510104"))).name = "改过的名称"
    session.flush()
    ship(session)
    session.flush()
    assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == before
    session.expire_all()
    assert session.scalar(select(Office.name).where(Office.code == "510104")) == "改过的名称"


def test_a_year_that_somebody_has_entered_is_theirs_to_fill_in_and_confirm(session):
    session.execute(delete(CalendarDay).where(CalendarDay.year == 2026))
    session.get(CalendarYear, 2026).confirmed_on = None
    session.flush()
    ship(session)
    session.expire_all()
    assert session.get(CalendarYear, 2026).confirmed_on is None
    assert session.scalar(select(func.count()).where(CalendarDay.year == 2026)) == 0
