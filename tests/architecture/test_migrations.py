"""The numbered migrations go up and down on both databases and agree with the models."""

import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from pbvote.cli.migrate import alembic_config
from pbvote.models import Base
from pbvote.models.database import make_engine


def test_the_revisions_form_one_numbered_line() -> None:
    script = ScriptDirectory.from_config(alembic_config("sqlite://"))
    numbers = [revision.revision for revision in script.walk_revisions()][::-1]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.both_databases
def test_the_models_match_the_migrated_database(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


@pytest.mark.both_databases
def test_every_migration_can_be_undone(database_url: str) -> None:
    config = alembic_config(database_url)
    alembic.downgrade(config, "base")
    engine = make_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    alembic.upgrade(config, "head")
