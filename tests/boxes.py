"""Rounds whose box can be used: a key made and rehearsed, proposals on the ballot, voters on the register."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from pbvote.box import custody
from pbvote.models import AccountRole, RegisterEntry, VotingRound
from pbvote.services import ballots, keys, opening, voting
from tests.factories import make_account, make_entry, make_proposal, make_round


class ReadyRound:
    """A round open for voting, with its officers, and shorthand for what happens to its box."""

    def __init__(
        self,
        session: Session,
        *,
        now: datetime,
        folder: Path,
        proposals: int = 6,
        custody: str = "server",
        rehearsed: bool = True,
        **values: Any,
    ) -> None:
        self.session, self.now, self.folder = session, now, folder
        self.round: VotingRound = make_round(session, now=now, custody=custody, **values)
        self.pot = self.round.pots[0]
        self.numbers = [
            make_proposal(session, voting_round=self.round, now=now, cost=9_000_00 + 1_000_00 * place).number
            for place in range(proposals)
        ]
        self.officers = [self._officer() for _ in range(3)]
        self.passphrases: dict[int, str] = {}
        if rehearsed:
            self.prepare()
            self.rehearse()

    def _officer(self) -> int:
        """An officer who never signs in here, so that no password has to be hashed."""
        account = make_account(self.session, now=self.now, name="Officer")
        account.roles = [AccountRole(role="officer"), AccountRole(role="custodian")]
        self.session.flush()
        return account.id

    def prepare(self) -> None:
        prepared = keys.prepare(
            self.session,
            voting_round=self.round,
            key_folder=self.folder,
            officer_id=self.officers[0],
            custodian_ids=tuple(self.officers) if self.round.custody == "officers" else (),
            now=self.now,
        )
        self.passphrases = prepared.passphrases

    def pair(self, first: int = 0, second: int = 1) -> dict[int, str]:
        return {self.officers[place]: self.passphrases[self.officers[place]] for place in (first, second)}

    def rehearse(self, pairs: tuple[tuple[int, int], ...] = ((0, 1), (0, 2), (1, 2))) -> None:
        for pair in pairs if self.round.custody == "officers" else ():
            keys.rehearse(
                self.session,
                voting_round=self.round,
                key_folder=self.folder,
                passphrases=self.pair(*pair),
                officer_id=self.officers[0],
                now=self.now,
            )

    def voter(self, **values: Any) -> RegisterEntry:
        account = make_account(self.session, now=self.now)
        return make_entry(self.session, voting_round=self.round, now=self.now, account=account, **values)

    def cast(
        self,
        entry: RegisterEntry,
        *places: int,
        form: str = "",
        replaces: str | None = None,
        now: datetime | None = None,
    ) -> ballots.Cast:
        """Cast the proposals at these places of `numbers`, first wanted most."""
        if replaces is None:
            replaces = ballots.current_receipt(self.session, pot_id=self.pot.id, entry_id=entry.id)
        return ballots.cast_ballot(
            self.session,
            voting_round=self.round,
            pot=self.pot,
            entry=entry,
            ranking=[self.numbers[place] for place in places],
            idempotency_key=form or secrets.token_hex(16),
            replaces=replaces,
            now=now or self.now,
        )

    def end_voting(self) -> None:
        self.round.voting_closes_at = self.now - timedelta(minutes=1)
        self.session.flush()

    def close(self) -> None:
        self.end_voting()
        voting.close(self.session, voting_round=self.round, now=self.now)

    def throw(self, digits: str = "041799") -> None:
        for officer in self.officers[:2]:
            opening.write_seed(
                self.session, voting_round=self.round, digits=digits, officer_id=officer, now=self.now
            )

    def open(self, **values: Any) -> list[opening.Opened]:
        officers_hold = self.round.custody == "officers"
        return opening.open_box(
            self.session,
            voting_round=self.round,
            key_folder=self.folder,
            officer_id=self.officers[0],
            second_officer_id=self.officers[1],
            passphrases=values.pop("passphrases", self.pair() if officers_hold else None),
            now=self.now,
            **values,
        )


def quick_custody(monkeypatch: Any) -> None:
    """Make argon2id cheap: these tests are about who may open, not about how long guessing takes."""
    monkeypatch.setattr(custody, "MEMORY_KIB", 64)
    monkeypatch.setattr(custody, "PASSES", 1)
    monkeypatch.setattr(custody.wrap_for_officers, "__kwdefaults__", {"memory_kib": 64, "passes": 1})
