"""Engines: SQLite as the embedded default, PostgreSQL in production, both with the same promises."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

WRITE = "pbvote_write"


def normalise_url(url: str) -> str:
    """Name the driver we ship for PostgreSQL URLs that name none."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def engine_options(url: str) -> dict[str, Any]:
    quiet = {"hide_parameters": True}  # an error in the log must not name people
    if url.startswith("sqlite"):
        return {**quiet, "connect_args": {"timeout": 30, "check_same_thread": False}}
    pool = {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}
    return {**quiet, **pool, "connect_args": {"connect_timeout": 10}}


def make_engine(url: str) -> Engine:
    url = normalise_url(url)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Durable, strict and single-writer SQLite; PostgreSQL that waits for its disk."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _configure_postgresql)


def _configure_postgresql(connection: Any, _record: object) -> None:
    """A server that was told not to wait would lose acknowledged ballots in a power cut."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the begin event says BEGIN, so that writes can say IMMEDIATE
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def begin_write(session: Session) -> None:
    """Start the session's transaction as a writing one, before its first statement."""
    if not session.in_transaction():
        session.connection(execution_options={WRITE: True})
