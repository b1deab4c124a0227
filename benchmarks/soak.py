"""Pull the plug again and again: `python -m benchmarks.soak [APP_KILLS] [SERVER_KILLS]` (500 and 50).

Kills the application on SQLite and on PostgreSQL, and the PostgreSQL server itself, at random moments while
ballots are cast and replaced through its pages from four threads. Every fifth kill falls while two officers
close and open the box. After each such kill, and after every kill of the server, the chain, the box and every
acknowledged receipt are checked; then the ceremony is taken up where it stood, and the ballots counted are
compared with those acknowledged.
"""

import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from alembic import command as alembic
from rich.console import Console
from rich.table import Table

from pbvote.cli.migrate import alembic_config
from pbvote.settings import Settings
from tests.killing import Plug
from tests.postgres import Server

SECRET = "benchmark-" * 5
CLOSING_EVERY = 5
MOMENTS = {"open": "before the close", "closed": "closed", "seeded": "dice thrown", "opened": "opened"}
console = Console()


def run(name: str, url: str, kills: int, *, server: Server | None, table: Table) -> bool:
    alembic.upgrade(alembic_config(url), "head")
    problems: list[str] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(
            secret_key=SECRET,
            data_key=SECRET,
            instance=Path(place),
            database_url=url,
            base_url="http://localhost",
            demo=True,
            log_level="CRITICAL",
        )
        plug = Plug(settings, datetime.now(UTC).replace(microsecond=0))
        plug.prepare()
        chooser = random.Random(name)
        for number in range(1, kills + 1):
            closing = number % CLOSING_EVERY == 0
            plug.strike(chooser, server=server, closing=closing)
            if closing or server is not None:
                problems += plug.problems()
            if closing:
                problems += plug.finish()
                plug.prepare()
            if number % 50 == 0:
                console.print(f"{name}: {number} kills, {plug.casts:,} casts, {len(problems)} problems")
        problems += plug.problems()
    moments = ", ".join(f"{MOMENTS[state]} {plug.moments[state]}" for state in MOMENTS if plug.moments[state])
    minutes = f"{(time.perf_counter() - began) / 60:.1f}"
    table.add_row(name, str(kills), moments, f"{plug.casts:,}", str(len(problems)), minutes)
    for problem in problems[:5]:
        console.print(f"[red]{problem}")
    return not problems


def main() -> int:
    application, servers = (int(word) for word in (*sys.argv[1:3], *("500", "50")[len(sys.argv) - 1 :]))
    table = Table(title="Kills, and what they lost")
    for column in ("killed", "kills", "of them while closing", "casts acknowledged", "lost or wrong", "min"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/soak.sqlite"
        sound = run("application on SQLite", url, application, server=None, table=table)
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        for name, kills, killed in (
            ("application on PostgreSQL", application, None),
            ("PostgreSQL server", servers, server),
        ):
            database = name.split()[0].lower() + "_kills"
            server.execute(f"CREATE DATABASE {database}")
            sound &= run(name, server.dsn(database), kills, server=killed, table=table)
    finally:
        server.destroy()
    console.print(table)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
