"""Somebody who has everything that is stored, and tries to learn who voted for what.

The attacker reads every row and hidden column (SQLite's rowid; PostgreSQL's ctid and xmin), the board, the
raw bytes of database, journal and write-ahead log files, the access log, and what was carried off before the
close. Every order found there, and that of the published ballots, is taken for the order of casting, and
voters are paired with rankings accordingly. Who has passphrases tries them on every key file there is. In a
box that keeps its secret no pairing does better than chance.
"""

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import NormalDist

from sqlalchemy import text
from sqlalchemy.orm import Session

from pbvote.box import custody, envelope
from pbvote.box.custody import CustodyError
from pbvote.box.envelope import SpoiltEnvelope
from pbvote.box.receipt import envelope_digest

Ranking = tuple[int, ...]
LIST = re.compile(rb"\[\d+(?:, ?\d+)*\]|\d+(?:, ?\d+){3,}")
WRAP = re.compile(rb'\{"format":"pbvote-wrap-1"[^{}]*\}')
HIDDEN = {"sqlite": ("rowid",), "postgresql": ("ctid", "xmin::text::bigint, ctid")}
CAST_ROUTE = "/rounds/<slug>/ballot/<pot_slug>/check"


@dataclass(frozen=True)
class Attempt:
    """One way of pairing: how many voters it names a ranking for, and how many of those are right."""

    how: str
    named: int
    right: int
    chance: float

    @property
    def rate(self) -> float:
        return self.right / self.named if self.named else 0.0

    def interval(self, attempts: int = 1) -> tuple[float, float]:
        """Wilson's score interval for the rate (E. B. Wilson, 1927), 95 % for all `attempts` together."""
        if not self.named:
            return 0.0, 1.0
        n, p, z = self.named, self.rate, NormalDist().inv_cdf(1 - 0.025 / attempts)
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    def beats_chance(self, attempts: int) -> bool:
        """Whether so many are right by luck less than once in 1,000 times, over all the attempts made."""
        luck = sum(self._exactly(number) for number in range(self.right, self.named + 1))
        return luck < 0.001 / attempts

    def _exactly(self, number: int) -> float:
        """The binomial probability of `number` right ones."""
        if self.chance >= 1:
            return float(number == self.named)
        ways = math.lgamma(self.named + 1) - math.lgamma(number + 1) - math.lgamma(self.named - number + 1)
        others = (self.named - number) * math.log(1 - self.chance)
        return math.exp(ways + number * math.log(self.chance) + others)


@dataclass(frozen=True)
class Loot:
    """What was carried off at one moment, before the close for instance: a backup, and the access log."""

    when: str
    voters: list[tuple[str, list[int]]]
    sealed: dict[int, bytes]
    files: list[Path] = field(default_factory=list)
    log: list[dict[str, object]] = field(default_factory=list)


