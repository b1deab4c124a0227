"""Voters cast while somebody pulls the plug: what was acknowledged must still be there.

A child process runs the application. Voters cast and replace ballots through its pages from several threads,
and where asked two officers close and open the box meanwhile; each answer that promises something is passed
on through a pipe. The parent kills the child (or the database server) with SIGKILL at a random moment and
looks at what is stored.
"""

import multiprocessing
import os
import random
import select as polling
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.box import board as public_board
from pbvote.box import envelope
from pbvote.models import Account, CountedBallot, Envelope, Pot, VoterMark, VotingRound
from pbvote.models.database import begin_write, make_engine
from pbvote.services import ballots, board, keys, opening, receipts, sign_ins, voting
from pbvote.settings import Settings
from tests.boxes import ReadyRound
from tests.plain_browser import PlainBrowser
from tests.postgres import Server

THREADS = 4
LINE = 120  # shorter than a pipe's atomic size: each line is written in one piece
PATIENCE = 60
SOME = 3
DICE = "041799"
STEPS = ("", "close", "seed", "opening")


@dataclass(frozen=True)
class Acknowledged:
    """A cast that its voter was told about."""

    entry: int
    receipt: str
    ranking: tuple[int, ...]


@dataclass
class Plug:
    """Rounds under fire, one after the other.

    `acknowledged` and `promised` are what the voters and the officers of the present round were told;
    `casts` and `moments` count over all rounds.
    """

    settings: Settings
    now: datetime
    voters: int = 24
    acknowledged: list[Acknowledged] = field(default_factory=list)
    promised: dict[str, str] = field(default_factory=dict)
    casts: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    warm: bool = False
    round_id: int = 0
    slug: str = ""
    pot_id: int = 0
    numbers: list[int] = field(default_factory=list)
    tokens: dict[int, str] = field(default_factory=dict)
    officers: list[str] = field(default_factory=list)
    officer_ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app: Flask = create_app(self.settings)
        self.let_go()

    def prepare(self) -> None:
        """A new round with its voters and officers, all signed in."""
        self.acknowledged, self.promised = [], {}
        engine = make_engine(self.settings.database_url)
        with Session(engine) as session:
            ready = ReadyRound(session, now=self.now, folder=self.settings.key_folder, custody="server")
            entries = [ready.voter() for _ in range(self.voters)]
            self.tokens = {
                entry.id: sign_ins.start(session, now=self.now, account=entry.account) for entry in entries
            }
            self.officers = [
                sign_ins.start(session, now=self.now, account=session.get(Account, one), strong=True)
                for one in ready.officers[:2]
            ]
            self.officer_ids = ready.officers
            self.round_id, self.slug = ready.round.id, ready.round.slug
            self.pot_id, self.numbers = ready.pot.id, ready.numbers
            session.commit()
        engine.dispose()
        if not self.warm:
            self._warm_up()

    def _warm_up(self) -> None:
        """Compile the pages once, here, and not in every child."""
        first = next(iter(self.tokens))
        assert self.cast(first, self.numbers[:1])
        PlainBrowser(self.app, self.officers[0]).open(f"/officer/rounds/{self.slug}/ceremony/")
        self.let_go()
        self.warm = True

    def cast(self, entry: int, ranking: list[int]) -> bool:
        """Cast through the pages; whether the voter was told that the vote is in."""
        browser = PlainBrowser(self.app, self.tokens[entry])
        return browser.cast(f"/rounds/{self.slug}/ballot/all/", ranking)

    def strike(self, chooser: random.Random, *, server: Server | None = None, closing: bool = False) -> int:
        """Let a child cast, kill it (or the database `server`, which is started again) at a random moment.

        With `closing` two officers close and open the box at the same time. Returns how many casts had been
        acknowledged.
        """
        reading, writing = os.pipe()
        context = multiprocessing.get_context("fork")
        child = context.Process(target=_run_until_killed, args=(self, writing, chooser.random(), closing))
        child.start()
        os.close(writing)
        before = self.casts
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            self._collect(_read(pipe.fileno(), SOME if closing else chooser.randint(1, 8)))
            if closing:
                self._await(pipe.fileno(), chooser.choice(STEPS))
            time.sleep(chooser.uniform(0, 0.3 if closing else 0.03))
            if server is not None:
                server.kill()
                server.start()
                if not closing:  # the application finds the server again by itself
                    self._collect(_read(pipe.fileno(), THREADS + 1))
            os.kill(child.pid or 0, signal.SIGKILL)
            child.join()
            self._collect(iter(lambda: pipe.read(LINE), b""))
        return self.casts - before

    def _await(self, descriptor: int, step: str) -> None:
        """Until the officers have been told that this step is done; "" waits for nothing."""
        while step and step not in self.promised:
            self._collect(_read(descriptor, 1))

    def _collect(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            what, told, *rest = line.decode().split()
            if what.isdecimal():
                ranking = tuple(int(number) for number in rest[0].split(","))
                self.acknowledged.append(Acknowledged(int(what), told, ranking))
                self.casts += 1
            else:
                self.promised[what] = told

    def problems(self) -> list[str]:
        """What is wrong with the box now; nothing, if the promises hold."""
        return self._look(self._problems)

    def finish(self) -> list[str]:
        """Take the ceremony up where it stands, carry it to its end, and compare; what is wrong with it."""
        return self._look(self._finish)

    def _look(self, look: Callable[[Session], Iterable[str]]) -> list[str]:
        engine = make_engine(self.settings.database_url)
        with Session(engine) as session:
            found = list(look(session))
        engine.dispose()
        return found

    def _problems(self, session: Session) -> Iterable[str]:
        rows = board.rows(session, round_id=self.round_id)
        public_board.check_chain(rows)
        heads = {row.head for row in rows}
        yield from (
            f"the promised {what} is lost" for what, head in self.promised.items() if head not in heads
        )
        query = select(Envelope.entry_id, Envelope.receipt).where(Envelope.pot_id == self.pot_id)
        inside = session.execute(query).all()
        if len({entry for entry, _ in inside}) != len(inside):
            yield "an entry has two envelopes"
        marks = session.scalar(
            select(func.count()).select_from(VoterMark).where(VoterMark.pot_id == self.pot_id)
        )
        if marks != len(inside):
            yield f"{marks} marks but {len(inside)} envelopes"
        replayed = board.replayed(rows)
        pot = session.get_one(Pot, self.pot_id)
        digests = sorted(digest.hex() for digest in voting.envelope_digests(session, pot=pot))
        if sorted(replayed.inside(pot.id)) != digests:
            yield "the board and the box do not agree"
        present = {receipt for _, receipt in inside}
        voting_round = session.get_one(VotingRound, self.round_id)
        for cast in self.acknowledged:
            # not in the box any more: then the board must know it as replaced
            gone = cast.receipt not in present
            if gone and receipts.look_up(session, voting_round=voting_round, typed=cast.receipt) is None:
                yield f"the acknowledged cast {cast.receipt} is lost"

    def _finish(self, session: Session) -> Iterable[str]:
        voting_round = session.get_one(VotingRound, self.round_id)
        self.moments[self._resume(session, voting_round)] += 1
        session.commit()
        yield from self._problems(session)
        rows = board.rows(session, round_id=self.round_id)
        kinds = Counter(row.kind for row in rows)
        if any(kinds[kind] != 1 for kind in ("open", "close", "seed", "opening")):
            yield f"the ceremony was not done once: {dict(kinds)}"
        yield from self._count(session, voting_round)

    def _resume(self, session: Session, voting_round: VotingRound) -> str:
        """Do the steps that are missing; returns the state the kill had left."""
        state = keys.of_round(session, round_id=self.round_id).state
        seeded = voting_round.tie_seed is not None
        if state == "open":
            _end_voting(session, voting_round, self.now)
            voting.close(session, voting_round=voting_round, now=self.now)
            session.commit()
        for officer in self.officer_ids[:2] if not seeded else ():
            opening.write_seed(
                session, voting_round=voting_round, digits=DICE, officer_id=officer, now=self.now
            )
            session.commit()
        if state != "opened":
            opening.open_box(
                session,
                voting_round=voting_round,
                key_folder=self.settings.key_folder,
                officer_id=self.officer_ids[0],
                second_officer_id=self.officer_ids[1],
                now=self.now,
            )
        return "seeded" if state == "closed" and seeded else state

    def _count(self, session: Session, voting_round: VotingRound) -> Iterable[str]:
        """Every ballot in the box is counted once, as its voter ranked it."""
        key = keys.of_round(session, round_id=self.round_id)
        private = keys.private_key(key=key, round_id=self.round_id, key_folder=self.settings.key_folder)
        inside = {
            sealed.receipt: envelope.open_envelope(
                private,
                sealed.sealed,
                round_id=self.round_id,
                pot_id=self.pot_id,
                entry_id=sealed.entry_id or 0,
                capacity=voting_round.max_length,
            )
            for sealed in session.scalars(select(Envelope).where(Envelope.pot_id == self.pot_id))
        }
        query = select(CountedBallot.ranking).where(CountedBallot.pot_id == self.pot_id)
        counted = Counter(tuple(ranking) for ranking in session.scalars(query))
        if counted != Counter(inside.values()):
            yield "the counted ballots are not those in the envelopes"
        for cast in self.acknowledged:
            if inside.get(cast.receipt, cast.ranking) != cast.ranking:
                yield f"the envelope {cast.receipt} holds another ranking"
        voters = len({cast.entry for cast in self.acknowledged})
        if counted.total() < voters:
            yield f"{voters} people were told that they voted, {counted.total()} ballots were counted"

    def let_go(self, *, close: bool = True) -> None:
        """No connection is carried over a fork; in the child the parent's must not be closed."""
        with self.app.app_context():
            for engine in self.app.extensions["sqlalchemy"].engines.values():
                engine.dispose(close=close)
        self.app.extensions["pbvote_rate_limits"].dispose()


def _read(descriptor: int, lines: int) -> Iterable[bytes]:
    """So many lines from the pipe; raises if they do not come."""
    for _number in range(lines):
        ready, _, _ = polling.select([descriptor], [], [], PATIENCE)
        if not ready:
            raise RuntimeError("nobody was told anything for a minute")
        yield os.read(descriptor, LINE)


def _run_until_killed(plug: Plug, writing: int, seed: float, closing: bool) -> None:
    """In the child: every thread casts for entries of its own until the plug is pulled."""
    plug.let_go(close=False)
    engine = make_engine(plug.settings.database_url)
    begun = threading.Semaphore(0)

    def tell(line: str) -> None:
        os.write(writing, line.ljust(LINE).encode())
        begun.release()

    def voter(number: int) -> None:
        chooser = random.Random(seed + number)
        entries = list(plug.tokens)[number::THREADS]
        while True:
            entry = chooser.choice(entries)
            ranking = chooser.sample(plug.numbers, chooser.randint(1, 4))
            if plug.cast(entry, ranking):
                try:
                    with Session(engine) as session:
                        code = ballots.current_receipt(session, pot_id=plug.pot_id, entry_id=entry)
                except SQLAlchemyError:
                    continue
                tell(f"{entry} {code} {','.join(map(str, ranking))}")
            else:
                time.sleep(0.01)

    deeds = [threading.Thread(target=voter, args=(number,), daemon=True) for number in range(THREADS)]
    if closing:
        deeds.append(threading.Thread(target=_hold_ceremony, args=(plug, engine, begun, tell), daemon=True))
    for deed in deeds:
        deed.start()
    deeds[0].join()


def _hold_ceremony(
    plug: Plug, engine: Engine, begun: threading.Semaphore, tell: Callable[[str], None]
) -> None:
    """Voting ends, and two officers close the box, type the dice and open, each in their own browser."""
    first, second = (PlainBrowser(plug.app, token) for token in plug.officers)
    for _cast_told in range(SOME):
        begun.acquire()

    def end(session: Session) -> None:
        begin_write(session)
        _end_voting(session, session.get_one(VotingRound, plug.round_id), plug.now)
        session.commit()

    _persist(engine, end)
    steps = (
        (first, "close", "close", {}),
        (first, "seed", "", {"digits": DICE}),
        (second, "seed", "seed", {"digits": DICE}),
        (first, "opening", "", {}),
        (second, "opening", "opening", {}),
    )
    place = f"/officer/rounds/{plug.slug}/ceremony/"
    for browser, step, kind, fields in steps:
        while browser.send(place + step, browser.open(place), **fields) != 303:
            time.sleep(0.02)
        if kind:
            tell(f"{kind} {_persist(engine, partial(_head, round_id=plug.round_id, kind=kind))}")


def _head(session: Session, *, round_id: int, kind: str) -> str:
    (row,) = board.of_kind(session, round_id=round_id, kind=kind)
    return row.head


def _persist(engine: Engine, deed: Callable[[Session], Any]) -> Any:
    """Do it, however often the database goes away meanwhile."""
    while True:
        try:
            with Session(engine) as session:
                return deed(session)
        except SQLAlchemyError:
            time.sleep(0.02)


def _end_voting(session: Session, voting_round: VotingRound, now: datetime) -> None:
    voting_round.voting_closes_at = now - timedelta(seconds=1)
    session.flush()
