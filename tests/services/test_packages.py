"""The package of a real round: cast, closed, opened, counted by the product, checked by the public file."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from pbvote.box import merkle, verify
from pbvote.models import Proposal
from pbvote.services import board, counting, packages, publishing, receipts, voting
from pbvote.services.refusal import Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session, now, tmp_path):
    return ReadyRound(session, now=now, folder=tmp_path / "keys", proposals=8, budget=60_000_00)


def fill(box, voters=14):
    return [
        (entry, box.cast(entry, *[(place * 3 + step) % 8 for step in range(1 + place % 5)]))
        for place, entry in enumerate(box.voter() for _ in range(voters))
    ]


def finish(box):
    """Close, throw, open and count."""
    box.close()
    box.throw()
    box.open()
    counting.count_round(box.session, voting_round=box.round, officer_id=box.officers[0], now=box.now)


def publish(box, tmp_path, reason=""):
    """Two officers sign off."""
    for officer in box.officers[:2]:
        draft = publishing.draft(box.session, voting_round=box.round, reason=reason)
        publication = publishing.sign_off(
            box.session,
            voting_round=box.round,
            officer_id=officer,
            subject=draft.subject,
            reason=reason,
            key_folder=box.folder,
            package_folder=tmp_path / "packages",
            now=box.now,
        )
    return publication


def read(box, tmp_path, version=1):
    return packages.read(
        voting_round=box.round, pot=box.pot, version=version, package_folder=tmp_path / "packages"
    )


@pytest.mark.parametrize("rule", ["rank-equal-shares", "points-greedy"])
def test_the_public_file_counts_the_same_as_the_product(box, tmp_path, rule):
    box.round.rule = rule
    cast = fill(box)
    finish(box)
    publish(box, tmp_path)
    report = verify.check(read(box, tmp_path), full=True, receipts=[cast[3][1].receipt])
    assert any(text.startswith("Counted again") for text in report.checked)


@pytest.mark.parametrize(
    ("given", "stopped"),
    [
        ({"step": 1_00, "cap": 3}, "with the share raised 3 times"),
        ({"cap": 1}, "the published limit of raises is reached"),
        ({"step": 9_000_00}, "one raise more would cost more than the budget"),
    ],
)
def test_the_public_file_counts_with_the_step_and_the_cap_of_the_round(box, tmp_path, given, stopped):
    box.round.rule_parameters = given
    fill(box)
    finish(box)
    publish(box, tmp_path)
    report = verify.check(read(box, tmp_path), full=True)
    assert any(text.startswith("Counted again") and stopped in text for text in report.checked)


def test_the_package_is_the_same_byte_for_byte_when_built_again(box, tmp_path):
    fill(box)
    finish(box)
    publish(box, tmp_path)
    again = packages.build(box.session, voting_round=box.round, pot=box.pot, version=1, key_folder=box.folder)
    assert again == read(box, tmp_path)


def test_a_correction_stands_beside_the_first_result_and_is_checked_from_the_refusals(box, tmp_path):
    fill(box)
    finish(box)
    first = publish(box, tmp_path)
    before = read(box, tmp_path)
    assert first.package_sha256 == sha256(before).hexdigest()
    first.awards[0].status = "refused"
    box.session.flush()
    publish(box, tmp_path, reason="An award was refused")
    assert read(box, tmp_path) == before
    report = verify.check(read(box, tmp_path, version=2), full=True)
    assert any("money of refused awards" in text for text in report.checked)
    assert [row["version"] for row in packages.published(box.session, voting_round=box.round)] == [1, 2]
    assert board.last(box.session, round_id=box.round.id).kind == "correction"


def test_a_published_version_is_never_overwritten(box, tmp_path):
    fill(box)
    finish(box)
    publish(box, tmp_path)
    with pytest.raises(Refusal, match="result-published-already"):
        packages.publish(
            box.session,
            voting_round=box.round,
            version=1,
            key_folder=box.folder,
            package_folder=tmp_path / "packages",
            now=box.now,
        )


def test_a_pot_with_few_ballots_publishes_winners_only(box, tmp_path):
    fill(box, voters=9)
    finish(box)
    publish(box, tmp_path)
    files, _ = verify.read_archive(read(box, tmp_path))
    assert not {"ballots.jsonl", "rank-counts.json", "tally.json"} & set(files)


def test_rank_counts_are_published_without_ballots_or_salt(box, tmp_path):
    box.round.publication_level = "rank-counts"
    fill(box)
    finish(box)
    publish(box, tmp_path)
    files, _ = verify.read_archive(read(box, tmp_path))
    assert "ballots.jsonl" not in files
    assert b'"salt":null' in files["manifest.json"]


def test_ballots_are_published_without_ward_age_channel_day_or_order(box, tmp_path):
    fill(box)
    finish(box)
    publish(box, tmp_path)
    files, _ = verify.read_archive(read(box, tmp_path))
    lines = [verify.json.loads(line) for line in files["ballots.jsonl"].splitlines()]
    assert lines == sorted(lines)
    assert all(set(map(type, line)) == {int} for line in lines)


def test_a_withdrawn_proposal_is_struck_in_package_and_count(box, tmp_path):
    fill(box)
    proposal = box.session.scalars(select(Proposal).where(Proposal.number == box.numbers[2])).one()
    voting.strike(box.session, proposal=proposal, reason="Dissolved", officer_id=box.officers[0], now=box.now)
    finish(box)
    publish(box, tmp_path)
    assert verify.check(read(box, tmp_path), full=True)


def test_a_cost_changed_in_the_database_after_voting_opened_is_not_published(box, tmp_path):
    fill(box)
    finish(box)
    box.session.scalars(select(Proposal).where(Proposal.number == box.numbers[2])).one().cost += 1
    box.session.flush()
    with pytest.raises(Refusal, match="package-wrong"):
        publish(box, tmp_path)
    assert packages.published(box.session, voting_round=box.round) == []


class TestReceipts:
    def found(self, box, code):
        return receipts.look_up(box.session, voting_round=box.round, typed=code)

    def test_while_voting_is_open_a_receipt_says_in_the_box(self, box):
        (entry, cast), *_ = fill(box, 2)
        found = self.found(box, cast.receipt.lower())
        assert (found.status, found.receipt, found.proof) == ("in-the-box", cast.receipt, None)
        assert entry.id

    def test_a_replaced_ballots_receipt_says_replaced_and_by_which_row(self, box):
        (entry, first), *_ = fill(box, 2)
        second = box.cast(entry, 1)
        found = self.found(box, first.receipt)
        assert (found.status, found.later) == ("replaced", board.size(box.session, round_id=box.round.id))
        assert self.found(box, second.receipt).status == "in-the-box"

    def test_after_the_close_there_is_a_path_to_the_root_on_the_board(self, box):
        cast = fill(box)
        box.close()
        root = board.last(box.session, round_id=box.round.id).payload["pots"][0]["root"]
        for _, one in cast:
            proof = self.found(box, one.receipt).proof
            assert proof.root == root
            leaf = bytes.fromhex(self.found(box, one.receipt).digest)
            path = [bytes.fromhex(node) for node in proof.path]
            assert merkle.verify_path(leaf, proof.index, proof.size, path, bytes.fromhex(root))

    def test_an_unknown_receipt_is_not_found_and_a_mistyped_one_is_refused(self, box):
        fill(box, 2)
        assert self.found(box, "AAAA-AAAA-AAAA-AAAA-AAAA") is None
        with pytest.raises(Refusal, match="receipt-mistyped"):
            self.found(box, "AAAA")
