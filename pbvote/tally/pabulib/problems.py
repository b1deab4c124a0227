"""What can be wrong with a Pabulib file: an error stops the reading, a note says what was decided."""

from __future__ import annotations

from dataclasses import dataclass


class PabulibError(ValueError):
    """A file that cannot be read without guessing.

    line and column count from 1 and point at the character where the trouble starts;
    `reason` is the sentence without the place.
    """

    def __init__(self, reason: str, line: int, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.reason = reason
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type[PabulibError], tuple[str, int, int]]:
        return PabulibError, (self.reason, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd in a file that was read by a stated policy.

    kind: a short name (`repeated-id`, `blank-ballot`, …) that code can test;
    text: the policy in words; line: where it happened first; count: how often.
    """

    kind: str
    text: str
    line: int
    count: int = 1


class Notes:
    """Collects notes while a file is read: one per kind and text, with the first line and a count."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[int]] = {}

    def add(self, kind: str, text: str, line: int) -> None:
        entry = self._found.setdefault((kind, text), [line, 0])
        entry[1] += 1

    def all(self) -> tuple[Note, ...]:
        return tuple(Note(kind, text, line, count) for (kind, text), (line, count) in self._found.items())
