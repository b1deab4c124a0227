"""A long list, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    number: int
    last: int
    total: int
    first_place: int

    @property
    def nearby(self) -> list[int]:
        """Page numbers to link; 0 stands for a gap."""
        wanted = sorted({1, self.last, *range(max(1, self.number - 1), min(self.last, self.number + 1) + 1)})
        shown: list[int] = []
        for number in wanted:
            if shown and number - shown[-1] > 1:
                shown.append(number - 1 if number - shown[-1] == 2 else 0)
            shown.append(number)
        return shown


def paged(items: Sequence[Item], *, number: int, size: int = 24) -> Page[Item]:
    """The page asked for; beyond the ends, the nearest one there is."""
    last = max(1, -(-len(items) // size))
    number = min(max(number, 1), last)
    start = (number - 1) * size
    return Page(items[start : start + size], number, last, len(items), start + 1)
