import ast
import io
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbvote.box import board, package, verify
from pbvote.box.canonical import canonical, read_canonical
from tests.box.elections import (
    PUBLIC,
    SIGNING_KEY,
    BoxOfPaper,
    filled,
    packed,
    plain_count,
    plain_greedy,
    projects_of,
    tally_record,
)

BOX = filled()
PACKAGE = packed(BOX)
FILES, _ = verify.read_archive(PACKAGE)


def wrong(data, **options):
    with pytest.raises(verify.Wrong) as found:
        verify.check(data, **options)
    return found.value


def resigned(files, **changes):
    """The package of somebody who changes what they like and signs it all again with the council's key."""
    files = {**files, **changes}
    manifest = read_canonical(files["manifest.json"][:-1])
    for name in manifest["files"]:
        content = files[name]
        manifest["files"][name] = {
            "bytes": len(content),
            "sha256": verify.hashlib.sha256(content).hexdigest(),
        }
    return signed({**files, "manifest.json": canonical(manifest) + b"\n"})


def signed(files, key=SIGNING_KEY):
    signature = board.sign(key, package.FORMAT, files["manifest.json"])
    both = {"key": board.signing_public_key(key).hex(), "signature": signature.hex()}
    return package.write_zip({**files, "signature.json": canonical(both) + b"\n"})


def with_manifest(**changes):
    manifest = {**read_canonical(FILES["manifest.json"][:-1]), **changes}
    return signed({**FILES, "manifest.json": canonical(manifest) + b"\n"})


class TestAnHonestPackage:
    def test_is_found_right_and_says_what_was_checked(self):
        lines = []
        report = verify.check(PACKAGE, full=True, say=lines.append)
        assert len(lines) == len(report.checked) >= 12
        assert any("40 marks on the register = 40 envelopes = 40 opened + 0 spoilt" in line for line in lines)

    def test_says_what_was_not_compared_with_anything_older(self):
        unchecked = " ".join(verify.check(PACKAGE).unchecked)
        assert "signing key was not compared with anything older" in unchecked
        assert "board was not compared with anything older" in unchecked
        assert "--full" in unchecked
        assert "custodians" in unchecked

    def test_fits_the_key_a_head_and_a_receipt_brought_from_outside(self):
        cast = BoxOfPaper(budget=900, projects=BOX.projects)
        code = [cast.cast(entry, [1 + entry % 5]) for entry in range(12)][3]
        noted = cast.rows[-1].head
        cast.close_and_open()
        report = verify.check(packed(cast), key=PUBLIC.hex().upper(), head=noted, receipts=[code.lower()])
        text = " ".join(report.checked)
        assert "signed with the key you brought" in text
        assert f"contains the head you brought, at row {cast.rows[13].seq}" in text
        assert "was in the box at the close" in text

    def test_tells_a_replaced_and_a_voided_envelope_from_one_in_the_box(self):
        box = BoxOfPaper(budget=900, projects=BOX.projects)
        first = box.cast(0, [1])
        voided = box.cast(50, [2])
        for entry in range(12):
            box.cast(entry, [3])
        box.void(50)
        box.close_and_open()
        text = " ".join(verify.check(packed(box), receipts=[first, voided]).checked)
        assert f"{first}: its envelope was replaced" in text
        assert f"{voided}: its envelope was voided" in text

    def test_is_the_same_byte_for_byte_whatever_the_order_of_its_parts(self):
        shuffled = BOX.result(plain_count(BOX), rankings=BOX.rankings[::-1], projects=BOX.projects[::-1])
        assert package.build(shuffled, signing_key=SIGNING_KEY) == PACKAGE
        assert verify.canonical_archive(FILES) == PACKAGE

    def test_spoilt_envelopes_are_counted_in_the_sum(self):
        box = BoxOfPaper(budget=900, projects=BOX.projects)
        for entry in range(12):
            box.cast(entry, [1, 2])
        box.inside[4] = box.inside[
            5
        ]  # an envelope in another's place; its digest is on the board all the same
        box.rows = [row for row in box.rows if row.seq <= 2]
        for entry in box.inside:
            digest = verify.hashlib.sha256(b"pbvote-receipt" + box.inside[entry] + bytes([entry])).hexdigest()
            box.write("cast", pot=1, envelope=digest)
        box.digests = lambda: sorted(
            bytes.fromhex(r.payload["envelope"]) for r in box.rows if r.kind == "cast"
        )
        box.close_and_open()
        assert box.spoilt == {"does-not-open": 1}
        text = " ".join(verify.check(packed(box)).checked)
        assert "12 envelopes = 11 opened + 1 spoilt" in text

    @pytest.mark.parametrize("level", ["rank-counts", "winners"])
    def test_without_ballots_says_that_it_was_not_counted_again(self, level):
        report = verify.check(packed(BOX, level=level))
        assert any("count itself was not done again" in text for text in report.unchecked)

    def test_by_points_is_counted_again_from_the_table_of_ranks(self):
        box = filled(rule="points-greedy")
        report = verify.check(packed(box, level="rank-counts"))
        assert "Counted again by points." in report.checked

    def test_of_a_rule_it_does_not_know_says_so(self):
        box = filled(rule="phragmen")
        report = verify.check(packed(box, outcome=([], None, None)))
        assert any("does not know the rule" in text for text in report.unchecked)


