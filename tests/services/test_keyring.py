"""Keyed hashes and sealed secrets."""

from hypothesis import given
from hypothesis import strategies as st

from pbvote.services.keyring import Keyring


@given(st.binary(max_size=200))
def test_what_was_sealed_opens_for_its_purpose_only(data: bytes) -> None:
    keyring = Keyring("d" * 40)
    sealed = keyring.seal("one", data)
    assert keyring.open("one", sealed) == data
    assert keyring.open("another", sealed) is None
    assert Keyring("e" * 40).open("one", sealed) is None


@given(st.binary(min_size=1, max_size=50), st.integers(min_value=0))
def test_a_changed_byte_is_noticed(data: bytes, place: int) -> None:
    keyring = Keyring("d" * 40)
    sealed = bytearray(keyring.seal("one", data))
    sealed[place % len(sealed)] ^= 1
    assert keyring.open("one", bytes(sealed)) is None


def test_a_digest_depends_on_key_and_purpose() -> None:
    first, second = Keyring("d" * 40), Keyring("e" * 40)
    assert first.digest("one", "ada") == first.digest("one", b"ada")
    assert len({first.digest("one", "ada"), first.digest("two", "ada"), second.digest("one", "ada")}) == 3
