"""How far a batch of paper ballots is: who is marked, which sheets are keyed. Never what stands on them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Approval, PaperBatch, PaperSheet, Pot, RegisterEntry, VoterMark, VotingRound
from pbvote.services import paper
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import NotFound


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Sheet numbers by what they wait for; `agreed` need nothing more."""

    unkeyed: tuple[int, ...]
    once: tuple[int, ...]
    differing: tuple[int, ...]
    agreed: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        return not (self.unkeyed or self.once or self.differing)


@dataclass(frozen=True, kw_only=True)
class WaitingMark:
    """A slip that one officer has read; `officer_ids` are those who have."""

    entry: RegisterEntry
    officer_ids: tuple[int, ...]


def batches(session: Session, *, voting_round: VotingRound) -> list[tuple[Pot, PaperBatch]]:
    """Every batch of the round with its pot, oldest first."""
    query = (
        select(Pot, PaperBatch)
        .join(PaperBatch, PaperBatch.pot_id == Pot.id)
        .where(Pot.round_id == voting_round.id)
        .order_by(PaperBatch.id)
    )
    return [(pot, batch) for pot, batch in session.execute(query)]


def find(session: Session, *, voting_round: VotingRound, batch_id: int) -> PaperBatch:
    batch = session.get(PaperBatch, batch_id)
    if batch is None or batch.pot_id not in {pot.id for pot in voting_round.pots}:
        raise NotFound("batch-not-found")
    return batch


def read(session: Session, *, batch: PaperBatch, keyring: Keyring) -> Progress:
    """Where each sheet of an unsealed batch stands."""
    sheets = {
        sheet.number: sheet
        for sheet in session.scalars(select(PaperSheet).where(PaperSheet.batch_id == batch.id))
    }
    differing = set(paper.unsettled(session, batch=batch, keyring=keyring))
    numbers = range(1, batch.marks + 1)
    once = {number for number, sheet in sheets.items() if sheet.second_by_id is None}
    return Progress(
        unkeyed=tuple(number for number in numbers if number not in sheets),
        once=tuple(sorted(once)),
        differing=tuple(sorted(differing)),
        agreed=tuple(number for number in sorted(sheets) if number not in once and number not in differing),
    )


def next_sheet(session: Session, *, batch: PaperBatch, progress: Progress, officer_id: int) -> int | None:
    """The next sheet this officer may key: a disagreement first, then a second look, then a new one."""
    for number in (*progress.differing, *progress.once):
        sheet = session.get(PaperSheet, (batch.id, number))
        if sheet is not None and officer_id not in (sheet.first_by_id, sheet.second_by_id):
            return number
    return progress.unkeyed[0] if progress.unkeyed else None


def marks_waiting(session: Session, *, batch: PaperBatch) -> list[WaitingMark]:
    """Slips that wait for a second officer."""
    query = select(Approval).where(
        Approval.deed == "paper-mark",
        Approval.used_at.is_(None),
        Approval.subject.startswith(f"{batch.id}:"),
    )
    read_by: dict[int, list[int]] = {}
    for approval in session.scalars(query.order_by(Approval.id)):
        read_by.setdefault(int(approval.subject.split(":")[1]), []).append(approval.officer_id)
    marked = set(
        session.scalars(
            select(VoterMark.entry_id).where(
                VoterMark.pot_id == batch.pot_id,
                VoterMark.channel == "paper",
                VoterMark.entry_id.in_(read_by),
            )
        )
    )
    waiting = []
    for entry_id, officers in read_by.items():
        entry = session.get(RegisterEntry, entry_id)
        if entry is not None and entry_id not in marked:
            waiting.append(WaitingMark(entry=entry, officer_ids=tuple(officers)))
    return waiting


def spoilt(session: Session, *, batch: PaperBatch) -> int:
    """How many sheets of a sealed batch could not be counted."""
    query = select(PaperSheet.number).where(
        PaperSheet.batch_id == batch.id, PaperSheet.spoilt_reason.is_not(None)
    )
    return len(session.scalars(query).all())
