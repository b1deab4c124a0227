"""Opinions, decisions, appeals and the shortlist, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, OutboxMessage, Proposal, VotingRound
from pbvote.services import appeals, proposals, screening, shortlisting
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import NotAllowed, Refusal
from tests.factories import make_account, make_group, make_officer, make_proposal, make_round

pytestmark = pytest.mark.both_databases


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    return make_round(session, now=now, phase="screening")


@pytest.fixture
def alice(session: Session, now: datetime) -> Account:
    return make_account(session, now=now, email="alice@example.com", name="Alice")


@pytest.fixture
def proposal(session: Session, voting_round: VotingRound, alice: Account, now: datetime) -> Proposal:
    group = make_group(session, now=now, contact=alice)
    return make_proposal(session, voting_round=voting_round, group=group, now=now, status="submitted")


@pytest.fixture
def officers(session: Session, keyring: Keyring, now: datetime) -> list[Account]:
    return [make_officer(session, keyring=keyring, now=now) for _officer in range(3)]


def opinion(
    session: Session, proposal: Proposal, officer: Account, recommendation: str, now: datetime
) -> None:
    screening.assess(
        session,
        proposal=proposal,
        officer=officer,
        checklist=dict.fromkeys(screening.CHECKLIST, "yes"),
        recommendation=recommendation,
        note="Read with care.",
        now=now,
    )


def decide(session: Session, proposal: Proposal, officer: Account, decision: str, now: datetime) -> None:
    screening.decide(
        session, proposal=proposal, officer=officer, decision=decision, reason="Because.", now=now
    )


def decline(session: Session, proposal: Proposal, officers: list[Account], now: datetime) -> None:
    for officer in officers[:2]:
        opinion(session, proposal, officer, "decline", now)
    decide(session, proposal, officers[0], "decline", now)


def told(session: Session, template: str) -> list[str]:
    query = select(OutboxMessage.recipient).where(OutboxMessage.template == template)
    return sorted(session.scalars(query))


def refused(code: str) -> object:
    return pytest.raises(Refusal, match=f"^{code}$")


def test_one_opinion_and_a_decision_shortlist_a_proposal(session, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    decide(session, proposal, officers[0], "shortlist", now)
    assert proposal.status == "shortlisted"
    assert told(session, "proposal_shortlisted") == ["alice@example.com"]


def test_nobody_decides_without_an_opinion(session, proposal, officers, now) -> None:
    with refused("opinions-too-few"):
        decide(session, proposal, officers[0], "shortlist", now)
    assert proposal.status == "submitted"


def test_declining_takes_two_opinions(session, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "decline", now)
    with refused("opinions-too-few"):
        decide(session, proposal, officers[0], "decline", now)
    opinion(session, proposal, officers[1], "decline", now)
    decide(session, proposal, officers[0], "decline", now)
    assert (proposal.status, proposal.decision_reason) == ("declined", "Because.")
    assert told(session, "proposal_declined") == ["alice@example.com"]


def test_an_officer_who_was_asked_is_waited_for(session, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    screening.assign(session, proposal=proposal, officer_id=officers[1].id, by=officers[0], now=now)
    assert told(session, "assessment_asked") == [officers[1].email]
    with refused("opinions-missing"):
        decide(session, proposal, officers[0], "shortlist", now)


def test_opinions_that_differ_need_a_third(session, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    opinion(session, proposal, officers[1], "decline", now)
    for decision in ("shortlist", "decline"):
        with refused("opinions-differ"):
            decide(session, proposal, officers[0], decision, now)
    opinion(session, proposal, officers[2], "decline", now)
    with refused("opinions-say-otherwise"):
        decide(session, proposal, officers[0], "shortlist", now)
    decide(session, proposal, officers[0], "decline", now)
    assert proposal.status == "declined"


def test_an_administrator_decides_where_opinions_differ(session, proposal, officers, keyring, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    opinion(session, proposal, officers[1], "decline", now)
    lead = make_officer(session, keyring=keyring, now=now, roles=("administrator",))
    decide(session, proposal, lead, "shortlist", now)
    assert proposal.status == "shortlisted"


def test_a_conflict_of_interest_bars_every_deed(session, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    screening.declare_conflict(session, proposal=proposal, officer=officers[0], now=now)
    assert screening.opinions(session, proposal=proposal).given == 0
    with pytest.raises(NotAllowed, match="conflict-bars"):
        opinion(session, proposal, officers[0], "shortlist", now)
    with pytest.raises(NotAllowed, match="conflict-bars"):
        decide(session, proposal, officers[0], "shortlist", now)
    with pytest.raises(NotAllowed, match="conflict-bars"):
        screening.ask(
            session, proposal=proposal, officer=officers[0], text="?", answer_by=now + timedelta(1), now=now
        )


def ask(session: Session, proposal: Proposal, officer: Account, now: datetime, days: int = 3) -> None:
    answer_by = now + timedelta(days=days)
    screening.ask(
        session, proposal=proposal, officer=officer, text="Who owns the land?", answer_by=answer_by, now=now
    )


def test_a_question_opens_the_proposal_again_until_its_deadline(
    session, proposal, officers, alice, now
) -> None:
    ask(session, proposal, officers[0], now)
    assert proposal.status == "changes-asked"
    assert told(session, "proposal_question") == ["alice@example.com"]
    values = proposals.content(proposal, section="dates") | {"risks": "Rain"}
    proposals.save(
        session,
        proposal=proposal,
        section="dates",
        values=values,
        seen=proposal.version,
        account=alice,
        now=now,
    )
    late = now + timedelta(days=4)
    with refused("answer-too-late"):
        proposals.save(
            session,
            proposal=proposal,
            section="dates",
            values=values | {"risks": "Snow"},
            seen=proposal.version,
            account=alice,
            now=late,
        )
    assert proposal.risks == "Rain"


def test_the_same_question_twice_is_asked_once(session, proposal, officers, now) -> None:
    ask(session, proposal, officers[0], now)
    ask(session, proposal, officers[0], now)
    assert len(proposal.questions) == 1
    assert told(session, "proposal_question") == ["alice@example.com"]


def test_a_question_must_be_answered_before_voting_opens(session, proposal, officers, now) -> None:
    with refused("deadline-after-voting"):
        ask(session, proposal, officers[0], now, days=60)
    with refused("deadline-past"):
        ask(session, proposal, officers[0], now, days=-1)
    assert proposal.status == "submitted"


def test_a_group_is_not_declined_while_it_may_answer(session, proposal, officers, now) -> None:
    for officer in officers[:2]:
        opinion(session, proposal, officer, "decline", now)
    ask(session, proposal, officers[0], now)
    with refused("answer-still-due"):
        decide(session, proposal, officers[0], "decline", now)
    decide(session, proposal, officers[0], "decline", now + timedelta(days=4))
    assert proposal.status == "declined"


def test_two_proposals_become_one_and_both_groups_are_told(
    session, voting_round, proposal, officers, now
) -> None:
    bob = make_account(session, now=now, email="bob@example.com")
    group = make_group(session, now=now, contact=bob)
    other = make_proposal(session, voting_round=voting_round, group=group, now=now, status="submitted")
    screening.merge(
        session, proposal=proposal, into=other.number, officer=officers[0], reason="The same pond.", now=now
    )
    assert (proposal.status, proposal.merged_into_id) == ("merged", other.id)
    assert other.status == "submitted"
    assert told(session, "proposal_merged") == ["alice@example.com", "bob@example.com"]


def test_a_proposal_is_not_joined_to_itself_nor_to_another_round(session, proposal, officers, now) -> None:
    elsewhere = make_round(session, now=now, phase="screening")
    other = make_proposal(session, voting_round=elsewhere, now=now, status="submitted")
    for number in (proposal.number, other.number):
        with refused("merge-into-unknown"):
            screening.merge(
                session, proposal=proposal, into=number, officer=officers[0], reason="Same.", now=now
            )


def test_another_officer_decides_the_appeal(session, proposal, officers, alice, now) -> None:
    decline(session, proposal, officers, now)
    appeals.make(session, proposal=proposal, account=alice, text="You missed page 2.", now=now)
    with pytest.raises(NotAllowed, match="appeal-needs-another-officer"):
        appeals.decide(session, proposal=proposal, officer=officers[0], upheld=False, outcome="No.", now=now)
    appeals.decide(session, proposal=proposal, officer=officers[2], upheld=True, outcome="True.", now=now)
    assert (proposal.status, proposal.decision_reason) == ("shortlisted", "True.")
    assert told(session, "appeal_decided") == ["alice@example.com"]


def test_officers_who_may_decide_an_appeal_are_told_of_it(session, proposal, officers, alice, now) -> None:
    decline(session, proposal, officers, now)
    screening.declare_conflict(session, proposal=proposal, officer=officers[1], now=now)
    for _time in range(2):
        appeals.make(session, proposal=proposal, account=alice, text="You missed page 2.", now=now)
    assert told(session, "appeal_made") == [officers[2].email]


def test_every_officer_hears_of_an_appeal_that_none_of_them_may_decide(
    session, proposal, officers, alice, now
) -> None:
    decline(session, proposal, officers, now)
    for officer in officers[1:]:
        screening.declare_conflict(session, proposal=proposal, officer=officer, now=now)
    appeals.make(session, proposal=proposal, account=alice, text="You missed page 2.", now=now)
    assert told(session, "appeal_made") == sorted(str(one.email) for one in officers)


def test_officers_are_told_when_a_group_takes_back_what_it_sent(
    session, voting_round, proposal, officers, alice, now
) -> None:
    group = proposal.group
    draft = make_proposal(session, voting_round=voting_round, group=group, now=now, status="draft")
    for one in (draft, proposal, proposal):
        proposals.withdraw(session, proposal=one, account=alice, now=now)
    assert told(session, "proposal_withdrawn") == sorted(str(one.email) for one in officers)
    numbers = [
        message.parameters["number"]
        for message in session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == "proposal_withdrawn")
        )
    ]
    assert set(numbers) == {proposal.number}


def test_a_group_appeals_once(session, proposal, officers, alice, now) -> None:
    with refused("nothing-to-appeal"):
        appeals.make(session, proposal=proposal, account=alice, text="Why?", now=now)
    decline(session, proposal, officers, now)
    first = appeals.make(session, proposal=proposal, account=alice, text="Why?", now=now)
    assert appeals.make(session, proposal=proposal, account=alice, text="Why?", now=now) is first
    with refused("appeal-made-already"):
        appeals.make(session, proposal=proposal, account=alice, text="Again!", now=now)


def test_the_shortlist_waits_for_every_decision_and_appeal(
    session, voting_round, proposal, officers, alice, now
) -> None:
    make_proposal(session, voting_round=voting_round, now=now)
    with refused("proposals-undecided"):
        shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=now)
    decline(session, proposal, officers, now)
    appeals.make(session, proposal=proposal, account=alice, text="Why?", now=now)
    with refused("appeals-undecided"):
        shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=now)
    appeals.decide(session, proposal=proposal, officer=officers[2], upheld=False, outcome="No.", now=now)
    shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=now)
    assert voting_round.shortlist_published_at == now


def test_publishing_twice_tells_each_group_once(session, voting_round, proposal, officers, now) -> None:
    opinion(session, proposal, officers[0], "shortlist", now)
    decide(session, proposal, officers[0], "shortlist", now)
    for moment in (now, now + timedelta(hours=1)):
        shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=moment)
    assert voting_round.shortlist_published_at == now
    assert told(session, "shortlist_published") == ["alice@example.com"]
    assert proposals.on_ballot(session, pot=voting_round.pots[0]) == [proposal]


def test_a_shortlist_is_not_published_while_groups_may_send(session, officers, now) -> None:
    collecting = make_round(session, now=now, phase="collecting")
    make_proposal(session, voting_round=collecting, now=now)
    with refused("proposals-still-open"):
        shortlisting.publish(session, voting_round=collecting, officer=officers[0], now=now)


def test_an_empty_shortlist_is_not_published(session, voting_round, officers, now) -> None:
    with refused("shortlist-too-short"):
        shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=now)


def test_after_the_shortlist_nothing_is_decided_any_more(
    session, voting_round, proposal, officers, alice, now
) -> None:
    decline(session, proposal, officers, now)
    make_proposal(session, voting_round=voting_round, now=now)
    shortlisting.publish(session, voting_round=voting_round, officer=officers[0], now=now)
    with refused("appeal-too-late"):
        appeals.make(session, proposal=proposal, account=alice, text="Why?", now=now)


def test_a_proposal_is_struck_from_the_ballot_with_a_reason(session, officers, alice, now) -> None:
    voting = make_round(session, now=now, phase="voting")
    group = make_group(session, now=now, contact=alice)
    one = make_proposal(session, voting_round=voting, group=group, now=now)
    screening.strike(session, proposal=one, officer=officers[0], reason="The group ended.", now=now)
    assert (one.status, one.decision_reason) == ("struck", "The group ended.")
    assert proposals.on_ballot(session, pot=voting.pots[0]) == []
    assert told(session, "proposal_struck") == ["alice@example.com"]
    screening.strike(session, proposal=one, officer=officers[0], reason="Again.", now=now)
    assert one.decision_reason == "The group ended."


def test_nothing_is_struck_after_voting(session, officers, now) -> None:
    closed = make_round(session, now=now, phase="closed")
    one = make_proposal(session, voting_round=closed, now=now)
    with pytest.raises(Refusal):
        screening.strike(session, proposal=one, officer=officers[0], reason="Too late.", now=now)
    assert one.status == "shortlisted"


def test_the_list_is_narrowed_by_status_assessor_and_words(
    session, voting_round, proposal, officers, now
) -> None:
    other = make_proposal(
        session, voting_round=voting_round, now=now, status="shortlisted", title="A bench for Quay Road"
    )
    make_proposal(session, voting_round=voting_round, now=now, status="draft", title="A secret draft")
    screening.assign(session, proposal=proposal, officer_id=officers[1].id, by=officers[0], now=now)

    def found(**wanted: object) -> list[Proposal]:
        return screening.in_round(session, voting_round=voting_round, wanted=screening.Filter(**wanted))

    assert found() == [proposal, other]
    assert found(status="undecided") == [proposal]
    assert found(text="bench quay") == [other]
    assert found(assessor_id=officers[1].id) == [proposal]
    assert found(assessor_id=officers[2].id) == []
