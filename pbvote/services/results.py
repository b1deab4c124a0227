"""Reading a published result: what was funded, and how it came out for places and people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import (
    Award,
    Pot,
    Proposal,
    Publication,
    RegisterEntry,
    TallyRecord,
    Theme,
    VoterMark,
    VotingRound,
    Ward,
)
from pbvote.services import counting, elections, shortlist
from pbvote.services.refusal import NotFound
from pbvote.tally import Comparison, Explanation, Tally, compare, explain, steps_table
from pbvote.tally.explain import Row
from pbvote.tally.record import Standing

KINDS = ("funded", "part", "not", "withdrawn")
# A pot with fewer ballots publishes its winners only, for the rest could be guessed.
FEWEST_BALLOTS = 10
MOST_MEASURED = 32
_measured: dict[bytes, Comparison] = {}


@dataclass(frozen=True, kw_only=True)
class Line:
    """What became of one proposal. `award` in minor units; 0 if it gets nothing."""

    proposal: Proposal
    kind: str
    award: int
    tally: Tally | None

    @property
    def standing(self) -> Standing | None:
        """How the proposal stood in the count; None if it was not counted."""
        name = tally_id(self.proposal, self.tally) if self.tally else None
        return self.tally.standing(name) if self.tally and name else None

    @property
    def explanation(self) -> Explanation | None:
        """Why the count took it or not; None if it was not counted."""
        return explain(self.tally, self.standing.project) if self.tally and self.standing else None

    @property
    def reached(self) -> Fraction | None:
        """For a project not funded: the part of its cost that its supporters still held at the end."""
        if self.award or self.corrected or self.explanation is None:
            return None
        money = self.explanation.facts.get("money")
        return Fraction(money, self.proposal.cost) if isinstance(money, int) and self.proposal.cost else None

    @property
    def corrected(self) -> bool:
        """Whether a later version gave it otherwise than the count did, as when money came back."""
        counted = self.tally.awards.get(self.standing.project, 0) if self.tally and self.standing else 0
        return self.tally is not None and self.kind != "withdrawn" and counted != self.award


@dataclass(frozen=True, kw_only=True)
class PotResult:
    """One pot: lines in the order the count took them, then the rest, the nearest to its money first."""

    pot: Pot
    record: TallyRecord | None
    tally: Tally | None
    funded: list[Line]
    not_funded: list[Line]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One version of a round's result. Amounts in minor units."""

    version: int
    versions: list[Publication]
    published_at: datetime
    reason: str
    turnout: int
    pots: list[PotResult]

    @property
    def is_latest(self) -> bool:
        return self.version == self.versions[0].version

    @property
    def lines(self) -> list[Line]:
        return [line for pot in self.pots for line in (*pot.funded, *pot.not_funded)]

    @property
    def funded(self) -> list[Line]:
        return [line for pot in self.pots for line in pot.funded]

    @property
    def spent(self) -> int:
        return sum(line.award for line in self.funded)


def publications(session: Session, *, voting_round: VotingRound) -> list[Publication]:
    """Every version of the result, newest first; none before the publication."""
    if not voting_round.published_at:
        return []
    query = (
        select(Publication)
        .where(Publication.round_id == voting_round.id)
        .order_by(Publication.version.desc())
        .options(selectinload(Publication.awards))
    )
    return list(session.scalars(query))


def outcomes(session: Session, *, voting_round: VotingRound) -> dict[int, str]:
    """Proposal id → funded, part, not or withdrawn; empty before the publication."""
    versions = publications(session, voting_round=voting_round)
    if not versions:
        return {}
    awards = {award.proposal_id: award for award in versions[0].awards}
    proposals = shortlist.public(session, voting_round=voting_round)
    return {one.id: _kind(one, awards.get(one.id)) for one in proposals}


def given_out(session: Session, *, voting_round: VotingRound) -> int:
    """What the projects share by the latest version, in minor units; nothing before the publication."""
    versions = publications(session, voting_round=voting_round)
    return sum(award.amount for award in versions[0].awards) if versions else 0


def line(session: Session, *, proposal: Proposal) -> Line | None:
    """What became of this proposal by the latest version, or None before the publication."""
    versions = publications(session, voting_round=proposal.voting_round)
    if not versions:
        return None
    awards = {award.proposal_id: award for award in versions[0].awards}
    record = _record_of(session, pot_id=proposal.pot_id, version=versions[0].version)
    return _line(proposal, awards, read_tally(record.record) if record else None)


def read(session: Session, *, voting_round: VotingRound, version: int | None = None) -> Result:
    """One version of the result (the latest unless another is asked for), or NotFound."""
    versions = publications(session, voting_round=voting_round)
    chosen = next((one for one in versions if version in (None, one.version)), None)
    if chosen is None:
        raise NotFound("result-not-found")
    awards = {award.proposal_id: award for award in chosen.awards}
    proposals = shortlist.public(session, voting_round=voting_round)
    return Result(
        version=chosen.version,
        versions=versions,
        published_at=chosen.published_at,
        reason=chosen.reason,
        turnout=chosen.turnout,
        pots=[
            _pot(session, pot=pot, proposals=proposals, awards=awards, version=chosen.version)
            for pot in voting_round.pots
        ],
    )


