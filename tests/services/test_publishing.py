"""From the opened box to a published allocation, and on to its corrections."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage, TallyRecord
from pbvote.services import counting, publishing
from pbvote.services.refusal import Refusal
from pbvote.tally import Tally
from tests.boxes import ReadyRound
from tests.factories import make_account, make_group


@pytest.fixture
def ready(session: Session, now: datetime, tmp_path: Path) -> ReadyRound:
    """Six proposals of £9,000 to £14,000 and £40,000; five ballots in an opened box."""
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", budget=40_000_00)
    for ranking in ((0, 1), (0, 2), (1, 0), (2, 3), (0, 3, 4)):
        ready.cast(ready.voter(), *ranking)
    ready.close()
    ready.throw()
    ready.open()
    return ready


def sign(ready: ReadyRound, officer: int, reason: str = "") -> object:
    draft = publishing.draft(ready.session, voting_round=ready.round, reason=reason)
    return publishing.sign_off(
        ready.session,
        voting_round=ready.round,
        officer_id=ready.officers[officer],
        subject=draft.subject,
        reason=reason,
        key_folder=ready.folder,
        package_folder=ready.folder.parent / "packages",
        now=ready.now,
    )


def count(ready: ReadyRound) -> list[TallyRecord]:
    return counting.count_round(
        ready.session, voting_round=ready.round, officer_id=ready.officers[0], now=ready.now
    )


def test_a_box_that_is_still_shut_is_not_counted(session: Session, now: datetime, tmp_path: Path) -> None:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys")
    with pytest.raises(Refusal, match="box-not-opened"):
        count(ready)


@pytest.mark.both_databases
def test_counting_twice_before_publication_gives_the_same_record(ready: ReadyRound) -> None:
    first = [record.record for record in count(ready)]
    again = [record.record for record in count(ready)]
    assert first == again
    assert len(ready.session.scalars(select(TallyRecord)).all()) == 1


@pytest.mark.both_databases
def test_two_officers_publish_what_the_count_says(ready: ReadyRound) -> None:
    (record,) = count(ready)
    assert sign(ready, 0) is None
    assert ready.round.published_at is None
    publication = sign(ready, 1)
    tally = Tally.from_json(record.record)
    assert [award.amount for award in publication.awards] == [line.amount for line in tally.allocation]
    assert sum(award.amount for award in publication.awards) <= ready.pot.budget
    assert ready.round.published_at == ready.now
    assert publication.turnout == 5


def test_one_officer_who_signs_twice_publishes_nothing(ready: ReadyRound) -> None:
    count(ready)
    assert sign(ready, 0) is None
    assert sign(ready, 0) is None
    assert ready.round.published_at is None


def test_a_draft_that_changed_since_it_was_read_is_refused(ready: ReadyRound) -> None:
    count(ready)
    with pytest.raises(Refusal, match="draft-changed"):
        publishing.sign_off(
            ready.session,
            voting_round=ready.round,
            officer_id=ready.officers[0],
            subject="0" * 64,
            key_folder=ready.folder,
            package_folder=ready.folder.parent / "packages",
            now=ready.now,
        )


def test_nothing_is_published_before_the_count(ready: ReadyRound) -> None:
    with pytest.raises(Refusal, match="not-counted"):
        publishing.draft(ready.session, voting_round=ready.round)


def test_the_money_of_a_refused_award_goes_down_the_reserve_order_as_a_correction(
    ready: ReadyRound,
) -> None:
    count(ready)
    sign(ready, 0)
    first = sign(ready, 1)
    refused = first.awards[0]
    refused.status = "refused"
    ready.session.flush()
    with pytest.raises(Refusal, match="reason-missing"):
        sign(ready, 0)
    reason = "The group can no longer do the work."
    assert sign(ready, 0, reason) is None
    second = sign(ready, 2, reason)
    assert second.version == 2
    assert refused.proposal_id not in {award.proposal_id for award in second.awards}
    new = {award.proposal_id for award in second.awards} - {award.proposal_id for award in first.awards}
    assert new, "the reserve order had somebody who fits"
    assert sum(award.amount for award in second.awards) <= ready.pot.budget
    assert len(first.awards) == len({award.proposal_id for award in first.awards}), "the first version stands"


def test_a_correction_that_changes_nothing_is_refused(ready: ReadyRound) -> None:
    count(ready)
    sign(ready, 0)
    sign(ready, 1)
    with pytest.raises(Refusal, match="nothing-to-correct"):
        sign(ready, 0, "Just to be sure.")


def test_every_group_on_the_ballot_is_told_once(ready: ReadyRound, session: Session, now) -> None:
    contact = make_account(session, now=now, email="group@example.com")
    group = make_group(session, now=now, contact=contact)
    for proposal in publishing._by_name(session, ready.pot).values():
        proposal.group_id = group.id
    session.flush()
    session.expire_all()
    count(ready)
    sign(ready, 0)
    sign(ready, 1)
    query = select(OutboxMessage).where(OutboxMessage.template == "result")
    told = session.scalars(query).all()
    assert len(told) == 6
    assert {message.recipient for message in told} == {"group@example.com"}
