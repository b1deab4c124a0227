"""Rate-limit counters in the database, so that all processes share them.

Each hit commits in a transaction of its own. On SQLite, which has one writer at a time, the counters
live in a file of their own, so that they never wait for the ballot box nor it for them.
"""

import time
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from limits.storage import Storage
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pbvote.models import RateLimit
from pbvote.models.database import begin_write, make_engine


def _need_not_be_durable(connection: Any, _record: object) -> None:
    """A counter lost in a power cut harms nobody; waiting for the disk at each hit would."""
    sqlite = type(connection).__module__.startswith("sqlite3")
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit TO OFF")
    cursor.close()
    if not sqlite:
        connection.commit()


class DatabaseStorage(Storage):
    """A fixed-window store for `limits`; keys (they hold network addresses) are kept hashed."""

    STORAGE_SCHEME = ["pbvote-database"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._engine = make_engine(options["database_url"])
        event.listen(self._engine, "connect", _need_not_be_durable)
        if self._engine.dialect.name == "sqlite":  # a file of its own, which no migration makes
            RateLimit.metadata.tables["rate_limit"].create(self._engine, checkfirst=True)
        self._secret = options["secret"].encode()[:64]

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def _name(self, key: str) -> str:
        return blake2b(key.encode(), key=self._secret, digest_size=20).hexdigest()

    def _moment(self, offset: float = 0) -> datetime:
        return datetime.fromtimestamp(time.time() + offset, UTC)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = self._moment()
        with Session(self._engine) as session:
            begin_write(session)
            session.execute(delete(RateLimit).where(RateLimit.expires_at <= now))
            row = session.get(RateLimit, self._name(key), with_for_update=True)
            if row is None:
                row = RateLimit(key=self._name(key), hits=0, expires_at=self._moment(expiry))
                session.add(row)
            elif row.expires_at > self._moment(expiry):  # begun by a clock that was ahead
                row.hits, row.expires_at = 0, self._moment(expiry)
            row.hits += amount
            hits = row.hits
            session.commit()
        return hits

    def _row(self, key: str) -> RateLimit | None:
        """For the headers that tell how many tries are left; without a database they say nothing."""
        try:
            with Session(self._engine) as session:
                row = session.get(RateLimit, self._name(key))
        except SQLAlchemyError:
            return None
        return row if row and row.expires_at > self._moment() else None

    def get(self, key: str) -> int:
        row = self._row(key)
        return row.hits if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._row(key)
        return row.expires_at.timestamp() if row else time.time()

    def dispose(self) -> None:
        self._engine.dispose()

    def check(self) -> bool:
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(RateLimit)) is not None

    def reset(self) -> int | None:
        with Session(self._engine) as session:
            begin_write(session)
            session.execute(delete(RateLimit))
            session.commit()
        return None

    def clear(self, key: str) -> None:
        with Session(self._engine) as session:
            begin_write(session)
            session.execute(delete(RateLimit).where(RateLimit.key == self._name(key)))
            session.commit()