def carry_off(session: Session, when: str, *, files: Sequence[Path] = (), log: str = "") -> Loot:
    """Every order of voters that the database holds now, its envelopes, copies of its files, the log."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    rows = session.execute(text("SELECT entry_id, sealed FROM envelope WHERE entry_id IS NOT NULL"))
    sealed = {entry: bytes(content) for entry, content in rows}
    voters = [(f"{how}, {when}", order) for how, order in _orders_of_voters(session, sealed)]
    return Loot(when, voters, sealed, list(files), lines)


def chance_of(truth: Mapping[int, object]) -> float:
    """How often a random pairing of these voters with these ballots is right."""
    shared = Counter(truth.values())
    return sum(number * number for number in shared.values()) / max(len(truth), 1) ** 2


def attack(
    session: Session, *, truth: Mapping[int, Ranking], files: Sequence[Path] = (), loot: Loot | None = None
) -> list[Attempt]:
    """Every pairing of an order of voters with an order of ballots.

    The attacker knows the ballots as they are published, in ascending order; which voter cast which only
    judges the attempts.
    """
    chance = chance_of(truth)
    now = carry_off(session, "now")
    before = loot or Loot("never", [], {})
    voters = [*now.voters, *before.voters, *_orders_in_log(session, before, now)]
    published = sorted(truth.values())
    ballots = [("published", published), ("published, backwards", published[::-1])]
    ballots += [("published, short ones first", sorted(published, key=len))]
    ballots += _orders_of_ballots(session)
    ballots += _orders_in_files([*files, *before.files], set(truth.values()))
    attempts = []
    for (voter_order, entries), (ballot_order, rankings) in itertools.product(voters, ballots):
        named = min(len(entries), len(rankings))
        pairs = zip(entries, rankings, strict=False)
        right = sum(truth.get(entry) == ranking for entry, ranking in pairs)
        attempts.append(Attempt(f"{voter_order} ~ {ballot_order}", named, right, chance))
    return attempts


def guess_lengths(session: Session, *, truth: Mapping[int, Ranking], loot: Loot) -> list[Attempt]:
    """Can the access log tell how many choices somebody ranked, as longer pages take longer?"""
    lengths = {entry: len(ranking) for entry, ranking in truth.items()}
    chance, guesses = chance_of(lengths), sorted(lengths.values())
    attempts = []
    for how, entries in _orders_in_log(session, loot, carry_off(session, "now")):
        right = sum(lengths.get(entry) == guess for entry, guess in zip(entries, guesses, strict=False))
        attempts.append(Attempt(how, min(len(entries), len(guesses)), right, chance))
    return attempts


def use_passphrases(
    session: Session,
    *,
    truth: Mapping[int, Ranking],
    round_id: int,
    pot_id: int,
    capacity: int,
    passphrases: Mapping[int, str],
    files: Sequence[Path],
    loot: Loot | None = None,
) -> Attempt:
    """Look for key files among all files, whole or in pieces, and open every envelope with what they give."""
    public = bytes(
        session.execute(
            text("SELECT public_key FROM round_key WHERE round_id = :one"), {"one": round_id}
        ).scalar_one()
    )
    sealed = {**(loot.sealed if loot else {}), **carry_off(session, "now").sealed}
    keys = set(_keys_in([*files, *(loot.files if loot else [])], passphrases, round_id, public))
    named = right = 0
    for (entry, content), key in itertools.product(sealed.items(), keys):
        try:
            ranking = envelope.open_envelope(
                key, content, round_id=round_id, pot_id=pot_id, entry_id=entry, capacity=capacity
            )
        except SpoiltEnvelope:
            continue
        named += 1
        right += truth.get(entry) == ranking
    return Attempt("two passphrases and the key files", named, right, chance_of(truth))


def readable(files: Sequence[Path], rankings: Collection[Ranking], *, capacity: int = 10) -> int:
    """How many of these rankings stand somewhere in the files in the clear, as text or as they are sealed."""
    found = {ranking for _, order in _orders_in_files(files, set(rankings)) for ranking in order}
    packed = {_plaintext(ranking, capacity): ranking for ranking in rankings if len(ranking) > 2}
    starts = re.compile(b"|".join(re.escape(bytes([length, 0])) for length in range(3, capacity + 1)))
    for content in (path.read_bytes() for path in files):
        for start in starts.finditer(content):
            ranking = packed.get(content[start.start() : start.start() + 1 + 2 * capacity])
            found |= {ranking} if ranking else set()
    return len(found)


def _plaintext(ranking: Ranking, capacity: int) -> bytes:
    filled = bytes([len(ranking)]) + b"".join(number.to_bytes(2, "big") for number in ranking)
    return filled.ljust(1 + 2 * capacity, b"\0")


def _keys_in(
    files: Sequence[Path], passphrases: Mapping[int, str], round_id: int, public: bytes
) -> Iterator[bytes]:
    pairs = list(itertools.combinations(sorted(passphrases), 2))
    wraps = {found for path in files for found in WRAP.findall(path.read_bytes())}
    for wrap, pair in itertools.product(sorted(wraps), pairs):
        typed = {number: passphrases[number] for number in pair}
        try:
            yield custody.unwrap(wrap, typed, round_id=round_id, public=public)
        except CustodyError:
            continue


def _orders_of_voters(session: Session, sealed: Mapping[int, bytes]) -> Iterator[tuple[str, list[int]]]:
    for hidden in HIDDEN[session.get_bind().dialect.name]:
        for table in ("voter_mark", "envelope", "register_entry"):
            column = "id" if table == "register_entry" else "entry_id"
            rows = session.execute(text(f"SELECT {column} FROM {table} ORDER BY {hidden}"))
            order = [row[0] for row in rows if row[0] is not None]
            if order:
                yield f"{table} by {hidden}", order
    if sealed:
        yield "envelopes by their bytes", sorted(sealed, key=lambda entry: sealed[entry])
        yield "envelopes by their digest", sorted(sealed, key=lambda entry: envelope_digest(sealed[entry]))
        yield "the board", list(dict.fromkeys(entry for entry in _casting_order(session, sealed) if entry))


def _casting_order(session: Session, sealed: Mapping[int, bytes]) -> list[int | None]:
    """Who cast, row by row of the board; None where the envelope was replaced since."""
    owners = {envelope_digest(content).hex(): entry for entry, content in sealed.items()}
    rows = session.execute(
        text("SELECT payload FROM board_entry WHERE kind IN ('cast', 'replace') ORDER BY round_id, seq")
    )
    return [owners.get(json.loads(row[0])["envelope"]) for row in rows]


def _orders_in_log(session: Session, loot: Loot, now: Loot) -> Iterator[tuple[str, list[int]]]:
    """The board says who cast when; the log says when, and how long each of their pages took."""
    spent: list[float] = []
    apart: list[float] = []
    since, before = 0.0, 0.0
    for line in loot.log:
        since += float(str(line.get("ms", 0)))
        moment = datetime.fromisoformat(str(line["timestamp"])).timestamp()
        if (line.get("route"), line.get("method"), line.get("status")) == (CAST_ROUTE, "POST", 303):
            spent.append(since)
            apart.append(moment - before)
            since, before = 0.0, moment
    casters = _casting_order(session, {**loot.sealed, **now.sealed})
    if not spent or len(casters) != len(spent):
        return
    for how, times in (("time taken", spent), ("time since the last cast", apart)):
        known = [(time, entry) for time, entry in zip(times, casters, strict=True) if entry is not None]
        yield f"{how}, in the access log", [entry for _, entry in sorted(known)]


def _orders_of_ballots(session: Session) -> Iterator[tuple[str, list[Ranking]]]:
    for hidden in ("id", *HIDDEN[session.get_bind().dialect.name]):
        rows = session.execute(text(f"SELECT ranking FROM counted_ballot ORDER BY {hidden}"))
        order = [_ranking(row[0]) for row in rows]
        if order:
            yield f"counted_ballot by {hidden}", order


def _orders_in_files(files: Sequence[Path], rankings: set[Ranking]) -> Iterator[tuple[str, list[Ranking]]]:
    for path in files:
        found = (_ranking(match.decode()) for match in LIST.findall(path.read_bytes()))
        order = [ranking for ranking in found if ranking in rankings]
        if order:
            yield f"bytes of {path.name}", order
            yield f"bytes of {path.name}, backwards", order[::-1]


def _ranking(value: object) -> Ranking:
    if isinstance(value, str):
        return tuple(int(number) for number in value.strip("[]").split(",") if number.strip())
    assert isinstance(value, list)
    return tuple(value)


class NaiveBox:
    """What most platforms do: mark the voter and insert a nameless row in the same transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.execute(text("CREATE TABLE naive_mark (entry_id INTEGER)"))
        session.execute(text("CREATE TABLE naive_ballot (ranking TEXT)"))
        session.commit()

    def cast(self, entry: int, ranking: Ranking) -> None:
        self.session.execute(text("INSERT INTO naive_mark VALUES (:entry)"), {"entry": entry})
        self.session.execute(
            text("INSERT INTO naive_ballot VALUES (:ranking)"), {"ranking": str(list(ranking))}
        )
        self.session.commit()

    def attack(self, truth: Mapping[int, Ranking]) -> list[Attempt]:
        attempts = []
        for hidden in HIDDEN[self.session.get_bind().dialect.name]:
            marks = self.session.execute(text(f"SELECT entry_id FROM naive_mark ORDER BY {hidden}"))
            rows = self.session.execute(text(f"SELECT ranking FROM naive_ballot ORDER BY {hidden}"))
            entries, rankings = [row[0] for row in marks], [_ranking(row[0]) for row in rows]
            pairs = zip(entries, rankings, strict=True)
            right = sum(truth[entry] == ranking for entry, ranking in pairs)
            how = f"naive_mark by {hidden} ~ naive_ballot by {hidden}"
            attempts.append(Attempt(how, len(entries), right, chance_of(truth)))
        return attempts
