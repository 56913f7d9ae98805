"""Training: the catalogue, classes, students, the places that each may take, and declared students."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_projects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("occupation", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("hours > 0", name="project_hours"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "training_classes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("cohort_no", sa.String(length=30), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("stop_from", sa.Date(), nullable=False),
        sa.Column("stop_to", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=60), nullable=False),
        sa.Column("teacher", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=24), server_default="draft", nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'rejected', 'approved', 'cancelled', 'completion_submitted', 'completion_returned', 'completed')",
            name="class_state",
        ),
        sa.CheckConstraint("hours > 0", name="class_hours"),
        sa.CheckConstraint("opens_on <= closes_on", name="class_order"),
        sa.CheckConstraint("stop_from <= stop_to", name="class_stop_order"),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"],
            ["employers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["offices.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["training_projects.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cohort_no"),
    )
    op.create_index(
        "class_of_office_by_state", "training_classes", ["office_id", "state", "id"], unique=False
    )
    op.create_index(
        op.f("ix_training_classes_employer_id"), "training_classes", ["employer_id"], unique=False
    )
    op.create_index(op.f("ix_training_classes_project_id"), "training_classes", ["project_id"], unique=False)
    op.create_table(
        "class_places",
        sa.Column("employer_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["training_classes.id"],
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"],
            ["employers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["training_projects.id"],
        ),
        sa.PrimaryKeyConstraint("employer_id", "project_id"),
        sa.UniqueConstraint("class_id"),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("student_no", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="enrolled", nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=True),
        sa.Column("theory_score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("practical_score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("certificate_no", sa.String(length=60), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('enrolled', 'stopped', 'withdrawn')", name="enrolment_state"),
        sa.CheckConstraint(
            "(passed IS NULL) = (completed_on IS NULL) AND coalesce(theory_score BETWEEN 0 AND 100, true) AND coalesce(practical_score BETWEEN 0 AND 100, true)",
            name="enrolment_result",
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["training_classes.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["offices.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("class_id", "student_no", name="enrolment_number"),
    )
    op.create_index(
        "enrolment_once_in_class",
        "enrolments",
        ["class_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_index(op.f("ix_enrolments_person_id"), "enrolments", ["person_id"], unique=False)
    op.create_table(
        "student_places",
        sa.Column("enrolment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("slot_no", sa.SmallInteger(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(person_id, person_id, '[]')"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="student_one_class_at_a_time",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
        ),
        sa.PrimaryKeyConstraint("enrolment_id"),
        sa.UniqueConstraint("person_id", "window_from", "slot_no", name="student_place_slot"),
    )
    op.add_column("applications", sa.Column("class_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_applications_class_id"), "applications", ["class_id"], unique=False)
    op.create_foreign_key("application_class", "applications", "training_classes", ["class_id"], ["id"])
    op.add_column("claims", sa.Column("enrolment_id", sa.BigInteger(), nullable=True))
    op.add_column("claims", sa.Column("opens_on", sa.Date(), nullable=True))
    op.add_column("claims", sa.Column("closes_on", sa.Date(), nullable=True))
    op.add_column("claims", sa.Column("hours", sa.Integer(), nullable=True))
    op.create_index(
        "claim_of_enrolment",
        "claims",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'publicizing', 'publicized', 'disbursed')"
        ),
    )
    op.create_foreign_key("claim_of_enrolment_fkey", "claims", "enrolments", ["enrolment_id"], ["id"])


def downgrade() -> None:
    raise RuntimeError("classes and declarations are never dropped")
