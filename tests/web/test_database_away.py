"""The database goes away and comes back, or the disk is full: people are told, and nothing is lost."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime

import pytest
from alembic import command as alembic
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli.migrate import alembic_config
from pbvote.models import Envelope
from pbvote.models.database import make_engine
from pbvote.settings import Settings
from tests.person import Person
from tests.postgres import Server
from tests.voting import Booth, cast, open_booth, register


@pytest.fixture
def own_server() -> Iterator[Server]:
    server = Server(durable=True)
    server.initialise()
    server.start()
    server.execute("CREATE DATABASE outage")
    alembic.upgrade(alembic_config(server.dsn("outage")), "head")
    yield server
    server.destroy()


def running(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    app.extensions["pbvote_rate_limits"].dispose()


@pytest.fixture
def on_server(own_server: Server, settings: Settings) -> Iterator[Flask]:
    yield from running(dataclasses.replace(settings, database_url=own_server.dsn("outage")))


def booth_of(app: Flask, now: datetime) -> Booth:
    settings: Settings = app.extensions["pbvote_settings"]
    engine = make_engine(settings.database_url)
    with Session(engine, expire_on_commit=False) as session:
        booth = open_booth(session, settings=settings, now=now)
        assert booth.voting_round.pots
        session.expunge_all()
    engine.dispose()
    return booth


def envelopes(app: Flask) -> int:
    engine = make_engine(app.extensions["pbvote_settings"].database_url)
    with Session(engine) as session:
        number = session.scalar(select(func.count()).select_from(Envelope)) or 0
    engine.dispose()
    return number


def ready_to_cast(person: Person, booth: Booth) -> list[int]:
    numbers = [proposal.number for proposal in booth.proposals[:3]]
    register(person, booth, email="late@example.com", name="Cleo Marsh")
    person.open(booth.path())
    person.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    person.submit(button=("go", "yes"))
    assert "Your vote is not cast yet" in person.text
    return numbers


def test_a_database_that_goes_away_and_comes_back_costs_nobody_their_vote(
    on_server: Flask, own_server: Server, now: datetime
) -> None:
    booth = booth_of(on_server, now)
    early, late = Person(on_server), Person(on_server)
    register(early, booth, email="early@example.com")
    cast(early, booth, [booth.proposals[0].number])
    numbers = ready_to_cast(late, booth)
    own_server.stop()
    late.submit()
    assert late.status == 503
    assert "does not answer at the moment" in late.text
    assert "Every vote that got a receipt is safe" in late.text
    assert late.page.headers["Retry-After"]
    for path in ("/", "/health", f"/rounds/{booth.slug}/ballot-box/"):
        assert Person(on_server).open(path).status_code == 503
        assert late.open(path).status_code == 503
    assert late.open(booth.path()).status_code == 503
    own_server.start()
    assert early.open(booth.path("receipt")).status_code == 200
    late.open(booth.path("check"))
    titles = [booth.proposals[place].title for place in range(3)]
    places = [late.text.index(title) for title in titles]
    assert places == sorted(places), numbers
    late.submit()
    assert late.status == 200
    assert "Your vote is in the ballot box" in late.text
    assert envelopes(on_server) == 2