class TestTampering:
    def test_any_changed_byte_is_found_and_its_place_named(self):
        dice = random.Random(20261124)
        for _ in range(1_000):
            at = dice.randrange(len(PACKAGE))
            changed = PACKAGE[:at] + bytes([PACKAGE[at] ^ dice.randint(1, 255)]) + PACKAGE[at + 1 :]
            with pytest.raises((verify.Wrong, verify.Unreadable)) as found:
                verify.check(changed)
            assert str(found.value)

    @given(st.data())
    def test_a_changed_byte_in_a_ballot_or_the_board_is_named_by_its_line(self, data):
        name = data.draw(st.sampled_from(["board.jsonl", "ballots.jsonl", "ballots.sums", "envelopes.txt"]))
        at = data.draw(st.integers(0, len(FILES[name]) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (10, FILES[name][at])))
        changed = FILES[name][:at] + bytes([byte]) + FILES[name][at + 1 :]
        line = FILES[name][:at].count(b"\n") + 1
        if FILES[name][at : at + 1] != b"\n":
            assert wrong(package.write_zip({**FILES, name: changed})).place == f"{name} line {line}"

    @given(st.integers(0, len(PACKAGE) - 1))
    def test_a_truncated_package_is_refused(self, length):
        with pytest.raises((verify.Wrong, verify.Unreadable)):
            verify.check(PACKAGE[:length])

    @pytest.mark.parametrize("tail", [b"\0", b"PK", PACKAGE[-22:], PACKAGE])
    def test_bytes_after_the_end_are_refused(self, tail):
        assert "differs from its one right form" in str(wrong(PACKAGE + tail))

    @pytest.mark.parametrize("name", ["board.jsonl", "ballots.jsonl", "envelopes.txt"])
    def test_reordered_lines_are_refused_even_when_signed_again(self, name):
        lines = FILES[name].splitlines(keepends=True)
        other = next(i for i in range(1, len(lines)) if lines[i] != lines[0])
        lines[0], lines[other] = lines[other], lines[0]
        error = wrong(resigned(FILES, **{name: b"".join(lines)}))
        assert error.place.startswith(name) or error.place.startswith("ballots")

    @pytest.mark.parametrize("name", ["board.jsonl", "ballots.jsonl", "envelopes.txt", "ballots.sums"])
    @pytest.mark.parametrize("edit", ["drop", "double"])
    def test_a_dropped_or_doubled_line_is_refused_even_when_signed_again(self, name, edit):
        lines = FILES[name].splitlines(keepends=True)
        lines[3:4] = [] if edit == "drop" else [lines[3], lines[3]]
        wrong(resigned(FILES, **{name: b"".join(lines)}))

    def test_swapped_files_are_refused(self):
        swapped = {**FILES, "ballots.jsonl": FILES["envelopes.txt"], "envelopes.txt": FILES["ballots.jsonl"]}
        wrong(package.write_zip(swapped))
        wrong(resigned(swapped))

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_a_missing_file_is_refused(self, name):
        files = {other: content for other, content in FILES.items() if other != name}
        assert "missing" in str(wrong(package.write_zip(files)))

    def test_a_package_signed_with_another_key_needs_the_real_key_to_be_found(self):
        stranger = bytes(32)
        public = board.signing_public_key(stranger).hex()
        manifest = read_canonical(FILES["manifest.json"][:-1])
        manifest["keys"]["signing"] = public
        forged = signed({**FILES, "manifest.json": canonical(manifest) + b"\n"}, stranger)
        assert "other keys than the board" in str(wrong(forged))
        assert "not with the one you brought" in str(wrong(forged, key=PUBLIC.hex()))

    def test_a_board_rewritten_from_the_start_is_found_by_an_older_head(self):
        noted = BOX.rows[10].head
        rewritten = filled(seed=2)
        assert verify.check(packed(rewritten))
        assert "not the board you saw" in str(wrong(packed(rewritten), head=noted))

    def test_a_receipt_that_is_not_on_the_board_is_said_to_be_missing(self):
        error = wrong(PACKAGE, receipts=["AAAA-BBBB-CCCC-DDDD-EEEE"])
        assert "no envelope with the receipt" in error.reason


