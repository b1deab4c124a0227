"""Bring in postcodes from an ONSPD or NSPL extract."""

import csv
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.progress import wrap_file

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services import postcodes
from pbvote.services.refusal import Refusal

SAID = {
    "postcodes-no-wards": "Add the wards first, then the postcodes.",
    "postcodes-none-ours": "No row of that file lies in one of our wards. Is it the right file?",
    "postcodes-columns-missing": "That file needs a column pcds (or pcd) and a column with the ward's code.",
}


@click.command("postcodes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def command(make_app: Callable[[], Flask], file: Path) -> None:
    """Replace the table of postcodes by those of FILE that lie in our wards.

    FILE is a CSV extract of the ONS Postcode Directory or the National Statistics Postcode Lookup.
    """
    console = Console(stderr=True)
    with make_app().app_context(), file.open("rb") as raw:
        begin_write(db.session)
        with wrap_file(
            raw, total=file.stat().st_size, description="Reading postcodes", console=console
        ) as seen:
            text = (line.decode("utf-8-sig", errors="replace") for line in seen)
            try:
                brought = postcodes.bring_in(db.session, rows=csv.DictReader(text))
            except Refusal as refusal:
                raise click.ClickException(SAID[refusal.code]) from None
        db.session.commit()
    click.echo(
        f"{brought.taken} postcodes in our wards. Left out: {brought.elsewhere} elsewhere, "
        f"{brought.ended} no longer in use."
    )
