"""Choosing and ordering, before anything is cast."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.services import choices
from pbvote.services.refusal import Refusal

numbers = st.lists(st.integers(1, 40), unique=True, max_size=12)


def order(entry_id: int, count: int = 12, secret: bytes = b"s" * 32) -> list[int]:
    return choices.shuffled(range(1, count + 1), order_secret=secret, entry_id=entry_id)


def test_a_voters_order_is_always_the_same() -> None:
    assert order(7) == order(7)


def test_a_voters_order_does_not_depend_on_the_order_of_the_list() -> None:
    turned = choices.shuffled(range(12, 0, -1), order_secret=b"s" * 32, entry_id=7)
    assert turned == order(7)


def test_a_withdrawn_proposal_leaves_the_order_of_the_others() -> None:
    left = [number for number in range(1, 13) if number != 5]
    made = choices.shuffled(left, order_secret=b"s" * 32, entry_id=7)
    assert made == [number for number in order(7) if number != 5]


def test_another_rounds_secret_gives_another_order() -> None:
    assert order(7) != order(7, secret=b"t" * 32)


def test_every_place_is_equally_likely_for_every_proposal() -> None:
    """χ² with 30 degrees of freedom over 3,000 voters stays below its 99.99 % point (65.2)."""
    voters, count = 3000, 6
    seen = Counter((place, n) for voter in range(voters) for place, n in enumerate(order(voter, count)))
    expected = voters / count
    statistic = sum(
        (seen[place, n] - expected) ** 2 / expected for place in range(count) for n in range(1, count + 1)
    )
    assert statistic < 65.2


@given(numbers, st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_merging_takes_exactly_what_was_ticked_and_what_was_out_of_sight(draft, ticked, shown) -> None:
    ticked &= shown
    merged = choices.merge(draft, ticked=ticked, shown=sorted(shown))
    assert set(merged) == ticked | (set(draft) - shown)
    assert len(merged) == len(set(merged))


@given(numbers, st.sets(st.integers(1, 40)))
def test_merging_leaves_earlier_choices_in_their_order(draft, ticked) -> None:
    merged = choices.merge(draft, ticked=ticked, shown=range(1, 41))
    assert [n for n in merged if n in draft] == [n for n in draft if n in ticked]


@given(numbers.filter(bool), st.data())
def test_moving_keeps_every_choice(ranking, data) -> None:
    number = data.draw(st.sampled_from(ranking))
    how = data.draw(st.sampled_from(["up", "down", "top"]))
    moved = choices.move(ranking, number=number, how=how)
    assert sorted(moved) == sorted(ranking)
    assert [n for n in moved if n != number] == [n for n in ranking if n != number]


@given(numbers.filter(bool), st.data())
def test_up_undoes_down_except_at_the_end(ranking, data) -> None:
    number = data.draw(st.sampled_from(ranking))
    down = choices.move(ranking, number=number, how="down")
    if ranking[-1] != number:
        assert choices.move(down, number=number, how="up") == ranking
    else:
        assert down == ranking


@given(numbers.filter(bool), st.data())
def test_putting_back_undoes_removing(ranking, data) -> None:
    number = data.draw(st.sampled_from(ranking))
    place = ranking.index(number) + 1
    removed = choices.move(ranking, number=number, how="remove")
    assert choices.put_back(removed, number=number, place=place) == ranking


def test_the_length_of_a_ballot_is_checked_both_ways() -> None:
    voting_round = SimpleNamespace(min_length=2, max_length=3)
    choices.require_length(voting_round, [1], finished=False)
    with pytest.raises(Refusal, match="choices-too-few"):
        choices.require_length(voting_round, [1], finished=True)
    with pytest.raises(Refusal, match="choices-too-many"):
        choices.require_length(voting_round, [1, 2, 3, 4], finished=False)
