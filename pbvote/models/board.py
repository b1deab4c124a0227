"""The public, hash-chained list of everything that happened to a round's box."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class BoardEntry(Base):
    """One row of the board; `payload` is the canonical JSON text that was hashed."""

    __tablename__ = "board_entry"

    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    payload: Mapped[str]
    prev: Mapped[str]
    head: Mapped[str]
