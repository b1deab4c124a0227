"""Which errors mean that nobody can help it."""

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from pbvote.models.database import make_engine
from pbvote.services import outages


def error_of(engine: Engine, *statements: str) -> DBAPIError:
    *before, last = map(text, statements)
    with engine.connect() as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(DBAPIError) as found:
            connection.execute(last)
    engine.dispose()
    return found.value


def test_a_database_that_may_not_grow_is_full(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'small.sqlite'}")
    error = error_of(
        engine,
        "PRAGMA max_page_count = 3",
        "CREATE TABLE much (content BLOB)",
        "INSERT INTO much VALUES (zeroblob(100000))",
    )
    assert outages.kind(error) == outages.FULL


def test_a_database_somebody_holds_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "held.sqlite"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE one (n)")
    holder.execute("BEGIN EXCLUSIVE")
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    assert outages.kind(error_of(engine, "INSERT INTO one VALUES (1)")) == outages.BUSY
    holder.close()


def test_a_database_in_a_folder_that_is_gone_is_away(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'gone' / 'one.sqlite'}")
    with pytest.raises(DBAPIError) as found:
        engine.connect()
    assert outages.kind(found.value) == outages.AWAY


def test_a_server_nobody_answers_for_is_away() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DBAPIError) as found:
        engine.connect()
    assert outages.kind(found.value) == outages.AWAY


@pytest.mark.both_databases
def test_a_mistake_of_ours_is_no_outage(engine: Engine) -> None:
    assert outages.kind(error_of(engine, "SELECT nothing FROM nowhere")) is None
    assert outages.kind(error_of(engine, "INSERT INTO pot (id) VALUES (1)")) is None


@pytest.mark.parametrize(("code", "kind"), [("53100", "full"), ("55P03", "busy"), ("57P01", "away")])
def test_postgresql_says_by_its_code_what_is_wrong(postgres_server, code: str, kind: str) -> None:
    engine = make_engine(postgres_server.dsn("postgres"))
    error = error_of(engine, f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")
    assert outages.kind(error) == kind


def test_a_file_that_finds_no_room_is_full_and_a_missing_one_is_no_outage() -> None:
    assert outages.kind(OSError(errno.ENOSPC, "No space left on device")) == outages.FULL
    assert outages.kind(FileNotFoundError(errno.ENOENT, "No such file")) is None
    assert outages.kind(ValueError("no")) is None


@pytest.mark.both_databases
def test_an_error_that_is_logged_names_nobody(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as found:
        connection.execute(text("INSERT INTO nowhere (email) VALUES (:email)"), {"email": "ada@example.com"})
    assert "INSERT INTO nowhere" in str(found.value)
    assert "ada@example.com" not in str(found.value)
