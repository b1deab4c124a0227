"""What a proposal is about."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base

if TYPE_CHECKING:
    from pbvote.models.voting_round import VotingRound


class Theme(Base):
    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("round_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"))
    position: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str]
    name: Mapped[str]

    voting_round: Mapped["VotingRound"] = relationship(back_populates="themes")
