"""Publishing an allocation: one moment, two officers, and never a word overwritten."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import AuditEntry, Award, Pot, Proposal, Publication, VoterMark, VotingRound
from pbvote.services import counting, elections, outbox, packages, rounds
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal
from pbvote.tally import Tally

DEED = "publication"
CORRECTION_ASKED = "correction-asked"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One award to be published; `amount` in minor units."""

    proposal: Proposal
    amount: int
    status: str = "offered"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What would be published now; `subject` names it to the byte for the officers who sign it off."""

    version: int
    lines: list[Line]
    reason: str
    subject: str


def draft(session: Session, *, voting_round: VotingRound, reason: str = "") -> Draft:
    """The first result as counted, or the correction that follows from refused awards."""
    version = counting.next_version(session, voting_round=voting_round)
    tallies = counting.tallies(session, voting_round=voting_round)
    if version == 1:
        lines = _counted_lines(session, voting_round, tallies)
    else:
        lines = _corrected_lines(session, voting_round, tallies)
    said = ";".join(f"{line.proposal.id}:{line.amount}:{line.status}" for line in lines)
    counted = counting.digest(session, voting_round=voting_round)
    subject = sha256(f"{version}|{counted}|{said}|{reason.strip()}".encode()).hexdigest()
    return Draft(version=version, lines=lines, reason=reason.strip(), subject=subject)


def signed_by(session: Session, *, voting_round: VotingRound, subject: str) -> list[int]:
    """Who has signed exactly this draft."""
    return rounds.approvers(session, voting_round=voting_round, deed=DEED, subject=subject)


def reason_waiting(session: Session, *, voting_round: VotingRound) -> str:
    """The reason of the correction that one officer has signed last, while it could still be published."""
    query = select(AuditEntry).where(
        AuditEntry.round_id == voting_round.id, AuditEntry.deed == CORRECTION_ASKED
    )
    asked = session.scalars(query.order_by(AuditEntry.id.desc()).limit(1)).first()
    if asked is None:
        return ""
    reason = str(asked.detail["reason"])
    subject = draft(session, voting_round=voting_round, reason=reason).subject
    return reason if signed_by(session, voting_round=voting_round, subject=subject) else ""


def sign_off(
    session: Session,
    *,
    voting_round: VotingRound,
    officer_id: int,
    subject: str,
    reason: str = "",
    key_folder: Path,
    package_folder: Path,
    now: datetime,
) -> Publication | None:
    """One officer's signature under the draft they read; the second one publishes it.

    Its package is built and checked in the same moment: the signing key lies in `key_folder`, published
    packages in `package_folder`. Returns the publication, or None while another officer is still needed. A
    draft that has changed since it was read is refused; a correction needs its reason.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    if voting_round.imported_from:
        raise Refusal("round-read-only")
    present = draft(session, voting_round=voting_round, reason=reason)
    if present.version > 1 and not present.reason:
        raise Refusal("reason-missing", field="reason")
    if present.version > 1 and not changes(session, voting_round=voting_round, draft=present):
        raise Refusal("nothing-to-correct")
    if subject != present.subject:
        raise Refusal("draft-changed")
    officers = rounds.approvers(session, voting_round=voting_round, deed=DEED, subject=subject)
    said = rounds.approve(
        session, voting_round=voting_round, deed=DEED, subject=subject, officer_id=officer_id, now=now
    )
    if said < 2:
        if present.reason:
            rounds.note(
                session,
                deed=CORRECTION_ASKED,
                now=now,
                account_id=officer_id,
                round_id=voting_round.id,
                reason=present.reason,
            )
            session.flush()
        return None
    first = next(officer for officer in officers if officer != officer_id)
    publication = _publish(session, voting_round, present, first, officer_id, now)
    publication.package_sha256 = packages.publish(
        session,
        voting_round=voting_round,
        version=present.version,
        reason=present.reason,
        key_folder=key_folder,
        package_folder=package_folder,
        now=now,
    )
    return publication


def changes(session: Session, *, voting_round: VotingRound, draft: Draft) -> bool:
    """Whether the draft gives money otherwise than the newest publication does."""
    newest = latest(session, voting_round=voting_round)
    if newest is None:
        return True
    now_given = {line.proposal.id: line.amount for line in draft.lines}
    return now_given != {award.proposal_id: award.amount for award in newest.awards}


def latest(session: Session, *, voting_round: VotingRound) -> Publication | None:
    query = select(Publication).where(Publication.round_id == voting_round.id)
    return session.scalars(query.order_by(Publication.version.desc()).limit(1)).first()


