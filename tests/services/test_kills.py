"""What was acknowledged survives SIGKILL of the application and of the database server.

`make soak` does the same for longer.
"""

import random
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command as alembic

from pbvote.cli.migrate import alembic_config
from tests.killing import Plug
from tests.postgres import Server

KILLS = 15  # on each database: 30 in all


@pytest.mark.both_databases
def test_p5_what_was_acknowledged_survives_kills_of_the_application(
    database_url: str, tmp_path: Path, now: datetime
) -> None:
    plug = Plug(database_url, tmp_path / "keys", now)
    plug.prepare()
    chooser = random.Random(5)
    acknowledged = [plug.strike(chooser) for _ in range(KILLS)]
    assert min(acknowledged) >= 1
    assert plug.problems() == []
    assert plug.count_is_complete() == []


def test_p5_what_was_acknowledged_survives_a_kill_of_the_database_server(
    tmp_path: Path, now: datetime
) -> None:
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("CREATE DATABASE kills")
        alembic.upgrade(alembic_config(server.dsn("kills")), "head")
        plug = Plug(server.dsn("kills"), tmp_path / "keys", now)
        plug.prepare()
        for seed in range(2):
            plug.strike(random.Random(seed), server=server)
            assert plug.problems() == []
        assert plug.acknowledged
        assert plug.count_is_complete() == []
    finally:
        server.destroy()
