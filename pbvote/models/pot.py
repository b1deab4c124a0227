"""A ring-fenced part of a round's budget."""

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base

if TYPE_CHECKING:
    from pbvote.models.voting_round import VotingRound


class Pot(Base):
    """Money for some of a round's proposals; a resident has one ballot per pot open to them."""

    __tablename__ = "pot"
    __table_args__ = (
        UniqueConstraint("round_id", "slug"),
        CheckConstraint("budget >= 0", name="budget_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"))
    position: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str]
    name: Mapped[str]
    budget: Mapped[int] = mapped_column(BigInteger)
    # None: open to every resident of the round; else to those of one ward.
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))

    voting_round: Mapped["VotingRound"] = relationship(back_populates="pots")
