"""Does every cast wait for the disk? `python -m benchmarks.syncs [CASTS]`

Killing a process cannot tell a database that waits for the disk from one that only hopes: the operating
system keeps what was written. So strace counts the calls of fdatasync and fsync on the database's log while
ballots are cast through the application, one after the other. To show that the count can tell, the same is
done with the setting one step weaker (SQLite `synchronous=NORMAL`, PostgreSQL `synchronous_commit=off`).
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command as alembic
from rich.console import Console
from rich.table import Table
from sqlalchemy import event
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli.migrate import alembic_config
from pbvote.extensions import db
from pbvote.models.database import make_engine
from pbvote.services import sign_ins
from pbvote.settings import Settings
from tests.boxes import ReadyRound
from tests.plain_browser import PlainBrowser
from tests.postgres import Server

SECRET = "benchmark-" * 5
CALL = re.compile(r"(fsync|fdatasync)\(\d+<([^>]+)>")
console = Console()


def voter(url: str, instance: str, casts: int, weaker: bool) -> None:
    """The process that is watched: says when it is ready, and casts when it is told to."""
    settings = Settings(
        secret_key=SECRET,
        data_key=SECRET,
        instance=Path(instance),
        database_url=url,
        base_url="http://localhost",
        demo=True,
        log_level="CRITICAL",
    )
    now = datetime.now(UTC).replace(microsecond=0)
    engine = make_engine(url)
    with Session(engine) as session:
        box = ReadyRound(session, now=now, folder=settings.key_folder, custody="server")
        tokens = [sign_ins.start(session, now=now, account=box.voter().account) for _ in range(casts)]
        ballot, numbers = f"/rounds/{box.round.slug}/ballot/all/", box.numbers
        session.commit()
    engine.dispose()
    app = create_app(settings)
    with app.app_context():
        if weaker:
            event.listen(db.engine, "connect", _weaken)
    print("ready", flush=True)
    sys.stdin.readline()
    done = sum(
        PlainBrowser(app, token).cast(ballot, numbers[number % 6 :]) for number, token in enumerate(tokens)
    )
    print(done, flush=True)
    sys.stdin.readline()


def _weaken(connection: Any, _record: object) -> None:
    sqlite = type(connection).__module__.startswith("sqlite3")
    connection.execute("PRAGMA synchronous=NORMAL" if sqlite else "SET synchronous_commit TO off")
    if not sqlite:
        connection.commit()


def measure(
    url: str, casts: int, *, weaker: bool = False, server: Server | None = None
) -> tuple[int, Counter[str]]:
    """How many casts were acknowledged, and the calls by the file they were for."""
    alembic.upgrade(alembic_config(url), "head")
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "benchmarks.syncs", "voter", url, place, str(casts), str(weaker)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline().strip() == "ready"
        watched = server.process.pid if server and server.process else child.pid
        with watching(watched, Path(place) / "calls") as calls:
            child.stdin.write("\n")
            child.stdin.flush()
            done = int(child.stdout.readline())
        child.communicate("\n")
        return done, Counter(
            Path(path).suffix or Path(path).parent.name for _, path in CALL.findall(calls.read_text())
        )


@contextmanager
def watching(process: int, report: Path) -> Iterator[Path]:
    """strace on a process and on all that it starts from now on."""
    command = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", str(report), "-p", str(process)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    said = tracer.stderr.readline()
    if "attached" not in said:
        raise SystemExit(f"strace cannot watch: {said.strip()}")
    try:
        yield report
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()


def main() -> int:
    if sys.argv[1:2] == ["voter"]:
        voter(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5] == "True")
        return 0
    if shutil.which("strace") is None:
        raise SystemExit("strace is missing: sudo apt-get install -y strace")
    casts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    table = Table(title="Waiting for the disk: calls on the database's log")
    for column in ("database", "setting", "casts", "calls", "per cast"):
        table.add_column(column, justify="right")
    sound = True
    with tempfile.TemporaryDirectory() as place:
        for setting, weaker in (("synchronous=FULL", False), ("synchronous=NORMAL", True)):
            url = f"sqlite:///{place}/{setting[12:].lower()}.sqlite"
            done, calls = measure(url, casts, weaker=weaker)
            sound &= add(table, "SQLite", setting, done, calls[".sqlite-wal"], casts, weaker)
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        for setting, weaker in (("synchronous_commit=on", False), ("synchronous_commit=off", True)):
            name = "weaker" if weaker else "syncs"
            server.execute(f"CREATE DATABASE {name}")
            done, calls = measure(server.dsn(name), casts, weaker=weaker, server=server)
            sound &= add(table, "PostgreSQL", setting, done, calls["pg_wal"], casts, weaker)
    finally:
        server.destroy()
    console.print(table)
    return 0 if sound else 1


def add(table: Table, name: str, setting: str, done: int, calls: int, casts: int, weaker: bool) -> bool:
    table.add_row(name, setting, str(done), str(calls), f"{calls / done:.2f}")
    return done == casts and (calls < done / 2 if weaker else calls >= done)


if __name__ == "__main__":
    sys.exit(main())
