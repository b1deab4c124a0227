"""From bytes to rows: encodings, line ends, quotes and the three sections of a `.pb` file.

The format is CSV per RFC 4180 with `;` between cells and a title line per section
(Stolicki, Szufa, Talmon: "Pabulib", arXiv 2012.06539; pabulib.org/format).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pbvote.tally.pabulib.problems import Notes, PabulibError

TITLES = ("META", "PROJECTS", "VOTES")
_MAY_START_A_TITLE = frozenset(" \t\u00a0MPVmpv")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


@dataclass(slots=True)
class Section:
    """One section: its title's line, its column names, and its rows as (line, cells)."""

    title: str
    line: int
    delimiter: str
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def decode(data: bytes, notes: Notes | None = None) -> str:
    """UTF-8 with or without a byte order mark; anything else is an error with its place.

    Given ``notes``, bytes that are no UTF-8 are written out (\\xb3) and noted instead.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise PabulibError(f"the file is {name} text; save it as UTF-8", 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _lines(error.object[: error.start].decode())
        line, column = len(before), len(before[-1]) + 1
        if notes is None:
            raise PabulibError("this is not UTF-8 text; save the file as UTF-8", line, column) from None
        notes.add("encoding", "what is not UTF-8 text was written out byte by byte", line)
        return data.decode("utf-8-sig", "backslashreplace")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class Lines:
    """A file's lines, split into rows of cells; keeps the text so that an error can show its column."""

    def __init__(self, text: str, notes: Notes) -> None:
        self.lines = _lines(text)
        self.notes = notes
        self.last = len(self.lines) - (1 if self.lines[-1] == "" and len(self.lines) > 1 else 0)

    def rows(self, delimiter_for: dict[str, str]) -> Iterator[tuple[int, list[str]]]:
        """Yields (line number, cells) for every line that is not empty.

        delimiter_for["now"] is the delimiter in force: the caller sets it when a section starts.
        """
        number = 0
        lines = self.lines
        count = len(lines)
        while number < count:
            line = lines[number]
            number += 1
            if '"' in line:
                start = number
                cells, number = self._quoted(number, delimiter_for["now"])
                yield start, cells
            elif line and not line.isspace():
                yield number, line.split(delimiter_for["now"])

    def _quoted(self, number: int, delimiter: str) -> tuple[list[str], int]:
        """The cells of a row that holds a quote, and the number of its last line."""
        cells = []
        for _, _, cell, last in self._cells(number, delimiter):
            cells.append(cell)
            number = last
        return cells, number

    def _cells(self, number: int, delimiter: str) -> Iterator[tuple[int, int, str, int]]:
        """Each cell as (line, column, text, line it ends on) of the row that starts on a line."""
        line = self.lines[number - 1]
        at = 0
        while True:
            start_line, start = number, at
            if line[at : at + 1] == '"':
                cell, number, at = self._closing(number, at + 1)
                line = self.lines[number - 1]
                end = _find(line, delimiter, at)
                if line[at:end].strip():
                    self._text_after_quote(start_line, start, number)
                    cell += line[at:end]
            else:
                end = _find(line, delimiter, at)
                cell = line[at:end]
            yield start_line, start + 1, cell, number
            if end == len(line):
                return
            at = end + 1

    def _closing(self, number: int, at: int) -> tuple[str, int, int]:
        """Text up to the quote that closes, with the line and the place after that quote."""
        opened_line, opened = number, at
        parts: list[str] = []
        while True:
            line = self.lines[number - 1]
            quote = line.find('"', at)
            if quote == -1:
                parts.append(line[at:] + "\n")
                number, at = number + 1, 0
                if number > len(self.lines) or _title_of([self.lines[number - 1].split(";")[0]]):
                    raise PabulibError("this quote is opened and never closed", opened_line, opened)
            elif line[quote + 1 : quote + 2] == '"':
                parts.append(line[at : quote + 1])
                at = quote + 2
            else:
                parts.append(line[at:quote])
                return "".join(parts), number, quote + 1

    def _text_after_quote(self, start_line: int, start: int, number: int) -> None:
        if number != start_line:
            raise PabulibError(
                "this quote is closed on a later line, in the middle of a cell", start_line, start + 1
            )
        self.notes.add("quote", "text after a closing quote was kept as part of the cell", number)

    def place(self, number: int, delimiter: str, index: int) -> tuple[int, int]:
        """Line and column where the cell with this index of the row on this line starts."""
        place = (number, 1)
        for position, (line, column, cell, _) in enumerate(self._cells(number, delimiter)):
            place = (line, column + len(cell) - len(cell.lstrip()))
            if position == index:
                return place
        return place


def _find(line: str, delimiter: str, at: int) -> int:
    end = line.find(delimiter, at)
    return len(line) if end == -1 else end


def _title_of(cells: list[str]) -> str | None:
    """The section a row opens, if its only filled cell is a section title."""
    title = cells[0].strip().upper()
    if title in TITLES and not any(cell.strip() for cell in cells[1:]):
        return title
    return None


def sections(lines: Lines) -> dict[str, Section]:
    """The three sections of a file, in any order; each must be there once."""
    found: dict[str, Section] = {}
    current: Section | None = None
    wants_columns = False
    delimiter_for = {"now": ";"}
    for number, cells in lines.rows(delimiter_for):
        title = _title_of(cells) if cells[0][:1] in _MAY_START_A_TITLE else None
        if title:
            if title in found:
                raise PabulibError(f"a second {title} section", number)
            delimiter_for["now"] = ";"
            if number < len(lines.lines) and _tabbed(lines.lines[number]):
                delimiter_for["now"] = "\t"
            current = found[title] = Section(title, number, delimiter_for["now"])
            wants_columns = True
        elif current is None:
            if any(cell.strip() for cell in cells):
                raise PabulibError("expected the title META before anything else", number)
        elif wants_columns:
            current.columns = [cell.strip().lower() for cell in cells]
            wants_columns = False
            if current.title == "META" and current.columns[0] != "key":
                lines.notes.add(
                    "header", "META has no line key;value; its first line was read as data", number
                )
                current.rows.append((number, cells))
        else:
            current.rows.append((number, cells))
    for title in TITLES:
        if title not in found:
            raise PabulibError(f"the section {title} is missing", lines.last)
        if not found[title].columns:
            raise PabulibError(f"the section {title} has no line with column names", found[title].line)
    return found


def _tabbed(header: str) -> bool:
    return "\t" in header.strip() and ";" not in header
