"""What follows a result: groups take or refuse their grant, and report on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Account, Award, AwardReport, GroupMember, Proposal, Publication, VotingRound
from pbvote.services import accounts, group_messages, rounds, uploads
from pbvote.services.proposals import record
from pbvote.services.refusal import NotFound, Refusal

SAME_REPORT = timedelta(minutes=10)


def current_version(session: Session, *, round_id: int) -> int | None:
    """The newest published version of a round's result."""
    return session.scalar(select(func.max(Publication.version)).where(Publication.round_id == round_id))


def of_proposal(session: Session, *, proposal: Proposal) -> Award | None:
    """The proposal's grant in the newest version of the result."""
    version = current_version(session, round_id=proposal.round_id)
    query = select(Award).where(Award.proposal_id == proposal.id, Award.version == version)
    return session.scalar(query)


def of_round(session: Session, *, voting_round: VotingRound) -> list[Award]:
    """The grants of the newest version, in the order they were funded, with their reports."""
    version = current_version(session, round_id=voting_round.id)
    query = (
        select(Award)
        .where(Award.round_id == voting_round.id, Award.version == version)
        .order_by(Award.position)
        .options(
            selectinload(Award.reports).selectinload(AwardReport.pictures),
            selectinload(Award.proposal).selectinload(Proposal.group),
        )
    )
    return list(session.scalars(query))


@dataclass(frozen=True)
class Standing:
    """What became of a round's grants so far; money in minor units."""

    awards: list[Award]

    @property
    def awarded(self) -> int:
        """What was awarded and not turned down."""
        return sum(award.amount for award in self.awards if award.status != "refused")

    @property
    def spent(self) -> int:
        return sum(spent(award) for award in self.awards)

    def count(self, status: str) -> int:
        return sum(award.status == status for award in self.awards)


def standing(session: Session, *, voting_round: VotingRound) -> Standing:
    return Standing(of_round(session, voting_round=voting_round))


def find_in_round(session: Session, *, voting_round: VotingRound, award_id: int) -> Award:
    """A grant of this round, for the council's people."""
    award = session.get(Award, award_id)
    if award is None or award.round_id != voting_round.id:
        raise NotFound("award-not-found")
    return award


def find(session: Session, *, award_id: int, account: Account) -> Award:
    """A grant of one of the account's groups; for everybody else it is not there."""
    award = session.get(Award, award_id)
    if award is None or award.proposal.group_id is None:
        raise NotFound("award-not-found")
    if session.get(GroupMember, (award.proposal.group_id, account.id)) is None:
        raise NotFound("award-not-found")
    return award


def answer(session: Session, *, award: Award, accept: bool, account: Account, now: datetime) -> None:
    """Take the grant or refuse it; said once, and only of the result that stands."""
    session.refresh(award, with_for_update=True)
    wanted = "accepted" if accept else "refused"
    if award.status == wanted:
        return
    if award.status != "offered":
        raise Refusal("award-answered-already")
    if award.version != current_version(session, round_id=award.round_id):
        raise Refusal("award-replaced")
    award.status, award.answered_at = wanted, now
    kind = f"award-{wanted}"
    record(session, proposal=award.proposal, kind=kind, account=account, now=now)
    if not accept:
        group_messages.tell_officers(
            session,
            officers=accounts.officers(session),
            proposal=award.proposal,
            template="award_refused",
            occasion=str(award.id),
            now=now,
        )
    rounds.note(
        session,
        deed=kind,
        now=now,
        account_id=account.id,
        round_id=award.round_id,
        number=award.proposal.number,
    )
    session.flush()


def spent(award: Award) -> int:
    """Minor units of the grant that the group reported as spent so far."""
    return sum(report.spent or 0 for report in award.reports)


def report(
    session: Session,
    *,
    award: Award,
    text: str,
    amount: int | None,
    finished: bool,
    account: Account,
    now: datetime,
) -> AwardReport:
    """Tell how the project goes; the same report sent twice is kept once."""
    session.refresh(award, with_for_update=True)
    for earlier in award.reports:
        fresh = now - earlier.reported_at < SAME_REPORT
        if fresh and (earlier.text, earlier.spent) == (text, amount):
            return earlier
    if award.status not in ("accepted", "delivered"):
        raise Refusal("award-not-accepted")
    left = award.amount - spent(award)
    if amount is not None and amount > left:
        voting_round = award.proposal.voting_round
        raise Refusal(
            "spent-too-much",
            field="spent",
            amount=left,
            currency=voting_round.currency,
            minor_units=voting_round.minor_units,
        )
    made = AwardReport(award_id=award.id, text=text, spent=amount, reported_at=now, reported_by_id=account.id)
    award.reports.append(made)
    if finished:
        award.status = "delivered"
    session.flush()
    return made


def add_picture(
    session: Session,
    *,
    award: Award,
    report: AwardReport,
    data: bytes,
    filename: str,
    alt: str,
    account: Account,
    folder: Path,
    now: datetime,
) -> None:
    """Add a picture to a report."""
    uploads.keep_picture(
        session,
        proposal=award.proposal,
        data=data,
        filename=filename,
        alt=alt,
        account=account,
        folder=folder,
        now=now,
        report=report,
    )
    session.expire(report, ["pictures"])
