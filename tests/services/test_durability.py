"""What is acknowledged has reached the disk: the settings say so; `benchmarks/syncs.py` counts the calls."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command as alembic
from flask import Flask
from sqlalchemy import Connection, Engine, text

from pbvote.cli.migrate import alembic_config
from pbvote.extensions import db
from pbvote.models.database import make_engine
from pbvote.settings import Settings
from tests.killing import Plug
from tests.postgres import Server

SQLITE = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1}
AT_ONCE = 5


def setting(connection: Connection, name: str) -> object:
    how = "PRAGMA" if connection.dialect.name == "sqlite" else "SHOW"
    return connection.execute(text(f"{how} {name}")).scalar_one()


def several(engine: Engine) -> Iterator[Connection]:
    """Connections open at the same time, new ones and used ones."""
    for _turn in range(2):
        with ExitStack() as stack:
            yield from [stack.enter_context(engine.connect()) for _ in range(AT_ONCE)]


@pytest.mark.both_databases
def test_every_connection_that_stores_ballots_waits_for_the_disk(app: Flask, engine: Engine) -> None:
    with app.app_context():
        for one in (db.engine, engine):
            for connection in several(one):
                if one.dialect.name == "sqlite":
                    assert {name: setting(connection, name) for name in SQLITE} == SQLITE
                else:
                    assert setting(connection, "synchronous_commit") == "on"


@pytest.mark.both_databases
def test_counters_of_tries_need_not_wait_and_lie_elsewhere(app: Flask, backend: str) -> None:
    counters = app.extensions["pbvote_rate_limits"]._engine
    with app.app_context():
        assert counters is not db.engine
    for connection in several(counters):
        if backend == "sqlite":
            assert setting(connection, "synchronous") == 0
            assert Path(str(counters.url.database)).name == "limits.sqlite"
        else:
            assert setting(connection, "synchronous_commit") == "off"


def test_a_postgresql_server_told_not_to_wait_is_overruled() -> None:
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("ALTER SYSTEM SET synchronous_commit = off")
        server.execute("SELECT pg_reload_conf()")
        engine = make_engine(server.dsn("postgres"))
        for connection in several(engine):
            assert setting(connection, "synchronous_commit") == "on"
            assert setting(connection, "fsync") == "on"
            assert setting(connection, "full_page_writes") == "on"
        engine.dispose()
    finally:
        server.destroy()


def test_each_cast_on_postgresql_makes_the_server_flush_its_log(settings: Settings, now: datetime) -> None:
    """The server's own count of flushes, before and after ballots that are cast one by one."""
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("CREATE DATABASE flushes")
        alembic.upgrade(alembic_config(server.dsn("flushes")), "head")
        plug = Plug(dataclasses.replace(settings, database_url=server.dsn("flushes")), now)
        plug.prepare()
        before = flushes(server)
        entries = list(plug.tokens)[:6]
        assert all(plug.cast(entry, plug.numbers[:2]) for entry in entries)
        plug.let_go()  # a backend reports its counts when it ends, at the latest
        for _moment in range(50):
            if flushes(server) - before >= len(entries):
                break
            time.sleep(0.1)
        assert flushes(server) - before >= len(entries)
    finally:
        server.destroy()


def flushes(server: Server) -> int:
    engine = make_engine(server.dsn("flushes"))
    query = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"
    with engine.connect() as connection:
        number = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return int(number or 0)
