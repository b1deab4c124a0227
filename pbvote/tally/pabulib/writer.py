"""Writing a `.pb` file: sections, quoting, and the columns the format knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_META_FIRST = (
    "description",
    "country",
    "unit",
    "district",
    "subunit",
    "instance",
    "num_projects",
    "num_votes",
    "budget",
    "vote_type",
    "rule",
    "date_begin",
    "date_end",
    "min_length",
    "max_length",
)


def cell(text: str) -> str:
    """A cell as CSV writes it: quoted when it holds a delimiter, a quote or a line end."""
    if any(sign in text for sign in ';"\n\r') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def row(cells: Iterable[str]) -> str:
    return ";".join(cell(text) for text in cells)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A section with its title, its column names and its rows, each ended by a line feed."""
    return "\n".join((title, row(columns), *(row(cells) for cells in rows), ""))


def meta_table(meta: Mapping[str, str]) -> str:
    """META with the usual keys first and every other key after them, in the order given."""
    first = [key for key in _META_FIRST if key in meta]
    rest = [key for key in meta if key not in first]
    return table("META", ("key", "value"), ((key, meta[key]) for key in first + rest))
