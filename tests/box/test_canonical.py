import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box.canonical import NotCanonical, canonical, read_canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_reads_back_as_the_same_value(value):
    assert read_canonical(canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2), st.randoms())
def test_the_order_in_which_keys_were_added_does_not_show(value, random):
    keys = random.sample(list(value), len(value))
    assert canonical({key: value[key] for key in keys}) == canonical(value)


@pytest.mark.parametrize("value", [1.5, {"a": 1.0}, [b"x"], {1: 2}, "\ud800", {"\udfff": 1}, {1, 2}])
def test_values_without_one_certain_form_are_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"NaN",
        b'"\\u0041"',
        b"[1]\n",
        b"\xff",
        b"",
    ],
)
def test_json_in_another_form_is_refused(data):
    with pytest.raises(NotCanonical):
        read_canonical(data)


def test_the_form_is_the_one_the_documentation_describes():
    value = {"é": [None, True, -3], "a": 'quote " slash \\ tab \t bell \x07', "😀": {}, "\uffff": 0}
    text = '{"a":"quote \\" slash \\\\ tab \\t bell \\u0007","é":[null,true,-3],"\uffff":0,"😀":{}}'
    assert canonical(value) == text.encode()
    assert json.loads(text) == value


def test_nesting_without_end_is_refused_and_not_a_crash():
    with pytest.raises(NotCanonical):
        read_canonical(b"[" * 100_000)
