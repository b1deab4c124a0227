"""Postcodes and their wards."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Postcode
from pbvote.services import postcodes
from pbvote.services.refusal import Refusal
from tests.factories import make_ward

ONSPD = [
    {"pcd": "NB1 4QT", "pcds": "NB1 4QT", "doterm": "", "osward": "E05000001"},
    {"pcd": "NB1 4QU", "pcds": "NB1 4QU", "doterm": "201912", "osward": "E05000001"},
    {"pcd": "ZZ9 9ZZ", "pcds": "ZZ9 9ZZ", "doterm": "", "osward": "E05999999"},
]
NSPL = [{"PCDS": "NB1 4QT", "DOTERM": "", "WD24CD": "E05000001", "LAUA": "E09000099"}]


@pytest.mark.parametrize("typed", ["NB1 4QT", "nb14qt", " nb1  4qt ", "NB1-4QT"])
def test_a_postcode_is_read_however_it_is_typed(typed: str) -> None:
    assert postcodes.normalise(typed) == "NB14QT"


@pytest.mark.parametrize("typed", ["", "NB1", "12345", "NB1 4QT extra", "<b>"])
def test_what_is_no_postcode_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="postcode-invalid"):
        postcodes.normalise(typed)


@pytest.mark.both_databases
@pytest.mark.parametrize("rows", [ONSPD, NSPL])
def test_an_extract_brings_in_live_postcodes_of_our_wards(session: Session, rows) -> None:
    ward = make_ward(session)
    ward.code = "E05000001"
    session.flush()
    brought = postcodes.bring_in(session, rows=rows)
    assert brought.taken == 1
    found = postcodes.ward_of(session, postcode="NB14QT")
    assert found is not None
    assert found.id == ward.id
    assert postcodes.ward_of(session, postcode="NB14QU") is None


def test_bringing_in_again_replaces_the_table(session: Session) -> None:
    make_ward(session, postcodes=("NB5 5AA",)).code = "E05000001"
    session.flush()
    postcodes.bring_in(session, rows=ONSPD)
    assert session.scalar(select(func.count()).select_from(Postcode)) == 1


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"a": "1", "b": "2"}], "postcodes-columns-missing"),
        ([{"pcds": "ZZ9 9ZZ", "osward": "E05999999"}], "postcodes-none-ours"),
    ],
)
def test_a_file_that_is_none_leaves_the_table_as_it_was(session: Session, rows, code: str) -> None:
    make_ward(session, postcodes=("NB5 5AA",))
    with pytest.raises(Refusal, match=code):
        postcodes.bring_in(session, rows=rows)
    assert session.scalar(select(func.count()).select_from(Postcode)) == 1