def preview(session: Session, *, voting_round: VotingRound, amounts: Mapping[int, int]) -> list[PotResult]:
    """What a result not published yet would say; `amounts` are proposal id → minor units, in order."""
    awards = {
        proposal: Award(proposal_id=proposal, amount=amount, position=place)
        for place, (proposal, amount) in enumerate(amounts.items(), start=1)
    }
    proposals = shortlist.public(session, voting_round=voting_round)
    version = counting.next_version(session, voting_round=voting_round)
    return [
        _pot(session, pot=pot, proposals=proposals, awards=awards, version=version)
        for pot in voting_round.pots
    ]


def money_by_ward(lines: Iterable[Line]) -> dict[Ward | None, int]:
    """Awards by ward, split evenly over a project's wards; None is the whole borough."""
    money: Counter[Ward | None] = Counter()
    for one in lines:
        wards: list[Ward] = [] if one.proposal.borough_wide else list(one.proposal.wards)
        if not wards:
            money[None] += one.award
            continue
        each, over = divmod(one.award, len(wards))
        for place, ward in enumerate(wards):
            money[ward] += each + (place < over)
    return dict(money)


def money_by_theme(lines: Iterable[Line]) -> dict[Theme | None, int]:
    money: Counter[Theme | None] = Counter()
    for one in lines:
        money[one.proposal.theme] += one.award
    return dict(money)


def voters_by_ward(session: Session, *, voting_round: VotingRound) -> dict[int, int]:
    """Ward id → people who voted, as long as the marks are kept; each person once over all pots."""
    query = (
        select(RegisterEntry.ward_id, func.count(func.distinct(VoterMark.entry_id)))
        .join(VoterMark, VoterMark.entry_id == RegisterEntry.id)
        .where(RegisterEntry.round_id == voting_round.id, RegisterEntry.ward_id.is_not(None))
        .group_by(RegisterEntry.ward_id)
    )
    return {ward: count for ward, count in session.execute(query) if ward is not None}


def registered(session: Session, *, voting_round: VotingRound) -> int:
    """How many people could vote: confirmed entries of the register, as long as it is kept."""
    query = select(func.count()).where(
        RegisterEntry.round_id == voting_round.id, RegisterEntry.status == "confirmed"
    )
    return session.scalar(query) or 0


def fairness(session: Session, *, pot: PotResult) -> Comparison | None:
    """How fair the pot's outcome was, beside points-greedy on the same ballots; None for a small pot.

    Measured once for each count: what is published never changes.
    """
    record = pot.record
    if record is None or pot.tally is None or pot.tally.voters < FEWEST_BALLOTS:
        return None
    key = sha256(record.record).digest()
    if key not in _measured:
        other = read_tally(record.comparison or record.record)
        if len(_measured) >= MOST_MEASURED:
            _measured.pop(next(iter(_measured)))
        election = elections.of_pot(session, pot=pot.pot)
        _measured[key] = compare(election, pot.tally, other)
    return _measured[key]


def steps(result: Result) -> list[tuple[Pot, Tally, tuple[Row, ...]]]:
    """Every step of the count of each pot that is large enough to show it."""
    return [
        (pot.pot, pot.tally, steps_table(pot.tally))
        for pot in result.pots
        if pot.tally and pot.tally.voters >= FEWEST_BALLOTS
    ]


def tally_id(proposal: Proposal, tally: Tally) -> str | None:
    """The proposal's name in the tally: the file's own for an imported round, else p and its number."""
    name = elections.project_id(proposal)
    return name if any(standing.project == name for standing in tally.projects) else None


@lru_cache(maxsize=16)
def read_tally(record: bytes) -> Tally:
    """A stored tally; the same bytes are parsed once."""
    return Tally.from_json(record)


def _record_of(session: Session, *, pot_id: int, version: int) -> TallyRecord | None:
    """The pot's count that a version rests on: a correction may keep the older one."""
    return session.scalar(
        select(TallyRecord)
        .where(TallyRecord.pot_id == pot_id, TallyRecord.version <= version)
        .order_by(TallyRecord.version.desc())
        .limit(1)
    )


def _pot(
    session: Session,
    *,
    pot: Pot,
    proposals: Iterable[Proposal],
    awards: Mapping[int, Award],
    version: int,
) -> PotResult:
    record = _record_of(session, pot_id=pot.id, version=version)
    tally = read_tally(record.record) if record else None
    lines = [_line(one, awards, tally) for one in proposals if one.pot_id == pot.id]
    funded = [one for one in lines if one.award or one.kind in ("funded", "part")]
    rest = [one for one in lines if one not in funded]
    return PotResult(
        pot=pot,
        record=record,
        tally=tally,
        funded=sorted(funded, key=lambda one: awards[one.proposal.id].position),
        not_funded=sorted(
            rest,
            key=lambda one: (
                one.kind == "withdrawn",
                -(one.reached or 0),
                -(one.standing.points if one.standing else 0),
                one.proposal.number,
            ),
        ),
    )


def _line(proposal: Proposal, awards: Mapping[int, Award], tally: Tally | None) -> Line:
    award = awards.get(proposal.id)
    return Line(
        proposal=proposal, kind=_kind(proposal, award), award=award.amount if award else 0, tally=tally
    )


def _kind(proposal: Proposal, award: Award | None) -> str:
    if award is not None:
        return "part" if award.amount < proposal.cost else "funded"
    return "withdrawn" if proposal.status == "struck" else "not"
