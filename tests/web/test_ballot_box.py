"""The box on the pages: custody, ceremony, board, receipts, packages, retention."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from pbvote.box import merkle, verify
from pbvote.box.board import Checkpoint, checkpoint_holds
from pbvote.models import Account, Award, Envelope, Publication, RegisterEntry
from pbvote.services import ballots, board, keys, publishing
from tests.boxes import ReadyRound, quick_custody
from tests.factories import PASSWORD, make_officer
from tests.person import Person


@pytest.fixture
def people(app, session, keyring, now):
    made = {
        name: make_officer(session, keyring=keyring, now=now, roles=roles, email=f"{name}@northbank.example")
        for name, roles in {
            "asha": ("officer", "custodian"),
            "ben": ("officer", "custodian"),
            "cleo": ("custodian",),
        }.items()
    }
    known = {name: (account.email, account.id) for name, account in made.items()}
    session.commit()
    found = {}
    for name, (email, account_id) in known.items():
        found[name] = Person(app)
        found[name].sign_in_officer(email, PASSWORD)
        found[name].account_id = account_id
    return found


@pytest.fixture
def box(session, now, settings, monkeypatch):
    quick_custody(monkeypatch)
    session.rollback()
    box = ReadyRound(session, now=now, folder=settings.key_folder, slug="north", rehearsed=False)
    session.commit()
    return box


def fill(box, voters=12):
    box.session.rollback()  # the pages have written since
    receipts = [box.cast(box.voter(), place % 6, (place + 1) % 6).receipt for place in range(voters)]
    box.session.commit()
    return receipts


def officers_hold(box):
    box.session.rollback()
    box.round.custody = "officers"
    box.session.commit()


def collect(person):
    person.open("/officer/rounds/north/custody/mine")
    person.submit("passphrase")
    return re.search(r"\b[A-Z2-7]{4}(-[A-Z2-7]{4}){4}\b", person.text).group()


def type_both(person, action, people, passphrases, first, second):
    person.open("/officer/rounds/north/custody/mine")
    return person.submit(
        action,
        one=str(people[first].account_id),
        one_passphrase=passphrases[first],
        two=str(people[second].account_id),
        two_passphrase=passphrases[second],
    )


def make_shared_key(people):
    asha = people["asha"]
    asha.open("/officer/rounds/north/custody/")
    chosen = {field: str(people[name].account_id) for field, name in
              (("first", "asha"), ("second", "ben"), ("third", "cleo"))}  # fmt: skip
    asha.submit("key", **chosen)
    assert "The key has to be tried out" in asha.text
    passphrases = {name: collect(person) for name, person in people.items()}
    for first, second in (("asha", "ben"), ("asha", "cleo"), ("ben", "cleo")):
        type_both(people[second], "rehearsal", people, passphrases, first, second)
        assert "These two can open the box together" in people[second].text
    return passphrases


def proof_lines(person):
    (found,) = [one for one in person.tree.iter("dl") if one.get("class") == "pb-proof"]
    return list(zip(found.iter("dt"), found.iter("dd"), strict=True))


def end_voting(box):
    box.session.rollback()
    box.round.voting_closes_at = box.now - timedelta(minutes=1)
    box.session.commit()


def close_and_throw(people):
    people["asha"].open("/officer/rounds/north/ceremony/")
    people["asha"].submit("close")
    assert "The box is closed" in people["asha"].text
    for name in ("asha", "ben"):
        people[name].open("/officer/rounds/north/ceremony/")
        people[name].submit("seed", digits="0 4 1 7")
    assert "The dice stand on the board" in people["ben"].text


def test_three_key_holders_carry_a_round_from_its_key_to_its_open_box(people, box):
    officers_hold(box)
    passphrases = make_shared_key(people)
    fill(box)
    end_voting(box)
    close_and_throw(people)
    cleo = people["cleo"]
    type_both(cleo, "opening", people, {**passphrases, "ben": passphrases["cleo"]}, "ben", "cleo")
    assert cleo.status == 422
    assert "do not open the key" in cleo.text
    type_both(cleo, "opening", people, passphrases, "ben", "cleo")
    assert "All envelopes are accounted for" in cleo.text
    people["asha"].open("/officer/rounds/north/ceremony/")
    assert "How the box adds up" in people["asha"].text
    assert passphrases["ben"] not in cleo.page.get_data(as_text=True)


def test_officers_who_typed_different_digits_are_told_so_until_they_agree(people, box):
    officers_hold(box)
    make_shared_key(people)
    fill(box)
    end_voting(box)
    asha, ben = people["asha"], people["ben"]
    asha.open("/officer/rounds/north/ceremony/")
    asha.submit("close")
    (seal,) = ["".join(one.itertext()) for one in asha.tree.iter("code")]
    asha.submit("seed", digits="04179")
    assert "Noted. A second officer has to type the same digits." in asha.text
    ben.open("/officer/rounds/north/ceremony/")
    assert "Typed by: " in ben.text
    assert "04179" not in ben.text
    ben.submit("seed", digits="0417")
    assert "These are other digits than another officer typed" in ben.text
    asha.open("/officer/rounds/north/ceremony/")
    assert "Two officers have typed different digits" in asha.text
    asha.submit("seed", digits="0 4 1 7")
    assert "The dice stand on the board" in asha.text
    assert "different digits" not in asha.text
    assert seal in asha.text


def test_a_passphrase_is_shown_once(people, box):
    officers_hold(box)
    make_shared_key(people)
    ben = people["ben"]
    ben.open("/officer/rounds/north/custody/mine")
    assert "Your passphrase" not in ben.text
    ben.send("/officer/rounds/north/custody/mine/passphrase", [("csrf_token", ben.csrf())])
    assert ben.status == 409
    assert "shown once only" in ben.text


def test_the_same_key_holder_twice_is_said_beside_the_second_and_the_pairs_left_are_shown(people, box):
    officers_hold(box)
    asha = people["asha"]
    asha.open("/officer/rounds/north/custody/")
    asha.submit(
        "key", first=asha.account_id, second=people["ben"].account_id, third=people["cleo"].account_id
    )
    passphrases = {name: collect(person) for name, person in people.items()}
    type_both(asha, "rehearsal", people, passphrases, "asha", "asha")
    assert asha.status == 422
    assert "Choose two different key holders" in asha.text
    assert 'id="two-error"' in asha.page.get_data(as_text=True)
    type_both(asha, "rehearsal", people, passphrases, "asha", "cleo")
    assert asha.text.count("tried out") == 1
    assert asha.text.count("not yet") == 2


def test_a_mistyped_passphrase_is_said_beside_its_field_and_nothing_else_is_lost(people, box):
    officers_hold(box)
    passphrases = make_shared_key(people)
    wrong = {**passphrases, "cleo": "oops"}
    type_both(people["cleo"], "rehearsal", people, wrong, "asha", "cleo")
    assert people["cleo"].status == 422
    (error,) = [one for one in people["cleo"].tree.iter("p") if one.get("id") == "two_passphrase-error"]
    assert "slip" in "".join(error.itertext())


def test_with_the_key_on_the_server_two_officers_open_the_box_and_publish(people, box, session):
    asha, ben = people["asha"], people["ben"]
    asha.open("/officer/rounds/north/custody/")
    assert "It is weaker than three key holders" in asha.text
    asha.submit("key")
    receipts = fill(box)
    end_voting(box)
    close_and_throw(people)
    asha.open("/officer/rounds/north/ceremony/")
    asha.submit("opening")
    assert "A second officer has to agree" in asha.text
    asha.open("/officer/rounds/north/ceremony/")
    asha.submit("opening")
    assert "A second officer has to agree" in asha.text
    ben.open("/officer/rounds/north/ceremony/")
    ben.submit("opening")
    assert "All envelopes are accounted for" in ben.text
    ben.submit("count")
    for officer in (asha, ben):
        officer.open("/officer/rounds/north/publication")
        officer.submit(read="y")
    assert "The result is published" in ben.text
    stranger = Person(asha.app)
    stranger.open("/rounds/north/ballot-box/")
    assert "12 people marked as having voted = 12 envelopes = 12 opened + 0 spoilt" in stranger.text
    package = stranger.open("/rounds/north/ballot-box/packages/all/1.zip").data
    key = stranger.open("/rounds/north/ballot-box/checkpoint.json").json["key"]
    assert verify.check(package, key=key, receipts=receipts[:2], full=True)
    assert stranger.open("/rounds/north/ballot-box/verify.py").data.startswith(b'"""Check a published result')
    session.rollback()
    assert publishing.latest(session, voting_round=box.round).version == 1