class TestZipTricks:
    def archive(self, names, compress=0):

        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in names:
                info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, compress
                archive.writestr(info, content)
        return buffer.getvalue()

    @pytest.mark.parametrize("name", ["../evil.py", "/etc/passwd", "a/../../b", "C:\\evil", "..\\evil"])
    def test_a_name_that_leads_out_of_the_folder_is_refused(self, name):
        error = wrong(self.archive([(name, b"x"), *FILES.items()]))
        assert "outside its folder" in error.reason

    def test_a_file_that_does_not_belong_is_refused(self):
        assert "does not belong" in str(wrong(self.archive([("README.txt", b"x"), *FILES.items()])))

    @pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
    def test_a_file_twice_is_refused(self):
        items = list(FILES.items())
        assert "twice" in str(wrong(self.archive([*items, items[-1]])))

    def test_files_in_another_order_are_refused(self):
        assert "not in its place" in str(wrong(self.archive(list(FILES.items())[::-1])))

    def test_a_compressed_bomb_is_refused_before_it_is_unpacked(self):
        bomb = self.archive([("manifest.json", b"\0" * 50_000_000)], compress=8)
        assert len(bomb) < 100_000
        assert "is compressed" in str(wrong(bomb))

    def test_a_file_that_claims_to_be_huge_is_refused(self):
        at = PACKAGE.index(b"PK\x03\x04") + 18
        claimed = PACKAGE[:at] + b"\xff\xff\xff\x7f" * 2 + PACKAGE[at + 8 :]
        assert "the package ends before" in str(wrong(claimed))

    def test_what_is_no_zip_at_all_cannot_be_read(self, tmp_path):
        for number, content in enumerate([b"", b"hello", b"PK\x05\x06" + bytes(18)]):
            file = tmp_path / f"{number}.zip"
            file.write_bytes(content)
            assert verify.main([str(file)], lambda line: None) == 2
        assert verify.main([str(tmp_path / "nothing.zip")], lambda line: None) == 2


