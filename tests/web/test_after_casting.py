"""What is left behind once a vote is cast: a receipt, a message that says nothing, and no draft."""

import json
from datetime import datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.cli import commands
from pbvote.models import OutboxMessage
from pbvote.services import mailbox
from pbvote.settings import Settings
from tests.person import Person
from tests.voting import Booth, cast, open_booth, register


@pytest.fixture
def booth(session: Session, settings: Settings, now: datetime) -> Booth:
    booth = open_booth(session, settings=settings, now=now)
    assert booth.slug
    assert [proposal.title for proposal in booth.proposals]
    session.rollback()
    return booth


def draft_cookies(person: Person) -> list[str]:
    return [name for (_domain, _path, name) in person.client._cookies if name.startswith("draft-")]


def test_casting_takes_the_draft_from_the_phone(person: Person, booth: Booth) -> None:
    numbers = [proposal.number for proposal in booth.proposals[:3]]
    register(person, booth, email="ada@example.com")
    person.open(booth.path())
    person.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    assert len(draft_cookies(person)) == 1
    person.submit(button=("go", "yes"))
    person.submit()
    assert "Your vote is in the ballot box" in person.text
    assert draft_cookies(person) == []
    person.open(booth.path())
    assert not [box for box in person.tree.iter("input") if box.get("checked") is not None]


@pytest.mark.both_databases
def test_the_message_says_that_somebody_voted_and_never_how(
    app: Flask, person: Person, booth: Booth, session: Session, settings: Settings
) -> None:
    chosen = booth.proposals[1:4]
    numbers = [proposal.number for proposal in chosen]
    titles = [proposal.title for proposal in chosen]
    session.rollback()
    register(person, booth, email="ada@example.com")
    cast(person, booth, numbers)
    session.rollback()  # the pages have written since
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "ballot_cast")).one()
    assert set(message.parameters) == {"receipt", "replaced", "slug", "title"}
    assert not any(title in json.dumps(message.parameters) for title in titles)
    receipt = message.parameters["receipt"]
    session.rollback()
    CliRunner().invoke(commands, ["jobs", "--once"], obj=lambda: app)
    (letter,) = [one for one in mailbox.read_all(settings.mailbox_folder) if receipt in one.body]
    assert "Your vote is in the ballot box" in letter.body
    assert not any(title in letter.body + letter.subject for title in titles)