def reserve_order(session: Session, *, pot: Pot, tally: Tally) -> list[Proposal]:
    """Who comes next if an award is refused: the unfunded with points, by the order T."""
    proposals = _by_name(session, pot)
    funded = set(tally.awards)
    waiting = [one for one in tally.projects if one.project not in funded and one.points > 0]
    waiting = [one for one in waiting if one.project not in tally.withdrawn]
    waiting.sort(
        key=lambda one: (
            -one.points,
            -one.first_choices,
            one.cost,
            sha256(f"{tally.seed}{one.project}".encode()).digest(),
        )
    )
    return [proposals[one.project] for one in waiting if one.project in proposals]


def turnout(session: Session, *, voting_round: VotingRound) -> int:
    """How many people voted in at least one pot."""
    pots = [pot.id for pot in voting_round.pots]
    query = select(func.count(func.distinct(VoterMark.entry_id))).where(VoterMark.pot_id.in_(pots))
    return session.scalar(query) or 0


def _by_name(session: Session, pot: Pot) -> dict[str, Proposal]:
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status.in_(("shortlisted", "struck")))
    return {elections.project_id(one): one for one in session.scalars(query)}


def _counted_lines(session: Session, voting_round: VotingRound, tallies: dict[int, Tally]) -> list[Line]:
    lines = []
    for pot in voting_round.pots:
        proposals = _by_name(session, pot)
        lines += [
            Line(proposal=proposals[award.project], amount=award.amount)
            for award in tallies[pot.id].allocation
        ]
    return lines


def _corrected_lines(session: Session, voting_round: VotingRound, tallies: dict[int, Tally]) -> list[Line]:
    """The newest awards without the refused ones; freed money goes down each pot's reserve order."""
    newest = latest(session, voting_round=voting_round)
    assert newest is not None
    gone = _ever_refused(session, voting_round)
    lines = []
    for pot in voting_round.pots:
        standing = [award for award in newest.awards if award.proposal.pot_id == pot.id]
        kept = [
            Line(proposal=award.proposal, amount=award.amount, status=award.status)
            for award in standing
            if award.proposal_id not in gone
        ]
        left = pot.budget - sum(line.amount for line in kept)
        if len(kept) < len(standing):
            taken = gone | {line.proposal.id for line in kept}
            kept += _from_reserve(session, pot, tallies[pot.id], left, taken)
        lines += kept
    return lines


def _from_reserve(session: Session, pot: Pot, tally: Tally, left: int, taken: set[int]) -> list[Line]:
    added = []
    for proposal in reserve_order(session, pot=pot, tally=tally):
        free = proposal.status == "shortlisted" and proposal.id not in taken
        if free and proposal.cost <= left:
            added.append(Line(proposal=proposal, amount=proposal.cost))
            left -= proposal.cost
    return added


def _ever_refused(session: Session, voting_round: VotingRound) -> set[int]:
    query = select(Award.proposal_id).where(Award.round_id == voting_round.id, Award.status == "refused")
    return set(session.scalars(query))


def _publish(
    session: Session,
    voting_round: VotingRound,
    present: Draft,
    first_officer_id: int,
    second_officer_id: int,
    now: datetime,
) -> Publication:
    publication = Publication(
        round_id=voting_round.id,
        version=present.version,
        reason=present.reason,
        published_at=now,
        first_officer_id=first_officer_id,
        second_officer_id=second_officer_id,
        turnout=turnout(session, voting_round=voting_round),
    )
    session.add(publication)
    session.flush()
    session.add_all(
        Award(
            round_id=voting_round.id,
            version=present.version,
            proposal_id=line.proposal.id,
            position=position,
            amount=line.amount,
            status=line.status,
        )
        for position, line in enumerate(present.lines, start=1)
    )
    if voting_round.published_at is None:
        voting_round.published_at = now
    rounds.note(
        session,
        deed="published",
        now=now,
        account_id=second_officer_id,
        round_id=voting_round.id,
        version=present.version,
    )
    session.flush()
    _tell_groups(session, voting_round, present, now)
    return publication


def _tell_groups(session: Session, voting_round: VotingRound, present: Draft, now: datetime) -> None:
    """Tell every group on the ballot what became of its proposal; once per version."""
    amounts = {line.proposal.id: line.amount for line in present.lines}
    query = select(Proposal).where(
        Proposal.round_id == voting_round.id, Proposal.status.in_(("shortlisted", "struck"))
    )
    for proposal in session.scalars(query):
        for member in proposal.group.members if proposal.group else ():
            account = member.account
            if account.email:
                outbox.enqueue(
                    session,
                    template="result",
                    recipient=account.email,
                    language=account.language,
                    parameters={
                        "title": proposal.title,
                        "round": voting_round.title,
                        "slug": voting_round.slug,
                        "number": proposal.number,
                        "amount": amounts.get(proposal.id, 0),
                        "currency": voting_round.currency,
                        "minor_units": voting_round.minor_units,
                        "correction": present.reason,
                    },
                    now=now,
                    once_key=f"result:{proposal.id}:{present.version}:{account.id}",
                )