class TestForgedResults:
    """Forgeries by somebody who holds the council's signing key: only the contents can betray them."""

    def forged(self, **changes):
        result = {**read_canonical(FILES["result.json"][:-1]), **changes}
        rule = read_canonical(FILES["manifest.json"][:-1])["rule"]
        record = tally_record(rule, result["counted"], result["raises"], result["stopped"]) + b"\n"
        content = canonical(result) + b"\n"
        return resigned(FILES, **{"result.json": content, "tally.json": record})

    def counted(self, awards):
        return self.forged(awards=awards, counted=awards)

    def test_an_award_left_out_is_found(self):
        awards = read_canonical(FILES["result.json"][:-1])["awards"]
        assert "counted again it is" in wrong(self.counted(awards[:-1])).reason

    def test_awards_in_another_order_are_found(self):
        awards = read_canonical(FILES["result.json"][:-1])["awards"]
        assert "counted 1 is" in wrong(self.counted(awards[::-1])).reason
        assert "awards 1 is" in wrong(self.forged(awards=awards[::-1])).reason

    def test_an_award_moved_without_a_refusal_is_found(self):
        awards = read_canonical(FILES["result.json"][:-1])["awards"]
        assert "counted again it is" in wrong(self.forged(awards=awards[1:])).reason
        assert "which nobody had" in wrong(self.forged(refused=[["p99"]])).reason
        refused = [[awards[0]["id"]]]
        assert "counted again it is" in wrong(self.forged(awards=awards, refused=refused)).reason

    def test_a_raise_too_few_is_found(self):
        raises = read_canonical(FILES["result.json"][:-1])["raises"]
        assert raises > 0
        assert "once more" in wrong(self.forged(raises=raises - 1)).reason

    def test_a_raise_too_many_is_found(self):
        raises = read_canonical(FILES["result.json"][:-1])["raises"]
        assert "more than the budget" in wrong(self.forged(raises=raises + 1)).reason

    def test_another_reason_for_stopping_is_found(self):
        assert "stopped because" in wrong(self.forged(stopped="cap")).reason

    def test_an_award_above_its_cost_is_found(self):
        awards = read_canonical(FILES["result.json"][:-1])["awards"]
        awards[0]["amount"] += 1
        assert "another amount" in wrong(self.forged(awards=awards)).reason

    def test_a_tally_that_ends_otherwise_is_found(self):
        rule = read_canonical(FILES["manifest.json"][:-1])["rule"]
        error = wrong(resigned(FILES, **{"tally.json": tally_record(rule, [], 0, "cap") + b"\n"}))
        assert error.place == "tally.json line 1"

    def test_a_ballot_added_after_the_opening_is_found(self):
        ballots = sorted(
            [*FILES["ballots.jsonl"].splitlines(), b"[1]"], key=lambda line: read_canonical(line)
        )
        sums = [verify.hashlib.sha256(line).hexdigest()[:8].encode() for line in ballots]
        forged = {"ballots.jsonl": b"\n".join(ballots) + b"\n", "ballots.sums": b"\n".join(sums) + b"\n"}
        assert "41 ballots, 40 were opened" in str(wrong(resigned(FILES, **forged)))

    def test_a_ballot_changed_after_the_opening_is_found(self):
        ballots = [read_canonical(line) for line in FILES["ballots.jsonl"].splitlines()]
        ballots[5] = [6, 5]
        lines = [canonical(ballot) for ballot in sorted(ballots)]
        sums = [verify.hashlib.sha256(line).hexdigest()[:8].encode() for line in lines]
        forged = {"ballots.jsonl": b"\n".join(lines) + b"\n", "ballots.sums": b"\n".join(sums) + b"\n"}
        assert "not the ballots whose digest" in str(wrong(resigned(FILES, **forged)))

    def test_a_cost_changed_after_voting_opened_is_found(self):
        projects = read_canonical(FILES["projects.json"][:-1])
        projects[0]["cost"] -= 1
        error = wrong(resigned(FILES, **{"projects.json": canonical(projects) + b"\n"}))
        assert "not the list of projects that voting opened with" in error.reason

    def test_a_withdrawal_that_is_not_on_the_board_is_found(self):
        projects = read_canonical(FILES["projects.json"][:-1])
        projects[0]["withdrawn"] = True
        error = wrong(resigned(FILES, **{"projects.json": canonical(projects) + b"\n"}))
        assert "strikes other projects" in error.reason

    @pytest.mark.parametrize(
        "change", [{"budget": 901}, {"name": "points-greedy"}, {"max_length": 4}, {"parameters": {"step": 7}}]
    )
    def test_a_rule_changed_after_voting_opened_is_found(self, change):
        rule = {**read_canonical(FILES["manifest.json"][:-1])["rule"], **change}
        assert wrong(with_manifest(rule=rule)).place.startswith(("manifest.json", "tally.json"))

    def test_another_seed_than_the_dice_is_found(self):
        rule = {**read_canonical(FILES["manifest.json"][:-1])["rule"], "seed": "123456"}
        assert "another seed" in str(wrong(with_manifest(rule=rule)))


