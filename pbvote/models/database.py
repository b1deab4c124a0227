"""Engines: SQLite as the embedded default, PostgreSQL in production, both with the same promises."""

import sqlite3
import time
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from pbvote.models.turns import Turn

WRITE, TURN, USED = "pbvote_write", "pbvote_turn", "pbvote_used"
REST = 1.0  # seconds after which a connection is tried before it is used


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
    pool = {"pool_size": 8, "max_overflow": 8, "pool_recycle": 1800}
    return {**quiet, **pool, "connect_args": {"connect_timeout": 10}}


def make_engine(url: str) -> Engine:
    url = normalise_url(url)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Durable, strict, single-writer SQLite; PostgreSQL that waits for its disk and is tried after a rest."""
    if engine.dialect.name == "sqlite":
        turn = Turn(f"{engine.url.database}.turn") if engine.url.database else None
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, turn))
        for over in ("checkin", "invalidate", "close"):
            event.listen(engine, over, _give_back_turn)
    else:
        event.listen(engine, "connect", _configure_postgresql)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _try_after_rest)


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


def _begin_sqlite(turn: Turn | None, connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    if write and turn is not None and TURN not in connection.info and turn.take():
        connection.info[TURN] = turn  # kept until the connection goes back to the pool
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _note_use(_connection: object, record: Any) -> None:
    record.info[USED] = time.monotonic()


def _try_after_rest(connection: Any, record: Any, _proxy: object) -> None:
    """Try a connection that has rested: if the server is another one by now, the pool makes a new one."""
    if time.monotonic() - record.info.get(USED, time.monotonic()) < REST:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:  # whatever it is, this connection is of no more use
        raise DisconnectionError from error


def _give_back_turn(_connection: object, record: Any, *_why: object) -> None:
    turn = record.info.pop(TURN, None)
    if turn is not None:
        turn.give_back()


def end_reading(session: Session) -> None:
    """End a transaction that only read and keep what was read, so that a writing one can begin late.

    Whoever writes next must read again, under its lock, whatever the writing depends on.
    """
    expires, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
    finally:
        session.expire_on_commit = expires


def begin_reading(session: Session) -> None:
    """Let each read stand by itself, as PostgreSQL's usual isolation does anyway, without asking for it."""
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def begin_write(session: Session) -> None:
    """Start the session's transaction as a writing one, before its first statement."""
    if not session.in_transaction():
        session.connection(execution_options={WRITE: True})
