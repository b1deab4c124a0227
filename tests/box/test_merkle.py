"""The vectors are those of the reference implementation of RFC 6962 (Certificate Transparency)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.box import merkle

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Section 2.1.3 of the RFC draws the tree of seven leaves and lists these paths by the names of the nodes.
RFC_PATHS = {0: "bhl", 3: "cgl", 4: "fjk", 6: "ik"}


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("index", RFC_PATHS)
def test_paths_of_the_seven_leaf_tree_are_those_of_the_rfc(index):
    def node(left, right):
        return hashlib.sha256(b"\x01" + left + right).digest()

    a, b, c, d, e, f, j = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in LEAVES[:7])
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, nodes = node(g, h), {"b": b, "c": c, "f": f, "g": g, "h": h, "i": i, "j": j}
    nodes["k"], nodes["l"] = k, node(i, j)
    expected = tuple(nodes[name] for name in RFC_PATHS[index])
    assert merkle.inclusion_path(LEAVES[:7], index) == expected


leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


@given(leaves, st.data())
def test_every_leaf_has_a_path_to_the_root(tree, data):
    index = data.draw(st.integers(0, len(tree) - 1))
    path = merkle.inclusion_path(tree, index)
    assert merkle.verify_path(tree[index], index, len(tree), path, merkle.root(tree))


@given(leaves, st.data(), st.binary(max_size=8))
def test_no_other_leaf_follows_that_path(tree, data, other):
    index = data.draw(st.integers(0, len(tree) - 1))
    path = merkle.inclusion_path(tree, index)
    if other != tree[index]:
        assert not merkle.verify_path(other, index, len(tree), path, merkle.root(tree))


@given(leaves, st.data())
def test_a_path_is_refused_when_a_step_is_missing_or_added(tree, data):
    index = data.draw(st.integers(0, len(tree) - 1))
    path, root = merkle.inclusion_path(tree, index), merkle.root(tree)
    assert not merkle.verify_path(tree[index], index, len(tree), (*path, bytes(32)), root)
    if path:
        assert not merkle.verify_path(tree[index], index, len(tree), path[:-1], root)


@given(leaves, st.data())
def test_a_changed_leaf_changes_the_root(tree, data):
    index = data.draw(st.integers(0, len(tree) - 1))
    changed = [*tree[:index], tree[index] + b"x", *tree[index + 1 :]]
    assert merkle.root(changed) != merkle.root(tree)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_outside_the_tree_has_no_path(index):
    with pytest.raises(IndexError):
        merkle.inclusion_path(LEAVES[:3], index)
    assert not merkle.verify_path(LEAVES[0], index, 3, (), merkle.root(LEAVES[:3]))