class TestBoardsThatCannotBe:
    """Boards whose chain is whole and whose story is not."""

    def story(self, *rows):
        box = BoxOfPaper(budget=900, projects=BOX.projects)
        for kind, payload in rows:
            box.write(kind, **payload)
        return [read_canonical(row.line()) for row in box.rows]

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([("cast", {"pot": 1, "envelope": "ab" * 32})] * 2, "was in the box before"),
            ([("void", {"pot": 1, "envelope": "ab" * 32})], "not in the box"),
            ([("replace", {"pot": 1, "envelope": "ab" * 32, "replaces": "cd" * 32})], "not in the box"),
            ([("cast", {"pot": 1, "envelope": "nonsense"})], "does not name an envelope"),
            ([("cast", {"pot": 1})], "lacks what"),
            ([("open", {})], "cannot come when"),
            ([("opening", {"pots": []})], "cannot come when"),
            ([("paper", {"pot": 1, "marks": 2, "envelopes": ["ab" * 32]})], "1 sheets for 2 marks"),
            ([("close", {"pots": []}), ("opening", {"pots": []})], "before the dice"),
            ([("close", {"pots": []}), ("seed", {"seed": "1"}), ("seed", {"seed": "2"})], "second time"),
            ([("close", {"pots": []}), ("cast", {"pot": 1, "envelope": "ab" * 32})], "cannot come when"),
            ([("abandoned", {}), ("cast", {"pot": 1, "envelope": "ab" * 32})], "cannot come when"),
        ],
    )
    def test_are_refused_by_the_line(self, rows, reason):
        with pytest.raises(verify.Wrong, match=reason) as found:
            verify.replay(self.story(*rows))
        assert found.value.place == f"board.jsonl line {2 + len(rows)}"

    def test_a_close_over_other_envelopes_is_refused(self):
        pot = {"pot": 1, "envelopes": 0, "marks": 0, "root": verify.merkle_root([]).hex()}
        rows = [("cast", {"pot": 1, "envelope": "ab" * 32}), ("close", {"pots": [pot]})]
        with pytest.raises(verify.Wrong, match="other envelopes than were put in"):
            verify.replay(self.story(*rows))

    def test_a_close_with_more_marks_than_envelopes_is_refused(self):
        pot = {"pot": 1, "envelopes": 0, "marks": 1, "root": verify.merkle_root([]).hex()}
        with pytest.raises(verify.Wrong, match="1 marks on the register for 0 envelopes"):
            verify.replay(self.story(("close", {"pots": [pot]})))

    def test_a_second_opening_that_found_other_ballots_is_refused(self):
        opened = {"pot": 1, "digest": "ab" * 32, "opened": 0, "spoilt": {}}
        rows = [("close", {"pots": []}), ("seed", {"seed": "1"}), ("opening", {"pots": [opened]})]
        same, other = {"pots": [opened]}, {"pots": [{**opened, "digest": "cd" * 32}]}
        assert verify.replay(self.story(*rows, ("reopening", same))).reopenings == 1
        with pytest.raises(verify.Wrong, match="other ballots were found"):
            verify.replay(self.story(*rows, ("reopening", other)))


class TestTheCount:
    @settings(max_examples=120, deadline=None)
    @given(
        st.integers(0, 10**6),
        st.integers(10, 30),
        st.lists(st.integers(0, 12).map(lambda n: 50 * n), min_size=2, max_size=7),
        st.booleans(),
    )
    def test_of_random_tie_heavy_rounds_agrees_with_the_rule_by_the_book(self, seed, voters, costs, part):
        least = {number: max(1, cost // 2) for number, cost in enumerate(costs, 1) if cost}
        box = filled(
            seed,
            voters=voters,
            projects=projects_of(costs, least),
            budget=max(1, sum(costs) // 2),
            parameters={"part_funding": part},
            max_length=4,
        )
        report = verify.check(packed(box), full=True)
        assert any(text.startswith("Counted again") for text in report.checked)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 10**6), st.integers(10, 60), st.booleans())
    def test_by_points_agrees_with_the_rule_by_the_book(self, seed, voters, part):
        box = filled(seed, voters=voters, rule="points-greedy", parameters={"part_funding": part})
        assert verify.check(packed(box, plain_greedy(box)))

    def test_closes_up_ranks_after_a_withdrawal(self):
        projects = projects_of((300, 250, 200, 150, 400, 120))
        box = BoxOfPaper(budget=900, projects=projects)
        for entry in range(20):
            box.cast(entry, [1 + (entry + shift) % 6 for shift in range(3)])
        box.cast(99, [2])
        box.projects = projects_of((300, 250, 200, 150, 400, 120), withdrawn={2})
        box.write("withdrawal", pot=1, number=2, reason="The group has dissolved")
        box.close_and_open()
        report = verify.check(packed(box), full=True)
        assert any(text.startswith("Counted again") for text in report.checked)


class TestEd25519:
    """Vectors 1, 2, 3 and the one of SHA(abc) from RFC 8032, section 7.1."""

    VECTORS = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ]

    @pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
    def test_accepts_the_vectors_of_the_rfc(self, public, message, signature):
        assert verify.ed25519_holds(*map(bytes.fromhex, (public, message, signature)))

    @pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
    def test_refuses_them_with_any_part_changed(self, public, message, signature):
        key, text, signed = map(bytes.fromhex, (public, message, signature))
        assert not verify.ed25519_holds(key, text + b"\0", signed)
        assert not verify.ed25519_holds(bytes([key[0] ^ 1]) + key[1:], text, signed)
        for at in (0, 31, 32, 63):
            changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
            assert not verify.ed25519_holds(key, text, changed)

    def test_refuses_a_signature_whose_number_is_too_large(self):
        public, message, signature = map(bytes.fromhex, self.VECTORS[1])
        raised = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
        assert not verify.ed25519_holds(public, message, signature[:32] + raised.to_bytes(32, "little"))

    @given(st.binary(max_size=64), st.binary(max_size=64))
    def test_agrees_with_the_library(self, message, junk):
        signature = board.sign(SIGNING_KEY, "label", message)
        assert verify.ed25519_holds(PUBLIC, b"label" + message, signature)
        assert not verify.ed25519_holds(PUBLIC, b"label" + message, junk.ljust(64, b"\0"))


