"""Make the application's secrets once."""

import os
from pathlib import Path

import click

from pbvote.settings import ROOT, make_secrets


@click.command("secrets")
def command() -> None:
    """Make instance/secrets.json (readable by you alone) unless it is there."""
    instance = Path(os.environ.get("PBVOTE_INSTANCE", ROOT / "instance"))
    made = make_secrets(instance)
    click.echo("Secrets made." if made else "Secrets were there already.")
