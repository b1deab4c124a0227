"""Somebody who has everything that is stored, and tries to learn who voted for what.

The attacker reads every row and hidden column (SQLite's rowid; PostgreSQL's ctid and xmin), and the raw bytes
of database, journal and write-ahead log files, takes every order found there for the order of casting, and
pairs voters with rankings accordingly. In a box that keeps its secret no pairing does better than chance.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

Ranking = tuple[int, ...]
JSON_LIST = re.compile(rb"\[\d+(?:, ?\d+)*\]")
HIDDEN = {"sqlite": ("rowid",), "postgresql": ("ctid", "xmin::text::bigint, ctid")}


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

    def interval(self, z: float = 1.96) -> tuple[float, float]:
        """Wilson's score interval for the rate (E. B. Wilson, 1927)."""
        if not self.named:
            return 0.0, 1.0
        n, p = self.named, self.rate
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    def beats_chance(self, attempts: int) -> bool:
        """Whether the rate is above chance beyond doubt, allowing for the number of attempts made."""
        if not self.named:
            return False
        z = _normal_quantile(1 - 0.001 / attempts)
        spread = math.sqrt(self.chance * (1 - self.chance) / self.named)
        return self.rate > self.chance + z * spread + 1 / self.named


def chance_of(truth: Mapping[int, Ranking]) -> float:
    """How often a random pairing of these voters with these ballots is right."""
    shared = Counter(truth.values())
    return sum(number * number for number in shared.values()) / max(len(truth), 1) ** 2


def attack(session: Session, *, truth: Mapping[int, Ranking], files: Sequence[Path] = ()) -> list[Attempt]:
    """Every pairing of an order of voters with an order of ballots; `truth` only judges them."""
    chance = chance_of(truth)
    voters = list(_orders_of_voters(session))
    ballots = [*_orders_of_ballots(session), *_orders_in_files(files, set(truth.values()))]
    attempts = []
    for voter_order, entries in voters:
        for ballot_order, rankings in ballots:
            named = min(len(entries), len(rankings))
            pairs = zip(entries, rankings, strict=False)
            right = sum(truth.get(entry) == ranking for entry, ranking in pairs)
            attempts.append(Attempt(f"{voter_order} ~ {ballot_order}", named, right, chance))
    return attempts


def readable(files: Sequence[Path], rankings: set[Ranking]) -> int:
    """How many of these rankings stand somewhere in the files in the clear."""
    found = {ranking for _, order in _orders_in_files(files, rankings) for ranking in order}
    return len(found)


def _orders_of_voters(session: Session) -> Iterator[tuple[str, list[int]]]:
    for hidden in HIDDEN[session.get_bind().dialect.name]:
        for table in ("voter_mark", "envelope", "register_entry"):
            column = "id" if table == "register_entry" else "entry_id"
            rows = session.execute(text(f"SELECT {column} FROM {table} ORDER BY {hidden}"))
            order = [row[0] for row in rows if row[0] is not None]
            if order:
                yield f"{table} by {hidden}", order


def _orders_of_ballots(session: Session) -> Iterator[tuple[str, list[Ranking]]]:
    for hidden in ("id", *HIDDEN[session.get_bind().dialect.name]):
        rows = session.execute(text(f"SELECT ranking FROM counted_ballot ORDER BY {hidden}"))
        order = [_ranking(row[0]) for row in rows]
        if order:
            yield f"counted_ballot by {hidden}", order


def _orders_in_files(files: Sequence[Path], rankings: set[Ranking]) -> Iterator[tuple[str, list[Ranking]]]:
    for path in files:
        found = (_ranking(match.decode()) for match in JSON_LIST.findall(path.read_bytes()))
        order = [ranking for ranking in found if ranking in rankings]
        if order:
            yield f"bytes of {path.name}", order
            yield f"bytes of {path.name}, backwards", order[::-1]


def _ranking(value: object) -> Ranking:
    if isinstance(value, str):
        return tuple(int(number) for number in value.strip("[]").split(",") if number.strip())
    assert isinstance(value, list)
    return tuple(value)


def _normal_quantile(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


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
