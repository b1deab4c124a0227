"""The demonstration: three rounds of Northbank, and who can sign in to try them."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services.keyring import Keyring
from pbvote.services.reference_round import clearing, filling
from pbvote.services.refusal import Refusal
from pbvote.settings import Settings, SettingsError

SIGN_INS = "demo.json"
WHO = {
    "resident": "Resident who has not voted yet",
    "resident-voted": "Resident who has voted",
    "group": "Contact person of a community group",
    "officer": "Officer",
    "second-officer": "Second officer",
    "administrator": "Administrator",
    "custodian": "Custodian 1",
    "second-custodian": "Custodian 2",
    "third-custodian": "Custodian 3",
    "observer": "Observer",
}


@click.command("demo")
@click.option(
    "--reset", is_flag=True, help="Throw the demonstration away and make it anew, dated from today."
)
@click.pass_obj
def command(make_app: Callable[[], Flask], reset: bool) -> None:
    """Fill an empty database with the demonstration, and say who can sign in."""
    ensure(make_app, reset=reset)


def ensure(make_app: Callable[[], Flask], *, reset: bool = False) -> None:
    """Make the demonstration if there are no rounds yet; print the sign-ins either way."""
    app = make_app()
    settings: Settings = app.extensions["pbvote_settings"]
    if not settings.demo:
        raise SettingsError("The demonstration needs PBVOTE_DEMO=yes, which works on this computer alone.")
    with app.app_context():
        if reset:
            clear(settings)
        empty = filling.is_empty(db.session)
        db.session.rollback()
        if empty:
            fill(settings, app.extensions["pbvote_keyring"])
    print_sign_ins(settings)


def fill(settings: Settings, keyring: Keyring) -> None:
    """Make everything in one transaction, with a progress bar for each step."""
    columns = (TextColumn("{task.description}"), BarColumn(24), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        steps: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in steps:
                for earlier in steps.values():
                    bars.update(earlier, total=1, completed=1)
                steps[step] = bars.add_task(step.ljust(44))
            bars.update(steps[step], completed=done, total=total or None)

        begin_write(db.session)
        filled = filling.fill(
            db.session,
            keyring=keyring,
            folders=filling.Folders(
                keys=settings.key_folder, uploads=settings.upload_folder, packages=settings.package_folder
            ),
            now=datetime.now(UTC),
            progress=show,
        )
        show("Saving", 0, 1)
        keep_sign_ins(settings.instance / SIGN_INS, filled)
        db.session.commit()
        show("Saving", 1, 1)


def clear(settings: Settings) -> None:
    """Empty every table and the folders beside the database; refused where real rounds are kept."""
    begin_write(db.session)
    try:
        clearing.clear(db.session)
    except Refusal as refusal:
        raise SettingsError(
            f"This database also holds “{refusal.parameters['title']}”, which is not part of the "
            "demonstration. Nothing was removed. Use another database for the demonstration: "
            "PBVOTE_DATABASE_URL."
        ) from None
    db.session.commit()
    for folder in beside(settings):
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(FileNotFoundError):
        (settings.instance / SIGN_INS).unlink()


def beside(settings: Settings) -> tuple[Path, ...]:
    """The folders whose files belong to rows of the database."""
    return settings.key_folder, settings.upload_folder, settings.package_folder, settings.mailbox_folder


def keep_sign_ins(path: Path, filled: filling.Filled) -> None:
    """The passwords and passphrases of this demonstration, readable by its owner alone."""
    content = {
        "personas": [asdict(persona) for persona in filled.personas],
        "passphrases": filled.passphrases,
    }
    part = path.with_suffix(".part")
    with suppress(FileNotFoundError):
        part.unlink()
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream, indent=2)
    part.rename(path)


def print_sign_ins(settings: Settings) -> None:
    """A table of the personas, for whoever started the demonstration."""
    path = settings.instance / SIGN_INS
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return
    click.echo("Who you can be:\n")
    for persona in kept["personas"]:
        secret = persona["password"] or "(a code comes by email)"
        click.echo(f"  {WHO[persona['key']]:<36} {persona['email']:<34} {secret}")
    click.echo(
        f"\nResidents and groups sign in at {settings.base_url}/sign-in/, the council’s people at "
        f"{settings.base_url}/sign-in/officer.\nCodes by email and the officers’ one-time codes are at "
        f"{settings.base_url}/mailbox/.\nThe custodians’ passphrases are in {path}."
    )
