"""A ballot after opening: nobody's any more."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base, BigKey


class CountedBallot(Base):
    """A ranking (ballot numbers, most wanted first) under a random key, inserted in shuffled order."""

    __tablename__ = "counted_ballot"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), index=True)
    ranking: Mapped[list[Any]] = mapped_column(JSON())
