"""Pabulib's `.pb` files, in and out.

`read` takes a path or bytes and gives a `PabulibFile`; `write` takes an election and gives text.
The format: Stolicki, Szufa, Talmon, "Pabulib: A Participatory Budgeting Library", arXiv
2012.06539, and pabulib.org/format.
"""

from pbvote.tally.pabulib.document import PabulibFile, read, write
from pbvote.tally.pabulib.problems import Note, PabulibError

__all__ = ["Note", "PabulibError", "PabulibFile", "read", "write"]
