"""Merkle trees over the envelopes in the box.

Source: RFC 6962, section 2.1 (Certificate Transparency): SHA-256, leaf hash ``H(0x00 ‖ leaf)``, inner node
``H(0x01 ‖ left ‖ right)``, split at the largest power of two smaller than the number of leaves.

The leaves of a pot's tree are the 32-byte digests of the envelopes in the box at the close, in ascending
order, so that a leaf's place tells nothing about when it was cast.
"""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree's hash (32 bytes); of no leaves it is the hash of the empty string."""
    level = [_leaf(leaf) for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` (from 0), from the bottom up. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"the tree has {len(leaves)} leaves, there is no leaf {index}")
    level = [_leaf(leaf) for leaf in leaves]
    path = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = _parents(level), index >> 1
    return tuple(path)


def verify_path(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> bool:
    """Say whether `path` leads from leaf `index` of a tree with `size` leaves to `tree_root`."""
    if not 0 <= index < size:
        return False
    node, last, remaining = _leaf(leaf), size - 1, list(path)
    while last:
        if index & 1 or index < last:
            if not remaining:
                return False
            sibling = remaining.pop(0)
            node = _node(sibling, node) if index & 1 else _node(node, sibling)
        index, last = index >> 1, last >> 1
    return not remaining and node == tree_root


def _parents(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) & ~1 :]


def _leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
