"""Can anybody who has the database learn who voted for what? `python benchmarks/linkage.py [VOTERS]`

A round of 1,000 voters on SQLite and on PostgreSQL is cast, closed, opened and destroyed. At each stage the
attacker of tests/attacker.py pairs voters with rankings in every order the database, its hidden columns and
its raw files hold. Printed are the best hit rate of all pairings with its 95 % interval, beside chance; and
the same attack on the naive design, which it must catch.
"""

import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command as alembic
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy.orm import Session

from pbvote.cli.migrate import alembic_config
from pbvote.models.database import make_engine, normalise_url
from pbvote.services import retention
from tests.attacker import Attempt, NaiveBox, Ranking, attack, readable
from tests.boxes import ReadyRound
from tests.postgres import Server

console = Console()


def run_naive(url: str, voters: int, table: Table) -> bool:
    """The naive design, in a database of its own; returns whether the attack catches it."""
    engine = make_engine(url)
    truth = {number: choose(number) for number in range(1, voters + 1)}
    with Session(engine) as session:
        naive = NaiveBox(session)
        for entry, ranking in truth.items():
            naive.cast(entry, ranking)
        secret = _show(table, engine.dialect.name, "the naive design", naive.attack(truth), caught=True)
    engine.dispose()
    return not secret


def choose(number: int) -> Ranking:
    """A ranking of 1 to 6 of twelve projects, by places from 0."""
    chooser = random.Random(number)
    return tuple(chooser.sample(range(12), chooser.randint(1, 6)))


def run(url: str, folder: Path, data: Path, voters: int, table: Table) -> bool:
    """Try one database; returns whether the box kept its secret at every stage."""
    alembic.upgrade(alembic_config(url), "head")
    engine = make_engine(url)
    kind = engine.dialect.name
    with Session(engine) as session:
        now = datetime.now(UTC).replace(microsecond=0)
        box = ReadyRound(session, now=now, folder=folder / "keys", proposals=12, custody="officers")
        truth: dict[int, Ranking] = {}
        for number in track(range(1, voters + 1), f"{kind}: casting", console=console):
            entry = box.voter()
            places = choose(number)
            box.cast(entry, *places)
            truth[entry.id] = tuple(box.numbers[place] for place in places)
            session.commit()
        sound = _stage(table, session, kind, "while voting is open", truth, data)
        box.close()
        box.throw()
        session.commit()
        sound &= _stage(table, session, kind, "closed, not opened", truth, data)
        box.open()
        session.commit()
        sound &= _stage(table, session, kind, "opened, without the passphrases", truth, data)
        box.round.published_at = now
        later = now + timedelta(days=60)
        retention.run(session, voting_round=box.round, key_folder=box.folder, now=later)
        session.commit()
        session.close()
        retention.scrub(engine)
        sound &= _stage(table, session, kind, "destroyed, with the passphrases", truth, data)
    engine.dispose()
    return sound


def _stage(
    table: Table, session: Session, kind: str, stage: str, truth: dict[int, Ranking], data: Path
) -> bool:
    files = sorted(path for path in data.rglob("*") if path.is_file() and _may_hold_rows(path))
    clear = readable(files, set(truth.values())) if stage.split()[-1] == "open" or "closed" in stage else 0
    attempts = attack(session, truth=truth, files=files)
    session.rollback()
    return _show(table, kind, stage, attempts, clear=clear) and clear == 0


def _may_hold_rows(path: Path) -> bool:
    return path.suffix in (".sqlite", ".sqlite-wal", ".sqlite-shm") or {"base", "pg_wal"} & set(path.parts)


def _show(
    table: Table, kind: str, stage: str, attempts: Sequence[Attempt], *, clear: int = 0, caught: bool = False
) -> bool:
    """Add a row for the best attempt; returns whether no attempt beats chance."""
    if not attempts:
        table.add_row(kind, stage, "0", "–", "–", f"nothing to pair; {clear} rankings readable")
        return True
    best = max(attempts, key=lambda attempt: attempt.rate)
    low, high = best.interval()
    secret = not any(attempt.beats_chance(len(attempts)) for attempt in attempts)
    verdict = "no better than chance" if secret else "caught" if caught else "LINKED"
    rate = f"{best.rate:.1%} ({low:.1%} to {high:.1%})"
    table.add_row(kind, stage, str(len(attempts)), rate, f"{best.chance:.1%}", verdict)
    return secret


def main() -> int:
    voters = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    table = Table(title=f"Linking {voters} voters to their rankings: the best of all pairings")
    for column in ("database", "stage", "pairings", "hit rate (95 %)", "chance", "verdict"):
        table.add_column(column)
    sound = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "box"
        folder.mkdir()
        sound &= run_naive(f"sqlite:///{place}/naive.sqlite", voters, table)
        sound &= run(f"sqlite:///{folder / 'box.sqlite'}", folder, folder, voters, table)
    for naive in (True, False):  # each in a server of its own, for the log outlives a table
        server = Server()
        server.initialise()
        server.start()
        try:
            server.execute("CREATE DATABASE linkage")
            url = server.dsn("linkage")
            if naive:
                sound &= run_naive(normalise_url(url), voters, table)
            else:
                with tempfile.TemporaryDirectory() as place:
                    sound &= run(url, Path(place), server.folder / "data", voters, table)
        finally:
            server.destroy()
    console.print(table)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
