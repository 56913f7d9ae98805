"""What several tests of the screens need."""

import pytest
from sqlalchemy import select

from app.registers.models import Contribution, Employer, Person
from tests.desk.days import after


@pytest.fixture
def firm(everything) -> Employer:
    return everything.scalars(
        select(Employer)
        .where(Employer.kind == "enterprise", Employer.scale == "small", Employer.region_code == "510104")
        .order_by(Employer.id)
        .limit(1)
    ).one()


@pytest.fixture
def staff(everything, firm, demonstration) -> list[Person]:
    """Five people with a contribution in the month in which a class opens."""
    month = after(-42, demonstration.day).replace(day=1)
    paid = select(Contribution.person_id).where(
        Contribution.employer_id == firm.id, Contribution.paid, Contribution.month == month
    )
    return list(everything.scalars(select(Person).where(Person.id.in_(paid)).order_by(Person.id).limit(5)))
