"""When the database or the disk cannot do what is asked, and nobody who asks can help it."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

FULL, BUSY, AWAY = "full", "busy", "away"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SQLITE = (
    ("SQLITE_FULL", FULL),
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_IOERR", AWAY),
    ("SQLITE_CANTOPEN", AWAY),
    ("SQLITE_READONLY", AWAY),
)
# SQLSTATE classes and codes of PostgreSQL, the longest match first.
POSTGRESQL = (
    ("53100", FULL),  # disk_full
    ("57014", BUSY),  # query_canceled: it took too long
    ("55P03", BUSY),  # lock_not_available
    ("25006", AWAY),  # read_only_sql_transaction: a standby answers
    ("08", AWAY),  # connection exceptions
    ("40", BUSY),  # deadlocks
    ("53", BUSY),  # insufficient resources
    ("57", AWAY),  # the server is stopped, starts, or recovers
    ("58", AWAY),  # input and output errors below it
)


def kind(error: BaseException) -> str | None:
    """ "full" (no room left), "busy" (others hold it for too long) or "away"; None for any other error."""
    if isinstance(error, PoolTimeout):
        return BUSY
    if isinstance(error, OSError):
        return FULL if error.errno in NO_ROOM else None
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _first(SQLITE, getattr(cause, "sqlite_errorname", ""))
    if error.connection_invalidated:
        return AWAY
    state = getattr(cause, "sqlstate", None)
    if state is None:  # psycopg says no more when there is no server to say it
        return AWAY if type(cause).__name__ == "OperationalError" else None
    return _first(POSTGRESQL, state)


def _first(table: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((found for start, found in table if name.startswith(start)), None)
