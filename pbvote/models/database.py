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
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30, "check_same_thread": False}}
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}


def make_engine(url: str) -> Engine:
    url = normalise_url(url)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Durable, strict and single-writer SQLite; nothing to do elsewhere."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


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


def end_reading(session: Session) -> None:
    """End a transaction that only read and keep what was read, so that a writing one can begin late.

    Whoever writes next must read again, under its lock, whatever the writing depends on.
    """
    expires, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
    finally:
        session.expire_on_commit = expires


def begin_write(session: Session) -> None:
    """Start the session's transaction as a writing one, before its first statement."""
    if not session.in_transaction():
        session.connection(execution_options={WRITE: True})