def test_a_correction_is_signed_with_a_reason_that_the_second_officer_reads(people, box, session):
    box.prepare()
    box.session.commit()
    fill(box)
    box.close()
    box.throw()
    box.open()
    box.session.commit()
    asha, ben = people["asha"], people["ben"]
    page = "/officer/rounds/north/publication"
    asha.open("/officer/rounds/north/ceremony/")
    asha.submit("count")
    for officer in (asha, ben):
        officer.open(page)
        officer.submit(read="y")
    session.rollback()
    award = session.scalars(select(Award)).first()
    award.status = "refused"
    session.commit()
    asha.open(page)
    asha.submit(read="y")
    assert asha.status == 422
    assert "reason" in asha.text.lower()
    asha.submit(read="y", reason="Their hall burnt down.\r\nThey wrote to us.")
    assert "You have signed this result" in asha.text
    ben.open(page)
    assert "Their hall burnt down." in ben.text
    ben.submit(read="y")
    assert "The result is published" in ben.text
    session.rollback()
    assert session.scalars(select(Publication.version).order_by(Publication.version)).all() == [1, 2]


def test_the_box_is_not_closed_while_voting_runs(people, box):
    box.prepare()
    box.session.commit()
    asha = people["asha"]
    asha.open("/officer/rounds/north/ceremony/")
    asha.send("/officer/rounds/north/ceremony/close", [("csrf_token", asha.csrf())])
    assert asha.status == 422
    assert "Voting runs until" in asha.text


