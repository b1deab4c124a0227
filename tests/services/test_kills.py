"""What was acknowledged survives SIGKILL of the application and of the database server.

`make soak` does the same for longer.
"""

import dataclasses
import random
from datetime import datetime

import pytest
from alembic import command as alembic

from pbvote.cli.migrate import alembic_config
from pbvote.settings import Settings
from tests.killing import Plug
from tests.postgres import Server

KILLS, CLOSING_KILLS = 12, 3  # on each database: 30 in all


@pytest.mark.both_databases
def test_p5_what_was_acknowledged_survives_kills_of_the_application(
    settings: Settings, now: datetime
) -> None:
    plug = Plug(settings, now)
    plug.prepare()
    chooser = random.Random(5)
    assert min(plug.strike(chooser) for _ in range(KILLS)) >= 1
    assert plug.problems() == []
    assert plug.finish() == []


@pytest.mark.both_databases
def test_p5_a_ceremony_that_was_killed_is_taken_up_where_it_stood(settings: Settings, now: datetime) -> None:
    plug = Plug(settings, now)
    chooser = random.Random(55)
    for _kill in range(CLOSING_KILLS):
        plug.prepare()
        assert plug.strike(chooser, closing=True) >= 1
        assert plug.problems() == []
        assert plug.finish() == []


def test_p5_what_was_acknowledged_survives_a_kill_of_the_database_server(
    settings: Settings, now: datetime
) -> None:
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("CREATE DATABASE kills")
        alembic.upgrade(alembic_config(server.dsn("kills")), "head")
        plug = Plug(dataclasses.replace(settings, database_url=server.dsn("kills")), now)
        plug.prepare()
        chooser = random.Random(555)
        assert plug.strike(chooser, server=server) >= 1
        assert plug.problems() == []
        plug.strike(chooser, server=server, closing=True)
        assert plug.problems() == []
        assert plug.finish() == []
    finally:
        server.destroy()
