"""Officers check the register: doubts, lists, numbers."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage, RegisterEntry, VotingRound, Ward
from pbvote.services import register_review
from pbvote.services.refusal import NotFound, Refusal
from tests.factories import make_account, make_entry, make_round, make_ward

LIST = "Name,Postcode,Email\nAda Brook,NB1 4QT,Ada@example.com\nBen Okoro,nb14qt,\n"


@pytest.fixture
def ward(session: Session) -> Ward:
    return make_ward(session, name="Brookside", postcodes=("NB1 4QT",))


@pytest.fixture
def voting_round(session: Session, now: datetime, ward: Ward) -> VotingRound:
    made = make_round(session, now=now)
    made.wards = [ward]
    session.flush()
    return made


@pytest.fixture
def officers(session: Session, now: datetime) -> list[int]:
    return [make_account(session, now=now).id for _ in range(2)]


def bring_in(session: Session, voting_round: VotingRound, officer: int, now: datetime, text: str = LIST):
    rows = register_review.read_list(session, voting_round=voting_round, text=text)
    return register_review.bring_in(
        session, voting_round=voting_round, rows=rows, officer_id=officer, now=now
    )


def confirm(session: Session, voting_round: VotingRound, importer: int, officer: int, now, yes: bool = True):
    return register_review.confirm_lists(
        session, voting_round=voting_round, importer_id=importer, confirmed=yes, officer_id=officer, now=now
    )


@pytest.mark.both_databases
def test_a_list_lets_nobody_vote_before_a_second_officer_confirms(
    session, now, voting_round, officers
) -> None:
    brought = bring_in(session, voting_round, officers[0], now)
    assert (brought.entered, brought.known) == (2, 0)
    entries = session.scalars(select(RegisterEntry)).all()
    assert {entry.status for entry in entries} == {"pending"}
    with pytest.raises(Refusal, match="list-own"):
        confirm(session, voting_round, officers[0], officers[0], now)
    assert confirm(session, voting_round, officers[0], officers[1], now) == 2
    assert {entry.status for entry in entries} == {"confirmed"}
    assert {entry.ward.name for entry in entries} == {"Brookside"}


@pytest.mark.both_databases
def test_who_is_on_the_register_is_not_entered_again(session, now, voting_round, officers) -> None:
    bring_in(session, voting_round, officers[0], now)
    again = bring_in(session, voting_round, officers[1], now)
    assert (again.entered, again.known) == (0, 2)


def test_a_list_thrown_out_leaves_nobody(session, now, voting_round, officers) -> None:
    bring_in(session, voting_round, officers[0], now)
    confirm(session, voting_round, officers[0], officers[0], now, yes=False)
    assert session.scalars(select(RegisterEntry)).all() == []
    with pytest.raises(NotFound):
        confirm(session, voting_round, officers[0], officers[1], now)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("first,last\nAda,Brook\n", "list-columns"),
        ("name,postcode\n", "list-empty"),
        ("name,postcode\nAda Brook,ZZ1 1ZZ\n", "list-lines"),
        ("name,postcode\nAda Brook,nowhere\n", "list-lines"),
        ("name,postcode\n,NB1 4QT\n", "list-lines"),
        ("name,postcode,email\nAda Brook,NB1 4QT,ada-at-example\n", "list-lines"),
    ],
)
def test_a_file_with_a_wrong_line_is_refused_whole(session, voting_round, text: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        register_review.read_list(session, voting_round=voting_round, text=text)


def test_wrong_lines_are_named(session, voting_round) -> None:
    text = "name,postcode\nAda Brook,NB1 4QT\nBen,ZZ1 1ZZ\n\nCleo Marsh,x\n"
    with pytest.raises(Refusal) as refused:
        register_review.read_list(session, voting_round=voting_round, text=text)
    assert refused.value.parameters == {"number": 2, "lines": "3, 4"}


@pytest.mark.both_databases
def test_a_doubtful_entry_is_refused_with_a_reason_only_and_is_told(
    session, now, voting_round, officers, ward
) -> None:
    account = make_account(session, now=now, email="ada@example.com")
    entry = make_entry(
        session,
        voting_round=voting_round,
        now=now,
        account=account,
        status="pending",
        doubt="postcode-unknown",
    )
    deed = {"entry": entry, "confirmed": False, "ward_id": None, "officer_id": officers[0], "now": now}
    with pytest.raises(Refusal, match="reason-missing"):
        register_review.decide(session, reason=" ", **deed)
    register_review.decide(session, reason="You live in the next borough.", **deed)
    assert entry.status == "refused"
    (message,) = session.scalars(select(OutboxMessage)).all()
    assert message.recipient == "ada@example.com"
    assert message.parameters["reason"] == "You live in the next borough."


def test_nobody_is_confirmed_without_a_ward(session, now, voting_round, officers, ward) -> None:
    entry = make_entry(
        session, voting_round=voting_round, now=now, status="pending", doubt="postcode-unknown"
    )
    deed = {"entry": entry, "confirmed": True, "reason": "", "officer_id": officers[0], "now": now}
    with pytest.raises(Refusal, match="entry-ward-missing"):
        register_review.decide(session, ward_id=None, **deed)
    register_review.decide(session, ward_id=ward.id, **deed)
    assert (entry.status, entry.ward_id) == ("confirmed", ward.id)


@pytest.mark.both_databases
def test_people_are_found_by_parts_of_their_name_or_by_postcode(session, now, voting_round, ward) -> None:
    ada = make_entry(session, voting_round=voting_round, now=now, name="Ada Brook", postcode="NB14QT")
    make_entry(session, voting_round=voting_round, now=now, name="Ben Okoro", postcode="NB21AA")
    other = make_round(session, now=now)
    make_entry(session, voting_round=other, now=now, name="Ada Brook", postcode="NB14QT")

    def search(text: str) -> list[int]:
        return [one.id for one in register_review.search(session, voting_round=voting_round, text=text)]

    assert search("brook ad") == [ada.id]
    assert search("nb1 4") == [ada.id]
    assert search("100%") == []
    assert search("  ") == []


def test_an_entry_of_another_round_is_not_found(session, now, voting_round) -> None:
    stranger = make_entry(session, voting_round=make_round(session, now=now), now=now)
    with pytest.raises(NotFound):
        register_review.find(session, voting_round=voting_round, entry_id=stranger.id)


def test_entries_are_counted_by_ward_and_status(session, now, voting_round, ward) -> None:
    for status in ("confirmed", "confirmed", "pending"):
        make_entry(session, voting_round=voting_round, now=now, ward=ward, status=status)
    make_entry(session, voting_round=voting_round, now=now, status="refused")
    known, unknown = register_review.counts(session, voting_round=voting_round)
    assert (known.ward, known.statuses["confirmed"], known.statuses["pending"]) == (ward, 2, 1)
    assert (unknown.ward, unknown.statuses["refused"]) == (None, 1)
