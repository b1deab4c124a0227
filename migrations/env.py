"""Alembic's environment: numbered revisions over the models' metadata."""

from alembic import context
from alembic.operations import MigrateOperation
from sqlalchemy import Connection

from pbvote.models import Base
from pbvote.models.base import BigKey, UtcDateTime
from pbvote.models.database import WRITE, make_engine
from pbvote.settings import Settings


def number_revisions(migration_context, revision, directives: list[MigrateOperation]) -> None:
    """Name the next revision 0001, 0002, …"""
    head = context.script.get_current_head()
    directives[0].rev_id = f"{int(head or 0) + 1:04d}"


def render_item(kind: str, item: object, autogen_context) -> str | bool:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is BigKey:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        process_revision_directives=number_revisions,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


url = context.config.attributes.get("url") or Settings.from_environment().database_url
engine = make_engine(url)
with engine.connect().execution_options(**{WRITE: True}) as connection:
    run(connection)
    connection.commit()
engine.dispose()
