"""Alembic's entry: migrations run with the owner login, never with the one that serves requests."""

from alembic import context
from flask import current_app
from sqlalchemy import NullPool, create_engine

from app.engine.models import METADATA

config = context.config


def include_object(obj, name, type_, reflected, compare_to):
    """The job queue's own tables come from its package, a register's parts from a migration, not from our models."""
    others = reflected and compare_to is None and type_ == "table"
    return not (others and name.startswith(("procrastinate", "contributions_")))


def run_migrations() -> None:
    """Each in its own transaction; one that waits for people at work gives up soon, for they queue up behind it."""
    engine = create_engine(current_app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{current_app.config['MIGRATION_LOCK_TIMEOUT']}'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
