"""Write a migration from the difference between models and database."""

import click
from alembic import command as alembic

from pbvote.cli.migrate import alembic_config
from pbvote.settings import Settings


@click.command("revision")
@click.argument("message")
def command(message: str) -> None:
    """Write the next numbered migration; look at it before you commit it."""
    alembic.revision(
        alembic_config(Settings.from_environment().database_url), message=message, autogenerate=True
    )