class TestForEverybody:
    @pytest.fixture
    def receipts(self, box):
        box.prepare()
        box.session.commit()
        return fill(box)

    def test_the_page_says_how_the_box_works_and_what_it_cannot_do(self, person, receipts):
        person.open("/rounds/north/ballot-box/")
        assert person.status == 200
        for words in ("like voting by post", "What this cannot do", "not made for elections to a council"):
            assert words in person.text

    def test_a_receipt_is_found_and_tells_nothing_about_the_vote(self, person, box, receipts):
        box.round.contact_email = "hello@north.example"
        box.session.commit()
        person.open("/rounds/north/receipts/")
        person.submit(receipt=receipts[3].lower())
        assert "this vote is in the ballot box" in person.text
        person.submit(receipt="AAAA AAAA AAAA AAAA AAAA")
        assert "No envelope has this receipt" in person.text
        assert "hello@north.example" in person.text
        person.submit(receipt="short")
        assert person.status == 422

    def test_a_replaced_receipt_says_so(self, person, box, receipts):
        entry_id = box.session.scalars(select(Envelope.entry_id).where(Envelope.receipt == receipts[0])).one()
        box.cast(box.session.get(RegisterEntry, entry_id), 3)
        box.session.commit()
        person.open("/rounds/north/receipts/")
        person.submit(receipt=receipts[0])
        assert "replaced by a newer one" in person.text

    def test_a_voided_receipt_says_so(self, person, box, receipts):
        entry_id = box.session.scalars(select(Envelope.entry_id).where(Envelope.receipt == receipts[0])).one()
        for officer in box.officers[:2]:
            ballots.void_ballot(
                box.session,
                voting_round=box.round,
                pot=box.pot,
                entry=box.session.get(RegisterEntry, entry_id),
                reason="Moved away",
                officer_id=officer,
                now=box.now,
            )
        box.session.commit()
        person.open("/rounds/north/receipts/")
        person.submit(receipt=receipts[0])
        assert "taken out of the ballot box" in person.text

    def test_after_the_close_the_page_shows_the_path_to_the_root_on_the_board(self, person, box, receipts):
        box.close()
        root = board.last(box.session, round_id=box.round.id).payload["pots"][0]["root"]
        box.session.commit()
        person.open("/rounds/north/receipts/")
        person.submit(receipt=receipts[5])
        facts = [(term.text, value.findtext("code") or value.text) for term, value in proof_lines(person)]
        nodes = [bytes.fromhex(value) for term, value in facts if term.startswith("Node")]
        shown = dict(facts)
        index, size = (int(number) for number in shown["Place"].split("/"))
        assert shown["Root"] == root
        leaf = bytes.fromhex(shown["Envelope"])
        assert merkle.verify_path(leaf, index, size, nodes, bytes.fromhex(root))

    def test_the_board_can_be_read_page_by_page_and_as_a_file(self, person, box, receipts):
        person.open("/rounds/north/ballot-box/board")
        assert "An envelope went in" in person.text
        lines = person.open("/rounds/north/ballot-box/board.jsonl").data
        assert len(verify._board({"board.jsonl": lines})) == board.size(box.session, round_id=box.round.id)

    def test_a_checkpoint_holds_under_the_key_on_the_board(self, person, box, receipts):
        told = person.open("/rounds/north/ballot-box/checkpoint.json").json
        point = Checkpoint(told["round"], told["size"], told["head"], told["key"], told["signature"])
        public = keys.of_round(box.session, round_id=box.round.id).signing_public_key
        assert checkpoint_holds(point, public=public)
        assert told["head"] == board.last(box.session, round_id=box.round.id).head

    def test_nothing_is_packaged_before_the_publication(self, person, receipts):
        assert person.open("/rounds/north/ballot-box/packages/all/1.zip").status_code == 404

    def test_a_round_without_a_key_has_an_empty_board(self, person, box):
        person.open("/rounds/north/ballot-box/board")
        assert "Nothing stands on the board yet" in person.text
        assert person.open("/rounds/north/ballot-box/").status_code == 200


