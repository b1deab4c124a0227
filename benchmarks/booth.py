"""A round open for voting, with the texts of the reference round, for benchmarks of the ballot pages."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib import error, request

from alembic import command as alembic
from sqlalchemy.orm import Session

from pbvote.cli.migrate import alembic_config
from pbvote.models.database import make_engine
from pbvote.services.reference_round import texts
from pbvote.settings import Settings
from tests.voting import open_booth

ROOT = Path(__file__).resolve().parent.parent
SECRET = "benchmark-" * 5


@dataclass
class Place:
    """Where a benchmark finds its server, its ballot and its database."""

    url: str
    slug: str
    numbers: list[int]
    database_url: str
    server: subprocess.Popen[bytes]
    settings: Settings

    def ballot(self, step: str = "") -> str:
        return f"{self.url}/rounds/{self.slug}/ballot/all/{step}"


@contextmanager
def place(*, proposals: int = 87, database_url: str = "", workers: int = 2) -> Iterator[Place]:
    """gunicorn on a free port, over a fresh database with one round of so many proposals."""
    instance = Path(tempfile.mkdtemp(prefix="pbvote-benchmark-"))
    database_url = database_url or f"sqlite:///{instance / 'pbvote.sqlite'}"
    url = f"http://127.0.0.1:{free_port()}"
    settings = Settings(
        secret_key=SECRET,
        data_key=SECRET,
        instance=instance,
        database_url=database_url,
        base_url=url,
        demo=True,
    )
    alembic.upgrade(alembic_config(database_url), "head")
    slug, numbers = _furnish(settings, proposals)
    environment = {
        "PBVOTE_SECRET_KEY": SECRET,
        "PBVOTE_DATA_KEY": SECRET,
        "PBVOTE_INSTANCE": str(instance),
        "PBVOTE_DATABASE_URL": database_url,
        "PBVOTE_BASE_URL": url,
        "PBVOTE_DEMO": "yes",
        "PBVOTE_LOG_LEVEL": "ERROR",
        "PBVOTE_TRUSTED_PROXIES": "1",  # residents of a benchmark come from addresses of their own
    }
    try:
        with served("wsgi:app", url, environment, workers=workers) as server:
            yield Place(url, slug, numbers, database_url, server, settings)
    finally:
        shutil.rmtree(instance, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(
    app: str, url: str, environment: dict[str, str], *, workers: int = 2
) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn with threads, the way the README runs it."""
    command = [sys.executable, "-m", "gunicorn", app, "-k", "gthread", "-b", url.removeprefix("http://")]
    command += ["-w", str(workers), "--threads", "8", "--log-level", "error", "--keep-alive", "30"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait(url)
        yield server
    finally:
        server.terminate()
        server.wait(20)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children so far."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == pid or int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _furnish(settings: Settings, proposals: int) -> tuple[str, list[int]]:
    engine = make_engine(settings.database_url)
    now = datetime.now(UTC).replace(microsecond=0)
    with Session(engine) as session:
        named = {"title": "Northbank decides", "slug": "northbank"}
        booth = open_booth(session, settings=settings, now=now, proposals=proposals, **named)
        for proposal, text in zip(booth.proposals, texts.proposals(), strict=False):
            proposal.title, proposal.summary, proposal.story = text.title, text.summary, text.story
        session.commit()
        numbers = [proposal.number for proposal in booth.proposals]
        slug = booth.slug
    engine.dispose()
    return slug, numbers


def _wait(url: str) -> None:
    for _try in range(200):
        try:
            with request.urlopen(url + "/health"):
                return
        except error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")
