"""Pull the plug again and again: `python -m benchmarks.soak [APP_KILLS] [SERVER_KILLS]` (500 and 50).

Kills the voters' application on SQLite and on PostgreSQL, and the PostgreSQL server itself, at random moments
while ballots are cast and replaced from four threads. After each kill the chain, the box and every
acknowledged receipt are checked; in the end the boxes are closed and counted.
"""

import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command as alembic
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pbvote.cli.migrate import alembic_config
from tests.killing import Plug
from tests.postgres import Server

console = Console()


def run(name: str, url: str, kills: int, *, server: Server | None, table: Table) -> bool:
    alembic.upgrade(alembic_config(url), "head")
    with tempfile.TemporaryDirectory() as place:
        plug = Plug(url, Path(place) / "keys", datetime.now(UTC).replace(microsecond=0))
        plug.prepare()
        chooser = random.Random(name)
        problems: list[str] = []
        for number in track(range(kills), name, console=console):
            plug.strike(chooser, server=server)
            if server is not None or number % 20 == 19:
                problems += plug.problems()
        problems += plug.problems() + plug.count_is_complete()
    table.add_row(name, str(kills), f"{len(plug.acknowledged):,}", str(len(problems)))
    for problem in problems[:5]:
        console.print(f"[red]{problem}")
    return not problems


def main() -> int:
    application, servers = (int(word) for word in (*sys.argv[1:3], *("500", "50")[len(sys.argv) - 1 :]))
    table = Table(title="Kills, and what they lost")
    for column in ("killed", "kills", "casts acknowledged", "lost or wrong"):
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
