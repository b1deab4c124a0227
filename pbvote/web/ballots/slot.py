"""The slot of the ballot box: who comes while it is busy waits, and is taken in together with the others.

A box takes one transaction at a time, and each ends with a wait for the disk. Ballots that arrive meanwhile
share the next one: one of the waiting threads takes them all in, the others find their receipt. Nobody gets a
receipt before the transaction that holds their ballot has been committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from pbvote.services import ballots
from pbvote.services.ballots import Cast, Casting
from pbvote.services.locks import lock_round

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Slot:
    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open_session = open_session
        self._guard, self._busy = Lock(), Lock()
        self._waiting: list[_Waiting] = []

    def put(self, round_id: int, casting: Casting) -> Cast:
        """Cast a ballot, in a transaction of its own or shared. Raises Refusal."""
        mine = _Waiting(round_id, casting)
        with self._guard:
            self._waiting.append(mine)
        with self._busy:
            while mine.outcome is None:
                self._take_in(round_id)
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _take_in(self, round_id: int) -> None:
        """Wait for the round's lock, and only then see who waits: the longer it took, the more they are."""
        batch: list[_Waiting] = []
        try:
            with self._open_session() as session:
                lock_round(session, round_id=round_id)
                batch = self._next(round_id)
                _cast(session, round_id, batch)
        except Exception as error:
            batch = batch or self._next(round_id)
            if len(batch) == 1:
                batch[0].outcome = error
            else:
                self._one_by_one(batch)
        except BaseException:
            for one in batch:  # the process is being ended: nobody may wait for an answer that never comes
                one.outcome = RuntimeError("the ballot was not taken in")
            raise

    def _one_by_one(self, batch: Sequence[_Waiting]) -> None:
        """What broke one ballot's transaction must not break the others."""
        for one in batch:
            try:
                with self._open_session() as session:
                    lock_round(session, round_id=one.round_id)
                    _cast(session, one.round_id, [one])
            except Exception as error:
                one.outcome = error

    def _next(self, round_id: int) -> list[_Waiting]:
        """Everybody who waits to vote in this round, each voter once: a second form must see the first."""
        seen: set[tuple[int, int]] = set()
        batch, later = [], []
        with self._guard:
            for one in self._waiting:
                voter = (one.casting.pot_id, one.casting.entry_id)
                fits = one.round_id == round_id and voter not in seen
                seen.add(voter)
                (batch if fits else later).append(one)
            self._waiting = later
        return batch


class _Waiting:
    def __init__(self, round_id: int, casting: Casting) -> None:
        self.round_id, self.casting = round_id, casting
        self.outcome: Cast | Exception | None = None


def _cast(session: Session, round_id: int, batch: Sequence[_Waiting]) -> None:
    outcomes = ballots.cast_ballots(session, round_id=round_id, castings=[one.casting for one in batch])
    session.commit()
    for one, outcome in zip(batch, outcomes, strict=True):
        one.outcome = outcome
