"""Codes in letters: of no use before a second officer releases them."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import AccessCode, RegisterEntry, VotingRound
from pbvote.services import access_codes, register
from pbvote.services.access_codes import Recipient
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import NotFound, Refusal
from tests.factories import make_account, make_entry, make_round, make_ward

HOMES = 'address,postcode\n1 Mill Lane,NB1 4QT\n"2 Mill Lane, Brookside",nb14qt\n'


class Post:
    """A round with one ward, two officers and shorthand for its letters."""

    def __init__(self, session: Session, keyring: Keyring, now: datetime) -> None:
        self.session, self.keyring, self.now = session, keyring, now
        self.ward = make_ward(session, postcodes=("NB1 4QT",))
        self.round: VotingRound = make_round(session, now=now)
        self.round.wards = [self.ward]
        self.officers = [make_account(session, now=now).id for _ in range(2)]

    def make(self, text: str = HOMES, batch: str = "May") -> list[access_codes.Letter]:
        found = access_codes.addresses(self.session, voting_round=self.round, text=text)
        return access_codes.make(
            self.session,
            voting_round=self.round,
            batch=batch,
            recipients=found,
            officer_id=self.officers[0],
            keyring=self.keyring,
            now=self.now,
        )

    def release(self, officer: int, batch: str = "May") -> None:
        access_codes.release(
            self.session,
            voting_round=self.round,
            batch=batch,
            officer_id=self.officers[officer],
            now=self.now,
        )

    def revoke(self) -> None:
        access_codes.revoke(
            self.session, voting_round=self.round, batch="May", officer_id=self.officers[0], now=self.now
        )

    def enter(self, code: str) -> RegisterEntry:
        return register.enter_by_code(
            self.session,
            voting_round=self.round,
            code=code,
            keyring=self.keyring,
            language="en",
            now=self.now,
        )


@pytest.fixture
def post(session: Session, keyring: Keyring, now: datetime) -> Post:
    return Post(session, keyring, now)


def test_letters_go_to_every_address_of_the_file(post: Post) -> None:
    letters = post.make()
    assert [letter.lines for letter in letters] == [
        ("1 Mill Lane", "NB1 4QT"),
        ("2 Mill Lane", "Brookside", "NB1 4QT"),
    ]
    assert len({letter.code for letter in letters}) == 2


@pytest.mark.both_databases
def test_a_code_works_only_after_a_second_officer_released_it(post: Post) -> None:
    letter = post.make()[0]
    with pytest.raises(Refusal, match="access-code-wrong"):
        post.enter(letter.code)
    with pytest.raises(Refusal, match="letters-own"):
        post.release(0)
    post.release(1)
    entry = post.enter(letter.code.lower())
    assert (entry.status, entry.ward_id) == ("confirmed", post.ward.id)
    assert post.enter(letter.code).id == entry.id, "the same letter is the same voter"


def test_the_code_itself_is_stored_nowhere(post: Post) -> None:
    letter = post.make()[0]
    for row in post.session.scalars(select(AccessCode)):
        assert letter.code.encode() not in row.code_hash
        assert letter.code not in row.batch


@pytest.mark.both_databases
def test_codes_taken_back_let_nobody_new_in_and_nobody_out(post: Post) -> None:
    used, unused = post.make()
    post.release(1)
    entry = post.enter(used.code)
    post.revoke()
    assert post.enter(used.code).id == entry.id
    with pytest.raises(Refusal, match="access-code-wrong"):
        post.enter(unused.code)
    with pytest.raises(Refusal, match="letters-revoked"):
        post.release(1)


def test_a_batch_says_how_many_of_its_codes_were_used(post: Post) -> None:
    letters = post.make()
    post.release(1)
    post.enter(letters[0].code)
    (batch,) = access_codes.batches(post.session, voting_round=post.round)
    assert (batch.codes, batch.used, batch.released, batch.revoked) == (2, 1, True, False)


def test_people_of_the_register_get_a_code_to_their_own_place(post: Post) -> None:
    entry = make_entry(
        post.session, voting_round=post.round, now=post.now, ward=post.ward, channel="list", postcode="NB14QT"
    )
    found = access_codes.registered(post.session, voting_round=post.round)
    (letter,) = access_codes.make(
        post.session,
        voting_round=post.round,
        batch="Register",
        recipients=found,
        officer_id=post.officers[0],
        keyring=post.keyring,
        now=post.now,
    )
    post.release(1, batch="Register")
    assert post.enter(letter.code).id == entry.id
    assert access_codes.registered(post.session, voting_round=post.round) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("street,postcode\n1 Mill Lane,NB1 4QT\n", "letters-columns"),
        ("address,postcode\n1 Mill Lane,ZZ1 1ZZ\n", "list-lines"),
        ("address,postcode\n,NB1 4QT\n", "list-lines"),
        ("address,postcode\n", "letters-none"),
    ],
)
def test_a_file_that_does_not_fit_makes_no_letters(post: Post, text: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        post.make(text)
    assert post.session.scalars(select(AccessCode)).all() == []


def test_two_batches_do_not_share_a_name(post: Post) -> None:
    post.make()
    with pytest.raises(Refusal, match="letters-name-taken"):
        post.make()


def test_one_batch_holds_at_most_five_hundred_letters(post: Post) -> None:
    many = [Recipient(lines=("Mill Lane",), ward_id=post.ward.id)] * (access_codes.MOST_LETTERS + 1)
    with pytest.raises(Refusal, match="letters-too-many"):
        access_codes.make(
            post.session,
            voting_round=post.round,
            batch="May",
            recipients=many,
            officer_id=post.officers[0],
            keyring=post.keyring,
            now=post.now,
        )


def test_a_batch_that_is_not_there_cannot_be_released(post: Post) -> None:
    with pytest.raises(NotFound):
        post.release(1, batch="June")
