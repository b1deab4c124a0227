"""`pbvote officer add`: the first two administrators of an installation."""

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.cli import commands
from pbvote.models import Account

WORDS = "four quiet purple ducks"


def add(app: Flask, email: str, password: str = WORDS):
    arguments = ["officer", "add", "--email", email, "--name", "Ada Brook", "--password", password]
    return CliRunner().invoke(commands, arguments, obj=lambda: app)


def test_the_first_administrators_get_a_key_for_their_app(app: Flask, session: Session) -> None:
    said = add(app, "ada@northbank.example")
    assert said.exit_code == 0, said.output
    assert "type this key into the app" in said.output
    account = session.scalars(select(Account)).one()
    assert account.has_role("administrator")


def test_a_third_administrator_is_not_made_here(app: Flask, session: Session) -> None:
    add(app, "ada@northbank.example")
    add(app, "ben@northbank.example")
    said = add(app, "cleo@northbank.example")
    assert said.exit_code == 1
    assert "There are two administrators already" in said.output
    assert len(session.scalars(select(Account)).all()) == 2


def test_a_short_password_and_a_bad_address_are_refused_in_words(app: Flask) -> None:
    assert "at least 12 characters" in add(app, "ada@northbank.example", "short").output
    assert "not an email address" in add(app, "ada at northbank").output
