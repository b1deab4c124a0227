"""The first administrators of a new installation; everybody after them is made by two of them."""

from collections.abc import Callable
from datetime import UTC, datetime

import click
import pyotp
import segno
from flask import Flask

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services import staff
from pbvote.services.refusal import Refusal

ISSUER = "pbvote"
TROUBLE = {
    "administrators-enough": "There are two administrators already. Together they make everybody else, "
    "on the page “Staff”.",
    "email-invalid": "That is not an email address.",
    "officer-there": "There is an officer with this address already.",
    "password-short": "Choose a password of at least 12 characters.",
}


@click.group("officer")
def command() -> None:
    """Make the first officers of this installation."""


@command.command("add")
@click.option("--email", prompt="Email address")
@click.option("--name", prompt="Name")
@click.option(
    "--password", prompt="Password (at least 12 characters)", hide_input=True, confirmation_prompt=True
)
@click.pass_obj
def add(make_app: Callable[[], Flask], email: str, name: str, password: str) -> None:
    """Make an administrator who is also an officer, as long as there are fewer than two."""
    app = make_app()
    with app.app_context():
        begin_write(db.session)
        try:
            account, secret = staff.make_first(
                db.session,
                email=email,
                name=name,
                password=password,
                keyring=app.extensions["pbvote_keyring"],
                now=datetime.now(UTC),
            )
        except Refusal as refusal:
            raise click.ClickException(TROUBLE[refusal.code]) from None
        uri = pyotp.TOTP(secret).provisioning_uri(name=str(account.email), issuer_name=ISSUER)
        db.session.commit()
        click.echo(f"\n{account.email} can sign in now. Scan this with an app for one-time codes:\n")
        segno.make(uri).terminal(compact=True)
        click.echo(f"\nOr type this key into the app: {secret}\nIt is not shown again.")
