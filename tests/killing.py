"""Voters cast while somebody pulls the plug: what was acknowledged must still be there.

A child process casts and replaces ballots from several threads and acknowledges each commit through a pipe.
The parent kills the child (or the database server) with SIGKILL at a random moment, a few acknowledged casts
on, and looks at what is stored.
"""

import multiprocessing
import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pbvote.box import board as public_board
from pbvote.models import Envelope, Pot, Proposal, RegisterEntry, VoterMark, VotingRound
from pbvote.models.database import begin_write, make_engine
from pbvote.services import ballots, board, receipts, voting
from pbvote.services.refusal import Refusal
from tests.boxes import ReadyRound
from tests.postgres import Server

THREADS = 4
LINE = 64


@dataclass
class Plug:
    """One round under fire. `acknowledged` is every receipt whose commit was confirmed to its voter."""

    url: str
    folder: Path
    now: datetime
    voters: int = 24
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    round_id: int = 0
    entries: list[int] = field(default_factory=list)

    def prepare(self) -> None:
        engine = make_engine(self.url)
        with Session(engine) as session:
            ready = ReadyRound(session, now=self.now, folder=self.folder, custody="server")
            self.entries = [ready.voter().id for _ in range(self.voters)]
            self.round_id = ready.round.id
            session.commit()
        engine.dispose()

    def strike(self, chooser: random.Random, *, longest: float = 0.35, server: Server | None = None) -> int:
        """Let a child cast, kill it (or the database `server`, which is started again) at a random moment.

        Returns how many casts had been acknowledged.
        """
        context = multiprocessing.get_context("fork")
        reading, writing = os.pipe()
        child = context.Process(target=_cast_until_killed, args=(self, writing, chooser.random()))
        child.start()
        os.close(writing)
        before = len(self.acknowledged)
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            self._collect(pipe.read(LINE) for _ in range(chooser.randint(1, 8)))
            time.sleep(chooser.uniform(0, 0.03))
            self._pull(child, server)
            self._collect(iter(lambda: pipe.read(LINE), b""))
        return len(self.acknowledged) - before

    def _pull(self, child: multiprocessing.process.BaseProcess, server: Server | None) -> None:
        if server is not None:
            server.kill()
            server.start()
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()

    def _collect(self, lines: Iterable[bytes]) -> None:
        """Each line is written in one piece, for it is shorter than a pipe's atomic size."""
        for line in lines:
            entry, receipt = line.decode().split()
            self.acknowledged.append((int(entry), receipt))

    def problems(self) -> list[str]:
        """What is wrong with the box now; nothing, if the promise holds."""
        engine = make_engine(self.url)
        with Session(engine) as session:
            found = list(self._problems(session))
        engine.dispose()
        return found

    def _problems(self, session: Session) -> list[str]:
        rows = board.rows(session, round_id=self.round_id)
        public_board.check_chain(rows)
        inside = session.execute(select(Envelope.entry_id, Envelope.receipt, Envelope.sealed)).all()
        found = []
        if len({entry for entry, _, _ in inside}) != len(inside):
            found.append("an entry has two envelopes")
        marks = session.scalar(select(func.count()).select_from(VoterMark)) or 0
        if marks != len(inside):
            found.append(f"{marks} marks but {len(inside)} envelopes")
        replayed = board.replayed(rows)
        pot = session.scalars(select(Pot)).first()
        assert pot is not None
        digests = sorted(digest.hex() for digest in voting.envelope_digests(session, pot=pot))
        if sorted(replayed.inside(pot.id)) != digests:
            found.append("the board and the box do not agree")
        present = {receipt for _, receipt, _ in inside}
        voting_round = session.get_one(VotingRound, self.round_id)
        for _entry, receipt in self.acknowledged:
            if receipt in present:
                continue
            # not in the box any more: then the board must know it as replaced
            if receipts.look_up(session, voting_round=voting_round, typed=receipt) is None:
                found.append(f"the acknowledged cast {receipt} is lost")
        return found

    def count_is_complete(self) -> list[str]:
        """Close, open and compare: the last acknowledged ballot of each entry is among the counted."""
        engine = make_engine(self.url)
        with Session(engine) as session:
            begin_write(session)
            voting_round = session.get_one(VotingRound, self.round_id)
            voting_round.voting_closes_at = voting_round.voting_opens_at
            inside = session.scalar(select(func.count()).select_from(Envelope)) or 0
            closing = voting.close(session, voting_round=voting_round, now=self.now)
            session.commit()
        engine.dispose()
        counted = sum(pot["envelopes"] for pot in closing.payload["pots"])
        voters = len({entry for entry, _ in self.acknowledged})
        if counted != inside or counted < voters:
            return [f"{voters} people were told that they voted, {counted} envelopes were closed in"]
        return []


def _cast_until_killed(plug: Plug, writing: int, seed: float) -> None:
    """In the child: every thread casts for random entries until the plug is pulled."""
    engine = make_engine(plug.url)

    def voter(number: int) -> None:
        chooser = random.Random(seed + number)
        while True:
            try:
                with Session(engine) as session:
                    entry, receipt = _cast_one(session, plug, chooser)
            except (Refusal, SQLAlchemyError):
                time.sleep(0.01)
                continue
            os.write(writing, f"{entry} {receipt}".ljust(LINE).encode())

    threads = [threading.Thread(target=voter, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    threads[0].join()


def _cast_one(session: Session, plug: Plug, chooser: random.Random) -> tuple[int, str]:
    begin_write(session)
    voting_round = session.get_one(VotingRound, plug.round_id)
    pot = voting_round.pots[0]
    entry = session.get_one(RegisterEntry, chooser.choice(plug.entries))
    numbers = list(session.scalars(select(Proposal.number).where(Proposal.pot_id == pot.id)))
    cast = ballots.cast_ballot(
        session,
        voting_round=voting_round,
        pot=pot,
        entry=entry,
        ranking=chooser.sample(numbers, chooser.randint(1, 4)),
        idempotency_key=secrets.token_hex(16),
        replaces=ballots.current_receipt(session, pot_id=pot.id, entry_id=entry.id),
        now=plug.now,
    )
    session.commit()
    return entry.id, cast.receipt
