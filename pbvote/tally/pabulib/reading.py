"""What reading every section needs: where an error is, amounts, and rows that fit their column names."""

from __future__ import annotations

from decimal import Decimal

from pbvote.tally.pabulib import amounts
from pbvote.tally.pabulib.problems import Notes, PabulibError
from pbvote.tally.pabulib.rows import Lines, Section

MOST = 10**18
"""The largest amount that can be counted, in minor units."""
NOTHING = ("", "none", "null", "nan")


class Reading:
    """One reading of one file: its lines, the notes so far, and how strict to be."""

    def __init__(self, lines: Lines, notes: Notes, *, lenient: bool) -> None:
        self.lines = lines
        self.notes = notes
        self.lenient = lenient

    def error(self, reason: str, section: Section, line: int, index: int) -> PabulibError:
        return PabulibError(reason, *self.lines.place(line, section.delimiter, index))

    def column(self, section: Section, name: str) -> int:
        if section.columns.count(name) != 1:
            trouble = "has no column" if name not in section.columns else "has more than one column"
            raise PabulibError(f"{section.title} {trouble} {name}", section.line + 1)
        return section.columns.index(name)

    def row(self, section: Section, line: int, cells: list[str]) -> dict[str, str]:
        width = len(section.columns)
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            if not self.lenient:
                reason = (
                    "more cells than column names; a cell that holds the delimiter has to stand in quotes"
                )
                raise self.error(reason, section, line, width)
            self.notes.add("extra-cells", "cells beyond the last column name were left out", line)
        values = dict(zip(section.columns, (cell.strip() for cell in cells), strict=False))
        for column in section.columns[len(cells) :]:
            values[column] = ""
        return values

    def amount(self, text: str, what: str, section: Section, line: int, index: int) -> Decimal:
        try:
            amount = amounts.number(text)
        except ValueError as error:
            raise self.error(f"{what}: {error}", section, line, index) from None
        if amount < 0:
            raise self.error(f"{what} is below zero", section, line, index)
        if amount > MOST and not amounts.all_nines(amount):
            raise self.error(f"{what} is above {MOST:,}, the most that can be counted", section, line, index)
        if amounts.decimals(amount) > amounts.MAX_DECIMALS:
            most = amounts.MAX_DECIMALS
            policy = f"{what} has more than {most} decimals and was rounded to {most}"
            self.notes.add("rounded", policy, line)
            amount = amounts.rounded(amount)
        return amount
