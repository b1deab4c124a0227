"""What came out of one pot's box."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class PotOpening(Base):
    """`digest` commits to the ballots and stands on the board; `spoilt` counts envelopes by reason.

    `salt` belongs to the digest. It is kept only where whole ballots are published anyway: with it a
    guess of a small pot's ballots could be tried against the board.
    """

    __tablename__ = "pot_opening"

    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), primary_key=True)
    digest: Mapped[str]
    salt: Mapped[bytes | None]
    marks: Mapped[int]
    opened: Mapped[int]
    spoilt: Mapped[dict[str, Any]]
