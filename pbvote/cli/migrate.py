"""Bring the database to the present revision."""

import click
from alembic import command as alembic
from alembic.config import Config

from pbvote.settings import ROOT, Settings


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


@click.command("migrate")
@click.option("--revision", default="head", show_default=True)
def command(revision: str) -> None:
    """Create the database or bring it up to date."""
    settings = Settings.from_environment()
    settings.instance.mkdir(parents=True, exist_ok=True)
    alembic.upgrade(alembic_config(settings.database_url), revision)
    click.echo("The database is up to date.")
