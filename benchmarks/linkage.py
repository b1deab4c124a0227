"""Can anybody who has the database learn who voted for what? `python -m benchmarks.linkage [VOTERS]`

A round of 1,000 voters on SQLite and on PostgreSQL is cast through the pages of the application, closed,
opened and destroyed; one voter in ten votes twice. At each stage the attacker of tests/attacker.py, who also
has the access log and a backup from before the close, pairs voters with rankings in every order there is.
Printed is the best hit rate of all pairings, with an interval that holds with 95 % for all of them together,
beside chance. Some rows must be caught, which shows that the attack is real: the naive design, and the open
box with two passphrases and the key files, before these are destroyed.
"""

import contextlib
import io
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command as alembic
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli.migrate import alembic_config
from pbvote.models.database import make_engine, normalise_url
from pbvote.services import retention, sign_ins
from pbvote.settings import Settings
from tests import attacker
from tests.attacker import Attempt, Loot, NaiveBox, Ranking
from tests.boxes import ReadyRound
from tests.plain_browser import PlainBrowser
from tests.postgres import Server

SECRET = "benchmark-" * 5
PROJECTS = 12
console = Console()


def choose(number: int) -> Ranking:
    """A ranking of 1 to 10 of twelve projects, by places from 0."""
    chooser = random.Random(number)
    return tuple(chooser.sample(range(PROJECTS), chooser.randint(1, 10)))


class Trial:
    """One database and what the attacker gets of it."""

    def __init__(self, url: str, folder: Path, data: Path, table: Table) -> None:
        alembic.upgrade(alembic_config(url), "head")
        self.settings = Settings(
            secret_key=SECRET,
            data_key=SECRET,
            instance=folder / "instance",
            database_url=url,
            base_url="http://localhost",
            demo=True,
        )
        self.folder, self.data, self.table = folder, data, table
        self.engine = make_engine(url)
        self.kind = self.engine.dialect.name
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.truth: dict[int, Ranking] = {}
        self.log = ""
        self.loot: Loot | None = None

    def run(self, voters: int) -> bool:
        """Whether the box kept its secret at every stage, and the attack caught what it must."""
        with Session(self.engine) as session:
            box = ReadyRound(
                session,
                now=self.now,
                folder=self.settings.key_folder,
                proposals=PROJECTS,
                custody="officers",
            )
            session.commit()
            self._cast(session, box, voters)
            sound = self._stage(session, "while voting is open", sealed=True)
            self.loot = attacker.carry_off(
                session, "in the backup", files=self._backup(session), log=self.log
            )
            session.rollback()
            box.close()
            box.throw()
            session.commit()
            sound &= self._stage(session, "closed, not opened", sealed=True)
            box.open()
            session.commit()
            sound &= self._stage(session, "opened, without the passphrases")
            sound &= not self._passphrases(session, box, "opened, with two passphrases")
            box.round.published_at = self.now
            retention.run(
                session,
                voting_round=box.round,
                key_folder=box.folder,
                now=self.now + timedelta(days=60),
            )
            session.commit()
            retention.scrub(self.engine)
            sound &= self._stage(session, "destroyed, without the passphrases")
            sound &= self._passphrases(session, box, "destroyed, with all passphrases")
        self.engine.dispose()
        return sound

    def _cast(self, session: Session, box: ReadyRound, voters: int) -> None:
        entries = [box.voter() for _ in range(voters)]
        tokens = {entry.id: sign_ins.start(session, now=self.now, account=entry.account) for entry in entries}
        session.commit()
        turns = random.Random(voters).sample(list(tokens), voters)
        turns += random.Random(-voters).sample(turns, voters // 10)
        app = create_app(self.settings)
        ballot = f"/rounds/{box.round.slug}/ballot/all/"
        session.rollback()
        lines = io.StringIO()
        for turn, entry in enumerate(track(turns, f"{self.kind}: casting", console=console)):
            places = choose(turn)
            with contextlib.redirect_stdout(lines):
                assert PlainBrowser(app, tokens[entry]).cast(ballot, [box.numbers[place] for place in places])
            self.truth[entry] = tuple(box.numbers[place] for place in places)
        self.log = lines.getvalue()
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()
        app.extensions["pbvote_rate_limits"].dispose()

    def _files(self) -> list[Path]:
        """What the database keeps on disk; on PostgreSQL its log too."""
        if self.kind == "sqlite":
            return sorted(self.data.glob("box.sqlite*"))
        return sorted(
            path for part in ("base", "pg_wal") for path in (self.data / part).rglob("*") if path.is_file()
        )

    def _backup(self, session: Session) -> list[Path]:
        """A copy of the database's files as they are now."""
        if self.kind == "postgresql":
            session.rollback()
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("CHECKPOINT"))
        place = self.folder / "backup"
        for path in self._files():
            target = place / path.relative_to(self.data)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        return sorted(path for path in place.rglob("*") if path.is_file())

    def _stage(self, session: Session, stage: str, *, sealed: bool = False) -> bool:
        clear = attacker.readable(self._files(), set(self.truth.values())) if sealed else 0
        attempts = attacker.attack(session, truth=self.truth, files=self._files(), loot=self.loot)
        secret = show(self.table, self.kind, stage, attempts)
        if sealed and clear:
            console.print(f"[red]{self.kind}, {stage}: {clear} rankings can be read in the files")
        if self.loot:
            lengths = attacker.guess_lengths(session, truth=self.truth, loot=self.loot)
            secret &= show(self.table, self.kind, f"{stage}: number of choices, from the log", lengths)
        session.rollback()
        return secret and not clear

    def _passphrases(self, session: Session, box: ReadyRound, stage: str) -> bool:
        passphrases = {number: box.passphrases[one] for number, one in enumerate(box.officers, start=1)}
        keys = [path for path in box.folder.rglob("*") if path.is_file()]
        attempt = attacker.use_passphrases(
            session,
            truth=self.truth,
            round_id=box.round.id,
            pot_id=box.pot.id,
            capacity=box.round.max_length,
            passphrases=passphrases,
            files=[*keys, *self._files()],
            loot=self.loot,
        )
        session.rollback()
        return show(self.table, self.kind, stage, [attempt])


def run_naive(url: str, voters: int, table: Table) -> bool:
    """The naive design, in a database of its own; returns whether the attack catches it."""
    engine = make_engine(url)
    truth = {number: choose(number) for number in range(1, voters + 1)}
    with Session(engine) as session:
        naive = NaiveBox(session)
        for entry, ranking in truth.items():
            naive.cast(entry, ranking)
        secret = show(table, engine.dialect.name, "the naive design", naive.attack(truth))
    engine.dispose()
    return not secret


def show(table: Table, kind: str, stage: str, attempts: Sequence[Attempt]) -> bool:
    """Add a row for the best attempt; returns whether no attempt beats chance."""
    best = max(attempts, key=lambda attempt: (attempt.rate, attempt.named))
    if not best.named:
        table.add_row(kind, stage, str(len(attempts)), "–", "–", "nothing opens")
        return True
    low, high = best.interval(len(attempts))
    secret = not any(attempt.beats_chance(len(attempts)) for attempt in attempts)
    verdict = "no better than chance" if secret else f"CAUGHT: {best.how}"
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
        folder = Path(place)
        sound &= run_naive(f"sqlite:///{folder / 'naive.sqlite'}", voters, table)
        sound &= Trial(f"sqlite:///{folder / 'box.sqlite'}", folder, folder, table).run(voters)
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
                    sound &= Trial(url, Path(place), server.folder / "data", table).run(voters)
        finally:
            server.destroy()
    console.print(table)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
