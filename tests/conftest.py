"""Fixtures: a fresh, migrated database per test, the application on it, and people who use it."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command as alembic
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli.migrate import alembic_config
from pbvote.models.database import make_engine
from pbvote.services.keyring import Keyring
from pbvote.settings import Settings
from tests.person import Person
from tests.postgres import Server

_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests run on SQLite; those marked `both_databases` on PostgreSQL too."""
    if "backend" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("backend", ["sqlite", "postgresql"] if both else ["sqlite"])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    server = Server()
    server.initialise()
    server.start()
    server.execute("CREATE DATABASE template_pbvote")
    alembic.upgrade(alembic_config(server.dsn("template_pbvote")), "head")
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    alembic.upgrade(alembic_config(f"sqlite:///{path}"), "head")
    return path


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if backend == "sqlite":
        target = tmp_path / "pbvote.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), target)
        yield f"sqlite:///{target}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template_pbvote")
    yield server.dsn(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def shared_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files and catalogues are compiled once per run, not once per test."""
    return tmp_path_factory.mktemp("shared-instance")


@pytest.fixture
def settings(database_url: str, tmp_path: Path, shared_instance: Path) -> Settings:
    instance = tmp_path / "instance"
    instance.mkdir()
    for name in ("static", "translations"):
        (shared_instance / name).mkdir(exist_ok=True)
        (instance / name).symlink_to(shared_instance / name)
    return Settings(
        secret_key="s" * 40,
        data_key="d" * 40,
        instance=instance,
        database_url=database_url,
        base_url="http://localhost",
        demo=True,
        testing=True,
        log_level="CRITICAL",
    )


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.data_key)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    storage = app.extensions["pbvote_rate_limits"]
    storage.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """The real present, to the second: the application under test reads the real clock."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def person(app: Flask) -> Person:
    """A visitor with a browser."""
    return Person(app)
