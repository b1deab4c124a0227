import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box import envelope
from pbvote.box.envelope import SpoiltEnvelope

KEY = envelope.new_key()
PUBLIC = envelope.public_key(KEY)
PLACE = {"round_id": 7, "pot_id": 2, "entry_id": 311, "capacity": 10}

rankings = st.lists(st.integers(1, 65535), min_size=1, max_size=10, unique=True)


@given(rankings)
def test_what_was_sealed_is_what_opens(ranking):
    sealed = envelope.seal(PUBLIC, ranking, **PLACE)
    assert envelope.open_envelope(KEY, sealed, **PLACE) == tuple(ranking)


@given(rankings, st.integers(10, 255))
def test_every_envelope_of_a_round_has_the_same_length(ranking, capacity):
    sealed = envelope.seal(PUBLIC, ranking, **{**PLACE, "capacity": capacity})
    assert len(sealed) == envelope.envelope_length(capacity)


@given(rankings)
def test_sealing_twice_gives_two_different_envelopes(ranking):
    assert envelope.seal(PUBLIC, ranking, **PLACE) != envelope.seal(PUBLIC, ranking, **PLACE)


@pytest.mark.parametrize(
    "elsewhere", [{"round_id": 8}, {"round_id": "7"}, {"pot_id": 3}, {"entry_id": 312}, {"entry_id": "311"}]
)
def test_an_envelope_moved_to_another_place_does_not_open(elsewhere):
    sealed = envelope.seal(PUBLIC, [1, 2, 3], **PLACE)
    with pytest.raises(SpoiltEnvelope) as refused:
        envelope.open_envelope(KEY, sealed, **{**PLACE, **elsewhere})
    assert refused.value.reason == "does-not-open"


def test_an_envelope_of_another_version_of_the_format_does_not_open(monkeypatch):
    sealed = envelope.seal(PUBLIC, [1, 2, 3], **PLACE)
    monkeypatch.setattr(envelope, "FORMAT", "pbvote-envelope-2")
    with pytest.raises(SpoiltEnvelope, match="does-not-open"):
        envelope.open_envelope(KEY, sealed, **PLACE)


@given(rankings, st.data())
def test_an_envelope_with_one_changed_bit_does_not_open(ranking, data):
    sealed = bytearray(envelope.seal(PUBLIC, ranking, **PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    # X25519 ignores the top bit of the encapsulated key's last byte; HPKE binds the bytes themselves.
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SpoiltEnvelope, match="does-not-open"):
        envelope.open_envelope(KEY, bytes(sealed), **PLACE)


@given(st.binary(max_size=200))
def test_any_bytes_either_open_or_are_spoilt_with_a_reason(junk):
    with pytest.raises(SpoiltEnvelope) as refused:
        envelope.open_envelope(KEY, junk, **PLACE)
    assert refused.value.reason in {"wrong-length", "does-not-open"}


def test_another_key_does_not_open_it():
    sealed = envelope.seal(PUBLIC, [5], **PLACE)
    with pytest.raises(SpoiltEnvelope, match="does-not-open"):
        envelope.open_envelope(envelope.new_key(), sealed, **PLACE)


@pytest.mark.parametrize(
    "plaintext",
    [
        b"\x00\x00\x05" + bytes(18),
        b"\x0b" + bytes(20),
        b"\x02\x00\x05\x00\x05" + bytes(16),
        b"\x01\x00\x00" + bytes(18),
        b"\x01\x00\x05" + bytes(17) + b"\x01",
    ],
    ids=[
        "ranks that are not counted",
        "too many ranks",
        "one proposal twice",
        "number zero",
        "writing in the padding",
    ],
)
def test_an_envelope_with_a_malformed_ballot_is_spoilt(plaintext, monkeypatch):
    monkeypatch.setattr(envelope, "_write", lambda ranking, capacity: plaintext)
    sealed = envelope.seal(PUBLIC, [1], **PLACE)
    monkeypatch.undo()
    with pytest.raises(SpoiltEnvelope, match="malformed"):
        envelope.open_envelope(KEY, sealed, **PLACE)


def test_a_sheet_without_a_choice_has_an_envelope_like_any_other():
    blank = envelope.seal_blank(PUBLIC, **PLACE)
    assert len(blank) == envelope.envelope_length(10)
    with pytest.raises(SpoiltEnvelope, match="blank"):
        envelope.open_envelope(KEY, blank, **PLACE)


@pytest.mark.parametrize("ranking", [[], list(range(1, 12)), [4, 4], [0], [65536], [-1]])
def test_a_ranking_that_is_not_a_ballot_is_not_sealed(ranking):
    with pytest.raises(ValueError):
        envelope.seal(PUBLIC, ranking, **PLACE)


@given(st.lists(rankings, max_size=20), st.randoms())
def test_the_ballots_digest_does_not_depend_on_their_order(ballots, random):
    shuffled = random.sample(ballots, len(ballots))
    assert envelope.ballots_digest(b"salt", ballots) == envelope.ballots_digest(b"salt", shuffled)


@given(st.lists(rankings, min_size=1, max_size=20))
def test_the_ballots_digest_notices_a_missing_ballot(ballots):
    assert envelope.ballots_digest(b"salt", ballots) != envelope.ballots_digest(b"salt", ballots[1:])


def test_the_ballots_salt_needs_the_key_and_differs_by_pot():
    salts = {
        envelope.ballots_salt(key, round_id=7, pot_id=pot)
        for key in (KEY, envelope.new_key())
        for pot in (1, 2)
    }
    assert len(salts) == 4
    again = envelope.ballots_salt(KEY, round_id=7, pot_id=1)
    assert again == envelope.ballots_salt(KEY, round_id=7, pot_id=1)
