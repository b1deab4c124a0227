"""Rate-limit counters in the database, so that all processes share them.

Each hit commits in a transaction of its own. On SQLite, which has one writer at a time, the counters
live in a file of their own, so that they never wait for the ballot box nor it for them.
"""

import secrets
import time
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from limits.storage import Storage
from sqlalchemy import bindparam, case, delete, event, func, inspect, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from pbvote.models import RateLimit
from pbvote.models.database import begin_write, make_engine

SWEEP = 100  # one hit in so many clears away what has run out


def _need_not_be_durable(connection: Any, _record: object) -> None:
    """A counter lost in a power cut harms nobody; waiting for the disk at each hit would."""
    sqlite = type(connection).__module__.startswith("sqlite3")
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit TO OFF")
    cursor.close()
    if not sqlite:
        connection.commit()


def _counting(insert: Any) -> Any:
    """One hit, in one statement: a window begins anew that is over, or that a clock which was ahead began."""
    amount: Any = bindparam("amount")
    ends: Any = bindparam("ends")
    over = or_(RateLimit.expires_at <= bindparam("now"), RateLimit.expires_at > ends)
    new = insert.values(key=bindparam("name"), hits=amount, expires_at=ends)
    return new.on_conflict_do_update(
        index_elements=[RateLimit.key],
        set_={
            "hits": case((over, amount), else_=RateLimit.hits + amount),
            "expires_at": case((over, ends), else_=RateLimit.expires_at),
        },
    ).returning(RateLimit.hits)


class DatabaseStorage(Storage):
    """A fixed-window store for `limits`; keys (they hold network addresses) are kept hashed."""

    STORAGE_SCHEME = ["pbvote-database"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._engine = make_engine(options["database_url"])
        insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        self._count = _counting(insert(RateLimit))
        self._hits = self._engine
        if self._engine.dialect.name == "postgresql":  # one statement needs no transaction around it
            self._hits = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self._engine, "connect", _need_not_be_durable)
        if self._engine.dialect.name == "sqlite":  # a file of its own, which no migration makes
            self._make_table()
        self._secret = options["secret"].encode()[:64]

    def _make_table(self) -> None:
        table = RateLimit.metadata.tables["rate_limit"]
        try:
            table.create(self._engine, checkfirst=True)
        except SQLAlchemyError:  # another process was faster, unless it is not there now
            if not inspect(self._engine).has_table(table.name):
                raise

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def _name(self, key: str) -> str:
        return blake2b(key.encode(), key=self._secret, digest_size=20).hexdigest()

    def _moment(self, offset: float = 0) -> datetime:
        return datetime.fromtimestamp(time.time() + offset, UTC)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit in one statement; now and then throw out the windows that are over."""
        now = self._moment()
        window = {"name": self._name(key), "amount": amount, "ends": self._moment(expiry), "now": now}
        try:
            return self._hit(window)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._hit(window)  # the server went away and came back: the first to notice tries again

    def _hit(self, window: dict[str, Any]) -> int:
        with self._hits.begin() as connection:
            hits = int(connection.execute(self._count, window).scalar_one())
            if secrets.randbelow(SWEEP) == 0:
                connection.execute(delete(RateLimit).where(RateLimit.expires_at <= window["now"]))
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
