import itertools
import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbvote.box import custody, envelope
from pbvote.box.canonical import canonical, read_canonical
from pbvote.box.custody import CustodyError

CHEAP = {"memory_kib": 64, "passes": 1}
KEY = envelope.new_key()
PUBLIC = envelope.public_key(KEY)
PASSPHRASES = {number: custody.new_passphrase() for number in (1, 2, 3)}
WRAPS = custody.wrap_for_officers(KEY, PASSPHRASES, round_id=7, **CHEAP)


def typed(*numbers):
    return {number: PASSPHRASES[number] for number in numbers}


def refusal(wrap, passphrases, round_id=7, public=PUBLIC):
    with pytest.raises(CustodyError) as refused:
        custody.unwrap(wrap, passphrases, round_id=round_id, public=public)
    return refused.value


@pytest.mark.parametrize("pair", custody.PAIRS)
def test_any_two_custodians_can_open_the_box(pair):
    assert custody.unwrap(WRAPS[pair], typed(*pair), round_id=7, public=PUBLIC) == KEY
    custody.rehearse(WRAPS[pair], typed(*pair), round_id=7, public=PUBLIC)
    assert custody.pair_of(WRAPS[pair]) == pair


@pytest.mark.parametrize(("pair", "alone"), list(itertools.product(custody.PAIRS, (1, 2, 3))))
def test_one_custodian_alone_cannot(pair, alone):
    assert refusal(WRAPS[pair], typed(alone)).reason == "other-pair"
    guess = dict.fromkeys(pair, PASSPHRASES[alone])
    assert refusal(WRAPS[pair], guess).reason == "wrong-passphrase"


def test_the_passphrases_of_another_pair_do_not_fit():
    assert refusal(WRAPS[1, 2], typed(1, 3)).reason == "other-pair"


def test_swapped_passphrases_do_not_fit():
    assert refusal(WRAPS[1, 2], {1: PASSPHRASES[2], 2: PASSPHRASES[1]}).reason == "wrong-passphrase"


def test_a_slip_of_the_pen_is_told_from_a_wrong_passphrase():
    slip = ("B" if PASSPHRASES[2][0] == "A" else "A") + PASSPHRASES[2][1:]
    error = refusal(WRAPS[1, 2], {1: PASSPHRASES[1], 2: slip})
    assert (error.reason, error.custodian) in {("mistyped", 2), ("wrong-passphrase", None)}
    assert refusal(WRAPS[1, 2], {1: "please", 2: PASSPHRASES[2]}).custodian == 1


def test_a_key_file_of_another_round_is_refused():
    assert refusal(WRAPS[1, 2], typed(1, 2), round_id=8).reason == "other-round"


def test_a_key_file_of_another_key_is_refused():
    other = envelope.public_key(envelope.new_key())
    assert refusal(WRAPS[1, 2], typed(1, 2), public=other).reason == "other-key"


def test_a_wrap_that_lies_about_its_public_key_is_refused():
    fields = read_canonical(WRAPS[1, 2])
    other = envelope.public_key(envelope.new_key())
    lying = canonical({**fields, "public_key": other.hex()})
    assert refusal(lying, typed(1, 2), public=other).reason == "wrong-passphrase"


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_key_file_never_gives_a_key(data):
    pair = data.draw(st.sampled_from(custody.PAIRS))
    damaged = bytearray(WRAPS[pair])
    cost = WRAPS[pair].index(b'"memory_kib":') + len('"memory_kib":')  # a higher cost only slows the test
    at = data.draw(st.integers(0, len(damaged) - 1).filter(lambda at: at not in (cost, cost + 1)))
    damaged[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != damaged[at]))
    refusal(bytes(damaged), typed(*pair))


def test_a_wrap_cannot_ask_for_endless_memory():
    greedy = canonical({**read_canonical(WRAPS[1, 2]), "memory_kib": 1 << 30})
    assert refusal(greedy, typed(1, 2)).reason == "damaged-wrap"


@pytest.mark.parametrize("change", [str.lower, lambda p: p.replace("-", " "), lambda p: p.replace("O", "0")])
def test_a_passphrase_survives_being_typed_another_way(change):
    for _ in range(50):
        passphrase = custody.new_passphrase()
        assert custody.normalise_passphrase(change(passphrase)) == passphrase


def test_passphrases_have_ninety_random_bits():
    letters = [custody.new_passphrase().replace("-", "")[:18] for _ in range(2_000)]
    assert len(set(letters)) == len(letters)
    assert {letter for word in letters for letter in word} == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert 32**18 >= 2**77


def test_the_server_rehearses_its_own_key_too():
    custody.rehearse_with_key(KEY, round_id=7, public=PUBLIC)
    with pytest.raises(CustodyError, match="other-key"):
        custody.rehearse_with_key(envelope.new_key(), round_id=7, public=PUBLIC)


def test_three_custodians_are_needed_to_begin_with():
    with pytest.raises(ValueError, match="three custodians"):
        custody.wrap_for_officers(KEY, typed(1, 2), round_id=7, **CHEAP)


def test_a_key_file_is_for_its_owner_only_and_never_overwritten(tmp_path):
    path = tmp_path / "keys" / "round-7.key"
    custody.write_secret_file(path, KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert custody.read_secret_file(path) == KEY
    with pytest.raises(FileExistsError):
        custody.write_secret_file(path, b"another")
    assert custody.read_secret_file(path) == KEY


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "round-7.key"
    custody.write_secret_file(path, KEY)
    path.chmod(0o640)
    with pytest.raises(CustodyError, match="exposed-key"):
        custody.read_secret_file(path)


def test_a_missing_key_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(CustodyError, match="missing-key"):
        custody.read_secret_file(tmp_path / "round-7.key")


def test_a_full_disk_leaves_no_half_written_key(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        custody.write_secret_file(tmp_path / "round-7.key", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_destroyed_file_is_overwritten_and_gone(tmp_path):
    path = tmp_path / "round-7.key"
    custody.write_secret_file(path, KEY)
    witness = tmp_path / "same-file"
    os.link(path, witness)
    assert custody.destroy_file(path)
    assert not path.exists()
    assert KEY not in witness.read_bytes()
    assert not custody.destroy_file(path)
