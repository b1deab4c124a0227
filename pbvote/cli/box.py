"""The ballot box from the command line: opening an offline copy again."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services import keys, opening, rounds
from pbvote.services.refusal import Refusal
from pbvote.settings import Settings

SENTENCES = {
    "round-not-found": "There is no round with this name.",
    "box-not-opened": "The box has not been opened yet.",
    "box-destroyed": "The envelopes and the key are destroyed, so the box cannot be opened again.",
    "key-mistyped": "A passphrase has a slip in it. Look at each group of four letters again.",
    "key-wrong-passphrase": "These two passphrases do not open the key. Check who is who, and which round.",
    "key-damaged-wrap": "The key file is damaged. Put back a sound copy from a custodian's medium.",
    "key-other-round": "The key file belongs to another round. Put back the right one.",
    "key-other-key": "The key file does not fit the key on the board. Put back the right one.",
    "key-other-pair": "The key file belongs to another pair of custodians. Put back the right one.",
    "key-missing-key": "The key file is missing from the key folder. Put back a copy from a custodian.",
    "key-exposed-key": "Others on this computer can read the key file: chmod 600.",
}


@click.group("box")
def command() -> None:
    """What custodians and observers do away from the web pages."""


@command.command("reopen")
@click.argument("slug")
@click.option("--record", is_flag=True, help="Put on the board that the copy was opened again.")
@click.pass_obj
def reopen(make_app: Callable[[], Flask], slug: str, record: bool) -> None:
    """Open the box of the round SLUG again, on an offline copy, and compare with the board.

    Two custodians type their passphrases while an observer watches. Nothing is changed unless --record is
    given, and that is meant for the database the public sees, not for the copy.
    """
    app = make_app()
    with app.app_context():
        try:
            same = _reopen(app, slug, record)
        except Refusal as refusal:
            db.session.rollback()
            click.echo(SENTENCES.get(refusal.code, f"This cannot be done: {refusal.code}."), err=True)
            sys.exit(1)
    sys.exit(0 if same else 1)


def _reopen(app: Flask, slug: str, record: bool) -> bool:
    settings: Settings = app.extensions["pbvote_settings"]
    voting_round = rounds.find(db.session, slug=slug)
    key = keys.of_round(db.session, round_id=voting_round.id)
    passphrases = _ask(key.custodians) if key.custody == "officers" else None
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Opening envelopes", total=None)
        found = opening.open_copy(
            db.session,
            voting_round=voting_round,
            key_folder=settings.key_folder,
            passphrases=passphrases,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for pot, now_found, stated in found:
        verdict = "the same ballots" if now_found == stated else "OTHER BALLOTS THAN WERE COUNTED"
        click.echo(f"{pot.name}: {verdict}\n  found now    {now_found}\n  on the board {stated}")
    same = all(now_found == stated for _, now_found, stated in found)
    db.session.rollback()
    if record and same:
        begin_write(db.session)
        digests = {pot.id: now_found for pot, now_found, _ in found}
        opening.note_reopening(db.session, voting_round=voting_round, digests=digests, now=datetime.now(UTC))
        db.session.commit()
        click.echo("The board says so now.")
    return same


def _ask(custodians: list[int]) -> dict[int, str]:
    click.echo("Two of the three custodians type their passphrases; what is typed is not shown.")
    passphrases: dict[int, str] = {}
    while len(passphrases) < 2:
        number = click.prompt("Custodian (1, 2 or 3)", type=click.IntRange(1, 3))
        passphrases[custodians[number - 1]] = click.prompt("Passphrase", hide_input=True)
    return passphrases
