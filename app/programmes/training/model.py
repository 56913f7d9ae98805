"""Training: the catalogue, classes and their students; a declared student is a claim of the shared engine."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.free_text import FreeText
from app.programmes.training.states import STATES
from app.registers.ciphers import ENCRYPTED, Cipher, row_key
from app.registers.models import Employer, Person, row_id
from app.registers.organisation import Office


class Project(Model):
    """A training project of the catalogue (培训项目)."""

    __tablename__ = "training_projects"
    __table_args__ = (CheckConstraint("hours > 0", name="project_hours"),)

    id: Mapped[int] = row_id()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    occupation: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(20))
    hours: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default="true")

    def __repr__(self) -> str:
        return self.name


class TrainingClass(Model):
    """One class (班级) that an employer opens; its state moves as `workflow` says."""

    __tablename__ = "training_classes"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="class_state"),
        CheckConstraint("opens_on <= closes_on", name="class_order"),
        CheckConstraint("stop_from <= stop_to", name="class_stop_order"),
        CheckConstraint("hours > 0", name="class_hours"),
        Index("class_of_office_by_state", "office_id", "state", "id"),
    )

    id: Mapped[int] = row_id()
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("training_projects.id"), index=True)
    cohort_no: Mapped[str] = mapped_column(String(30), unique=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    stop_from: Mapped[date]
    stop_to: Mapped[date]
    hours: Mapped[int]
    platform: Mapped[str] = mapped_column(FreeText(60))
    teacher: Mapped[str] = mapped_column(FreeText(60))
    contact: Mapped[str] = mapped_column(FreeText(100))
    row_key: Mapped[bytes | None] = row_key()
    contact_phone_cipher: Mapped[bytes | None] = mapped_column(
        Cipher(bound_to=("row_key", "employer_id")), deferred=True, deferred_group=ENCRYPTED
    )
    state: Mapped[str] = mapped_column(String(24), server_default="draft")
    created_on: Mapped[date]
    created_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    version: Mapped[int] = mapped_column(server_default="1")
    office: Mapped[Office] = relationship()
    employer: Mapped[Employer] = relationship()
    project: Mapped[Project] = relationship()

    def line(self) -> tuple[str, str, str, Decimal]:
        """Return a result page's cells and the amount: no money moves with a class."""
        return self.cohort_no, self.employer.name, self.project.name, Decimal(0)

    def __repr__(self) -> str:
        return self.cohort_no


class Enrolment(Model):
    """A student in a class; `state` is enrolled, stopped by the rules at submission, or withdrawn."""

    __tablename__ = "enrolments"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint("state IN ('enrolled', 'stopped', 'withdrawn')", name="enrolment_state"),
        CheckConstraint(
            "(passed IS NULL) = (completed_on IS NULL)"
            " AND coalesce(theory_score BETWEEN 0 AND 100, true) AND coalesce(practical_score BETWEEN 0 AND 100, true)",
            name="enrolment_result",
        ),
        Index(
            "enrolment_once_in_class",
            "class_id",
            "person_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        UniqueConstraint("class_id", "student_no", name="enrolment_number"),
        CheckConstraint("result_source IN ('screen', 'sheet')", name="enrolment_result_source"),
        Index(
            "enrolment_of_certificate", "certificate_no", postgresql_where=text("certificate_no IS NOT NULL")
        ),
    )

    id: Mapped[int] = row_id()
    class_id: Mapped[int] = mapped_column(ForeignKey("training_classes.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    student_no: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10), server_default="enrolled")
    findings: Mapped[list | None] = mapped_column(JSONB)
    theory_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    practical_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    passed: Mapped[bool | None]
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    completed_on: Mapped[date | None]
    result_source: Mapped[str | None] = mapped_column(String(10))
    result_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")
    training_class: Mapped[TrainingClass] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()

    @property
    def number(self) -> str:
        """学号: the cohort's number and the student's."""
        return f"{self.training_class.cohort_no}-{self.student_no:04d}"

    def __repr__(self) -> str:
        return self.number


class ClassPlace(Model):
    """An employer's one live class of a project; the key makes a second impossible, also in a race."""

    __tablename__ = "class_places"

    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("training_projects.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_classes.id"), unique=True)


class StudentPlace(Model):
    """A live enrolment: one of the person's places in a policy window, at dates that overlap no other's."""

    __tablename__ = "student_places"
    __table_args__ = (
        UniqueConstraint("person_id", "window_from", "slot_no", name="student_place_slot"),
        ExcludeConstraint(
            (text("int8range(person_id, person_id, '[]')"), "="),
            ("during", "&&"),
            name="student_one_class_at_a_time",
            using="gist",
        ),
    )

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolments.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    window_from: Mapped[date] = mapped_column(Date)
    slot_no: Mapped[int] = mapped_column(SmallInteger)
    during: Mapped[Range[date]] = mapped_column(DATERANGE)


class TrainingApplication(Application):
    """A subsidy declaration (补贴申报) of one class: the first, or a supplementary one."""

    __mapper_args__ = {"polymorphic_identity": "training"}

    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_classes.id"), index=True)
    training_class: Mapped[TrainingClass] = relationship()


class TrainingClaim(Claim):
    """One declared student; hours and dates are the class's as they were declared."""

    __mapper_args__ = {"polymorphic_identity": "training"}

    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"))
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    hours: Mapped[int | None]
    enrolment: Mapped[Enrolment] = relationship()


Index(
    "claim_of_enrolment",
    TrainingClaim.enrolment_id,
    unique=True,
    postgresql_where=text(f"state IN {OPEN_OR_LIVE}"),
)
