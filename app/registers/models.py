"""Facts of other authorities; every table but `persons` knows a person by `person_id` only."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.registers.ciphers import Cipher
from app.registers.organisation import Region

EMPLOYER_KINDS = ("enterprise", "hr_institution")
SCALES = ("micro", "small", "medium", "large")
SMALL_AND_MEDIUM = SCALES[:3]


def row_id() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(), primary_key=True)


class Person(Model):
    """A person: keyed hash for exact look-up, the id encrypted, what a masked display needs, the name."""

    __tablename__ = "persons"
    __scope__ = "region_code"
    __table_args__ = (Index("person_of_region", "region_code", "id"),)

    id: Mapped[int] = row_id()
    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    id_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("id_hash",)), deferred=True)
    head4: Mapped[str] = mapped_column(String(4))
    last4: Mapped[str] = mapped_column(String(4))
    name: Mapped[str | None] = mapped_column(String(100))
    name_folded: Mapped[str | None] = mapped_column(String(100), index=True)
    phone_cipher: Mapped[bytes | None] = mapped_column(Cipher(bound_to=("id_hash",)), deferred=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    region: Mapped[Region | None] = relationship()

    @property
    def masked_id(self) -> str:
        return f"{self.head4}**********{self.last4}"

    def __repr__(self) -> str:
        return f"{self.name or '—'} {self.masked_id}"


class Employer(Model):
    """An employer or a human-resources institution, as the market regulator registers it."""

    __tablename__ = "employers"
    __scope__ = "region_code"
    __table_args__ = (
        CheckConstraint(f"kind IN {EMPLOYER_KINDS}", name="employer_kind"),
        CheckConstraint(f"scale IN {SCALES}", name="employer_scale"),
    )

    id: Mapped[int] = row_id()
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    unit_no: Mapped[str | None] = mapped_column(String(30), index=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    scale: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), index=True)
    region: Mapped[Region] = relationship()

    def __repr__(self) -> str:
        return self.name


Index("person_name_grams", func.grams(Person.name_folded), postgresql_using="gin")
Index("employer_name_grams", func.grams(Employer.name), postgresql_using="gin")
Index("employer_folded_grams", func.grams(func.fold_name(Employer.name)), postgresql_using="gin")
Index("employer_by_folded_name", func.fold_name(Employer.name))


class Contribution(Model):
    """One month of social insurance of one person under one employer; `month` is the month's first day.

    The table lies in parts by person (migration 0017); PostgreSQL wants their key in the primary key, which is (id, person_id).
    """

    __tablename__ = "contributions"
    __scope__ = "insured_region"
    __table_args__ = (
        UniqueConstraint("person_id", "employer_id", "insured_region", "month", name="contribution_key"),
        CheckConstraint("extract(day FROM month) = 1", name="contribution_month"),
        Index("contribution_month_of_region", "insured_region", "month"),
    )

    id: Mapped[int] = row_id()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    insured_region: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    month: Mapped[date]
    paid: Mapped[bool]
    person: Mapped[Person] = relationship()
    employer: Mapped[Employer] = relationship()
    region: Mapped[Region] = relationship()

    def __repr__(self) -> str:
        return f"{self.person!r} {self.employer.uscc} {self.month:%Y-%m}"


class Unemployment(Model):
    """One spell of registered unemployment."""

    __tablename__ = "unemployment"
    __scope__ = "person_id"
    __table_args__ = (UniqueConstraint("person_id", "registered_on", name="unemployment_key"),)

    id: Mapped[int] = row_id()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    registered_on: Mapped[date]
    cancelled_on: Mapped[date | None]
    person: Mapped[Person] = relationship()

    def __repr__(self) -> str:
        return f"{self.person!r} {self.registered_on}"


class Transfer(Model):
    """One labour transfer: a rural worker who left home for work."""

    __tablename__ = "transfers"
    __scope__ = "person_id"
    __table_args__ = (UniqueConstraint("person_id", "left_on", name="transfer_key"),)

    id: Mapped[int] = row_id()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    left_on: Mapped[date]
    returned_on: Mapped[date | None]
    destination: Mapped[str | None] = mapped_column(String(100))
    person: Mapped[Person] = relationship()

    def __repr__(self) -> str:
        return f"{self.person!r} {self.left_on}"


class RegisterLoad(Model):
    """One load of one register: what came, what was refused."""

    __tablename__ = "register_loads"

    id: Mapped[int] = row_id()
    kind: Mapped[str] = mapped_column(String(20), index=True)
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    rows_read: Mapped[int]
    rows_stored: Mapped[int]
    rows_refused: Mapped[int]
    coverage: Mapped[list[Coverage]] = relationship(back_populates="load")


class Coverage(Model):
    """What a load covered: from which first to which last day a region's silence means «no such fact»."""

    __tablename__ = "register_coverage"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="coverage_order"),)

    load_id: Mapped[int] = mapped_column(ForeignKey("register_loads.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    load: Mapped[RegisterLoad] = relationship(back_populates="coverage")
    region: Mapped[Region] = relationship()


class Refolding(Model):
    """How far a table's stored names have been folded by a version of `names.fold`; `reached` is the last id."""

    __tablename__ = "refoldings"

    table_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    reached: Mapped[int] = mapped_column(BigInteger)


class CalendarYear(Model):
    """A year's holiday arrangement and the notice that fixes it; it counts from its confirmation as a whole on.

    `confirmed_by` is empty for the years that the product ships or that were entered before years were confirmed.
    """

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(String(200))
    confirmed_on: Mapped[date | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    def __repr__(self) -> str:
        return str(self.year)


class CalendarDay(Model):
    """A day that differs from its weekday: a holiday, or a weekend day worked to make up for one."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_years.year"), index=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60))
    calendar_year: Mapped[CalendarYear] = relationship()

    def __repr__(self) -> str:
        return str(self.day)
