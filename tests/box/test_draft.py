import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box import draft
from pbvote.box.draft import NoDraft

SECRET = bytes(range(32))
PLACE = {"session_id": "s-1", "pot_id": 2}
drafts = st.lists(st.integers(1, 65535), max_size=10, unique=True)


def sealed(ranking, expires=2_000):
    return draft.seal_draft(SECRET, ranking, expires=expires, capacity=10, **PLACE)


@given(drafts)
def test_a_draft_comes_back_as_it_was(ranking):
    assert draft.open_draft(SECRET, sealed(ranking), now=1_000, **PLACE) == tuple(ranking)


@given(drafts)
def test_the_length_of_a_draft_tells_nothing(ranking):
    assert len(sealed(ranking)) == len(sealed([]))


@given(drafts)
def test_two_cookies_of_the_same_draft_differ(ranking):
    assert sealed(ranking) != sealed(ranking)


def test_a_draft_ends_at_its_expiry():
    value = sealed([1], expires=2_000)
    assert draft.open_draft(SECRET, value, now=1_999, **PLACE) == (1,)
    with pytest.raises(NoDraft, match="expired"):
        draft.open_draft(SECRET, value, now=2_000, **PLACE)


@pytest.mark.parametrize("elsewhere", [{"session_id": "s-2"}, {"pot_id": 3}, {"pot_id": "2"}])
def test_a_draft_carried_elsewhere_reads_as_nothing(elsewhere):
    with pytest.raises(NoDraft, match="unreadable"):
        draft.open_draft(SECRET, sealed([1]), now=1_000, **{**PLACE, **elsewhere})


def test_a_draft_of_another_server_reads_as_nothing():
    with pytest.raises(NoDraft, match="unreadable"):
        draft.open_draft(bytes(32), sealed([1]), now=1_000, **PLACE)


@given(drafts, st.data())
def test_a_changed_draft_reads_as_nothing(ranking, data):
    value = sealed(ranking)
    at = data.draw(st.integers(0, len(value) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda letter: letter != value[at]))
    with pytest.raises(NoDraft):
        draft.open_draft(SECRET, value[:at] + other + value[at + 1 :], now=1_000, **PLACE)


@given(st.text(max_size=80))
def test_any_text_in_the_cookie_reads_as_nothing(text):
    with pytest.raises(NoDraft, match="unreadable"):
        draft.open_draft(SECRET, text, now=1_000, **PLACE)


@pytest.mark.parametrize("ranking", [list(range(1, 12)), [0], [65536]])
def test_what_no_ballot_could_hold_is_not_kept_as_a_draft(ranking):
    with pytest.raises(ValueError):
        sealed(ranking)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        draft.seal_draft(b"short", [1], expires=2_000, capacity=10, **PLACE)
