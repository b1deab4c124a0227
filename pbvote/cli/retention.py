"""Destroying what has reached its date."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import Flask

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services import retention, rounds
from pbvote.services.retention import Item
from pbvote.settings import Settings


@click.group("retention")
def command() -> None:
    """What is kept until when."""


@command.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would be destroyed.")
@click.pass_obj
def run(make_app: Callable[[], Flask], dry_run: bool) -> None:
    """Destroy what is due in every round, and make the database forget it."""
    app = make_app()
    with app.app_context():
        gone = run_all(app, now=datetime.now(UTC), dry_run=dry_run)
    for slug, items in gone.items():
        for item in items:
            click.echo(f"{slug}: {item.number} {item.what.replace('-', ' ')}")
    verb = "would be destroyed" if dry_run else "destroyed"
    total = sum(item.number for items in gone.values() for item in items)
    click.echo(f"{total} things {verb}.")
    sys.exit(0)


def run_all(app: Flask, *, now: datetime, dry_run: bool = False) -> dict[str, list[Item]]:
    """Run every round's retention, each in a transaction of its own, then scrub the database."""
    settings: Settings = app.extensions["pbvote_settings"]
    slugs = [voting_round.slug for voting_round in rounds.all_rounds(db.session)]
    db.session.rollback()
    gone = {}
    for slug in slugs:
        begin_write(db.session)
        items = retention.run(
            db.session,
            voting_round=rounds.find(db.session, slug=slug),
            key_folder=settings.key_folder,
            now=now,
            dry_run=dry_run,
        )
        if items:
            gone[slug] = items
        db.session.commit()
    if gone and not dry_run:
        db.session.close()
        retention.scrub(db.engine)
    return gone
