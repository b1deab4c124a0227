"""Several people of a group press at the same moment, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from pbvote.models import Account, CommunityGroup, OutboxMessage, Proposal, ProposalEvent, VotingRound
from pbvote.models.database import begin_write
from pbvote.services import proposals
from pbvote.services.refusal import Refusal
from tests.factories import make_account, make_group, make_proposal, make_round

pytestmark = pytest.mark.both_databases
AT_ONCE = 6


def together(engine: Engine, deed: Callable[[Session, int], object]) -> list[object]:
    """Do the deed in as many transactions at once; what each gave, or the code of its refusal."""

    def one(place: int) -> object:
        with Session(engine) as session:
            begin_write(session)
            try:
                result = deed(session, place)
            except Refusal as refusal:
                return refusal.code
            session.commit()
            return result

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_starting_at_once_makes_one_draft(engine: Engine, session: Session, now: datetime) -> None:
    alice = make_account(session, now=now)
    group_id = make_group(session, now=now, contact=alice).id
    round_id = make_round(session, now=now, phase="collecting").id
    session.commit()

    def begin(own: Session, _place: int) -> int:
        voting_round, group = own.get(VotingRound, round_id), own.get(CommunityGroup, group_id)
        assert voting_round is not None
        assert group is not None
        return proposals.begin(own, voting_round=voting_round, group=group, now=now).number

    assert len(set(together(engine, begin))) == 1
    assert session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_groups_that_start_at_once_get_different_numbers(
    engine: Engine, session: Session, now: datetime
) -> None:
    ids = [
        make_group(session, now=now, contact=make_account(session, now=now)).id for _group in range(AT_ONCE)
    ]
    round_id = make_round(session, now=now, phase="collecting").id
    session.commit()

    def begin(own: Session, place: int) -> int:
        voting_round, group = own.get(VotingRound, round_id), own.get(CommunityGroup, ids[place])
        assert voting_round is not None
        assert group is not None
        return proposals.begin(own, voting_round=voting_round, group=group, now=now).number

    assert sorted(together(engine, begin)) == list(range(1, AT_ONCE + 1))


@pytest.fixture
def finished(session: Session, now: datetime) -> tuple[int, int]:
    """A proposal with nothing missing, and its contact person."""
    alice = make_account(session, now=now, email="alice@example.com")
    group = make_group(session, now=now, contact=alice, postcode="NB1 4QT")
    proposal = make_proposal(
        session,
        voting_round=make_round(session, now=now, phase="collecting"),
        group=group,
        now=now,
        status="draft",
        starts_on=now.date(),
        ends_on=now.date(),
        risks="Rain",
        borough_wide=True,
    )
    found = (proposal.id, alice.id)
    session.commit()
    return found


def own_pair(session: Session, ids: tuple[int, int]) -> tuple[Proposal, Account]:
    proposal, account = session.get(Proposal, ids[0]), session.get(Account, ids[1])
    assert proposal is not None
    assert account is not None
    return proposal, account


def test_sending_at_once_sends_once(
    engine: Engine, session: Session, finished: tuple[int, int], now: datetime
) -> None:
    def submit(own: Session, _place: int) -> None:
        proposal, account = own_pair(own, finished)
        proposals.submit(own, proposal=proposal, account=account, now=now)

    assert together(engine, submit) == [None] * AT_ONCE
    assert session.scalars(select(ProposalEvent.kind)).all() == ["submitted"]
    assert session.scalars(select(OutboxMessage.template)).all() == ["proposal_received"]


def test_of_many_who_write_one_part_at_once_one_is_saved_and_the_others_are_told(
    engine: Engine, session: Session, finished: tuple[int, int], now: datetime
) -> None:
    def write(own: Session, place: int) -> None:
        proposal, account = own_pair(own, finished)
        values = proposals.content(proposal, section="dates") | {"risks": f"Storm {place}"}
        proposals.save(
            own, proposal=proposal, section="dates", values=values, seen=1, account=account, now=now
        )

    said = together(engine, write)
    assert sorted(said, key=str) == [None] + ["section-changed"] * (AT_ONCE - 1)
    kept, _account = own_pair(session, finished)
    assert kept.risks == f"Storm {said.index(None)}"
    assert kept.version == 2