class TestOnTheCommandLine:
    def test_a_right_package_ends_with_0_and_a_wrong_one_with_1(self, tmp_path):
        good, bad, lines = tmp_path / "good.zip", tmp_path / "bad.zip", []
        good.write_bytes(PACKAGE)
        at = PACKAGE.index(FILES["ballots.jsonl"]) + 1
        bad.write_bytes(PACKAGE[:at] + b"9" + PACKAGE[at + 1 :])
        assert verify.main([str(good)], lines.append) == 0
        assert any(line.startswith("Nothing wrong was found") for line in lines)
        assert verify.main([str(bad)], lines.append) == 1
        assert any("NO    ballots.jsonl line 1" in line for line in lines)

    def test_it_runs_alone_with_nothing_installed(self, tmp_path):
        shutil.copy(verify.__file__, tmp_path / "verify.py")
        (tmp_path / "result.zip").write_bytes(PACKAGE)
        command = [sys.executable, "-I", "-S", "verify.py", "result.zip", "--key", PUBLIC.hex()]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Counted again" in done.stdout

    def test_it_is_written_in_python_3_9_and_imports_the_standard_library_only(self):
        tree = ast.parse(Path(verify.__file__).read_text(), feature_version=(3, 9))
        names = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        assert names <= set(sys.stdlib_module_names) - NEWER_MODULES

    def test_it_uses_nothing_that_came_after_python_3_9(self):
        tree = ast.parse(Path(verify.__file__).read_text())
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        keywords = {
            (node.func.id, word.arg)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            for word in node.keywords
        }
        assert used & NEWER_NAMES == set()
        assert ("zip", "strict") not in keywords

    def test_it_runs_on_every_newer_python_that_is_here(self, tmp_path):
        """At least on the one that runs the tests."""
        (tmp_path / "result.zip").write_bytes(PACKAGE)
        for python in (sys.executable, *other_pythons()):
            command = [python, "-I", "-S", verify.__file__, "result.zip", "--full", "--key", PUBLIC.hex()]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), python
            assert "Counted again" in done.stdout


NEWER_MODULES = {"tomllib", "annotationlib", "compression", "concurrent.interpreters"}
NEWER_NAMES = {
    "aiter", "anext", "batched", "bit_count", "cbrt", "chdir", "ExceptionGroup", "exp2", "file_digest",
    "override", "pairwise", "ParamSpec", "Self", "sumprod", "TaskGroup", "TypeAlias",
    "UTC", "walk_up",
}  # fmt: skip


def other_pythons():
    """One interpreter of each version from 3.9, as far as this computer has one that starts."""
    for minor in range(9, 20):
        known = Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3")
        for found in filter(None, [shutil.which(f"python3.{minor}"), *map(str, known)]):
            asked = [found, "-c", "import sys; print(sys.version_info[1])"]
            told = subprocess.run(asked, capture_output=True, text=True, check=False)
            if told.stdout.strip() == str(minor):
                yield found
                break
