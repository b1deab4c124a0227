import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box import board
from pbvote.box.board import BrokenChain

payloads = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)
entries = st.lists(st.tuples(st.sampled_from(board.KINDS), payloads), min_size=1, max_size=12)


def built(parts, round_id=3):
    rows = []
    for kind, payload in parts:
        rows.append(board.append(rows[-1] if rows else None, round_id=round_id, kind=kind, payload=payload))
    return rows


@given(entries)
def test_a_board_as_it_was_written_holds_together(parts):
    rows = built(parts)
    assert board.check_chain(rows) == rows[-1]


@given(entries)
def test_a_board_reads_back_from_its_lines(parts):
    rows = built(parts)
    assert list(board.read_lines(row.line() for row in rows)) == rows


@given(entries, st.data())
def test_a_changed_row_is_named(parts, data):
    rows = built(parts)
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at] = dataclasses.replace(rows[at], payload={**rows[at].payload, "added": 1})
    with pytest.raises(BrokenChain) as broken:
        board.check_chain(rows)
    assert broken.value.line == at + 1


@given(entries, st.data())
def test_a_dropped_row_is_noticed_unless_it_is_the_last(parts, data):
    rows = built(parts)
    at = data.draw(st.integers(0, len(rows) - 1))
    last = rows[-1]
    del rows[at]
    if at == len(rows):
        assert board.check_chain(rows) != last
    else:
        with pytest.raises(BrokenChain) as broken:
            board.check_chain(rows)
        assert broken.value.line == at + 1


@given(entries, st.data())
def test_two_rows_that_changed_places_are_noticed(parts, data):
    rows = built([*parts, ("close", {})])
    a = data.draw(st.integers(0, len(rows) - 2))
    b = data.draw(st.integers(a + 1, len(rows) - 1))
    rows[a], rows[b] = rows[b], rows[a]
    with pytest.raises(BrokenChain) as broken:
        board.check_chain(rows)
    assert broken.value.line == a + 1


@given(entries, st.data())
def test_a_rewritten_past_leads_to_another_head(parts, data):
    rows = built(parts)
    at = data.draw(st.integers(0, len(rows) - 1))
    kind, payload = parts[at]
    rewritten = built([*parts[:at], (kind, {**payload, "added": 1}), *parts[at + 1 :]])
    assert rewritten[-1].head != rows[-1].head


def test_rows_of_two_rounds_do_not_mix():
    first = board.append(None, round_id=1, kind="setup", payload={})
    with pytest.raises(ValueError, match="own round"):
        board.append(first, round_id=2, kind="open", payload={})
    stranger = dataclasses.replace(board.append(first, round_id=1, kind="open", payload={}), round_id=2)
    with pytest.raises(BrokenChain, match="another round"):
        board.check_chain([first, stranger])


def test_a_kind_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="kind 'party'"):
        board.append(None, round_id=1, kind="party", payload={})


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"a":1}', b'{"seq": 1}'])
def test_a_line_that_is_no_row_is_named(line):
    row = board.append(None, round_id=1, kind="setup", payload={}).line()
    with pytest.raises(BrokenChain) as broken:
        list(board.read_lines([row, line]))
    assert broken.value.line == 2


def test_the_head_of_a_known_row_is_known():
    # printf of the label and the row's canonical JSON, hashed with coreutils
    row = board.append(None, round_id="n", kind="setup", payload={"title": "Nörth"})
    assert row.head == "3d40973591ec10c0ae3a4f50301e336b814df844b5f9416b26b7d60bdb618603"


def test_a_checkpoint_holds_under_its_key_and_no_other():
    key, other = board.new_signing_key(), board.new_signing_key()
    point = board.sign_checkpoint(key, round_id=3, size=12, head="ab" * 32)
    assert board.checkpoint_holds(point, public=board.signing_public_key(key))
    assert not board.checkpoint_holds(point, public=board.signing_public_key(other))


@pytest.mark.parametrize(
    "change",
    [{"size": 13}, {"head": "ac" * 32}, {"round_id": 4}, {"signature": "00" * 64}, {"signature": "zz"}],
)
def test_a_changed_checkpoint_does_not_hold(change):
    key = board.new_signing_key()
    point = board.sign_checkpoint(key, round_id=3, size=12, head="ab" * 32)
    changed = dataclasses.replace(point, **change)
    assert not board.checkpoint_holds(changed, public=board.signing_public_key(key))
