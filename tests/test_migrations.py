"""The schema that migrations make is the one that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine

from app.engine.models import METADATA


def test_migrations_make_what_the_models_describe(app):
    def ours(obj, name, type_, reflected, compare_to):
        return not (
            reflected and compare_to is None and name.startswith(("procrastinate", "alembic_version"))
        )

    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
