import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box import receipt


@given(st.binary(min_size=1, max_size=100))
def test_a_receipt_survives_being_typed_in_any_case_and_grouping(envelope):
    code = receipt.receipt_of(envelope)
    assert receipt.normalise(code.lower().replace("-", " ")) == code
    assert receipt.normalise(code.replace("-", "")) == code


@given(st.binary(min_size=1, max_size=100))
def test_a_receipt_can_be_told_from_the_digest_on_the_board(envelope):
    whole = receipt.envelope_digest(envelope)
    assert receipt.receipt_of_digest(whole) == receipt.receipt_of_digest(whole.hex())
    assert receipt.receipt_of_digest(whole) == receipt.receipt_of(envelope)


def test_digits_that_look_like_letters_are_read_as_letters():
    assert receipt.normalise("0123-4567-ABCD-EFGH-8JKL") == "OI23-4567-ABCD-EFGH-BJKL"


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "ABCD-EFGH-JKLM-NPQR-STU", "ABCD-EFGH-JKLM-NPQR-STU9", "é" * 20]
)
def test_what_cannot_be_a_receipt_is_refused_with_its_shape(typed):
    with pytest.raises(receipt.NotAReceipt, match="five groups of four"):
        receipt.normalise(typed)


def test_the_receipt_of_a_known_envelope_is_known():
    # sha256(b"pbvote-receipt" + b"envelope"), its first 100 bits in base32, worked out with coreutils
    assert receipt.receipt_of(b"envelope") == "Y3JL-YT3S-QER7-BRKN-R57H"