def test_the_voters_own_receipt_can_be_saved_and_scanned(person, box, session):
    box.prepare()
    session.commit()
    person.sign_in("voter@example.com")
    session.rollback()
    entry = box.voter()
    entry.account_id = session.scalars(select(Account.id).where(Account.email == "voter@example.com")).one()
    code = box.cast(entry, 1).receipt
    session.commit()
    assert code in person.open("/rounds/north/receipts/mine/all.txt").get_data(as_text=True)
    assert b"<svg" in person.open("/rounds/north/receipts/mine/all.svg").data
    assert ballots.current_receipt(session, pot_id=box.pot.id, entry_id=entry.id) == code


def test_nothing_is_destroyed_before_its_date_and_then_the_page_says_what_went(people, box, session):
    box.prepare()
    session.commit()
    fill(box)
    box.close()
    box.throw()
    box.open()
    session.commit()
    asha = people["asha"]
    asha.open("/officer/rounds/north/ceremony/retention")
    assert "Nothing is due now" in asha.text
    session.rollback()
    box.round.counted_at = box.round.published_at = box.now - timedelta(days=40)
    session.commit()
    asha.open("/officer/rounds/north/ceremony/retention")
    session.rollback()
    asha.submit("retention")
    assert "What has been destroyed" in asha.text
    assert session.scalars(select(Envelope)).all() == []
