"""A resident's place on a round's register."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base
from pbvote.models.ward import Ward

if TYPE_CHECKING:
    from pbvote.models.account import Account
    from pbvote.models.voting_round import VotingRound

STATUSES = ("pending", "confirmed", "refused", "withdrawn")


class RegisterEntry(Base):
    """Status pending, confirmed, refused or withdrawn. Only confirmed entries may cast.

    `duplicate_key` is a keyed hash over name and postcode under the round's pepper, for finding
    people who signed up twice; `doubt` is why an officer should look.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("round_id", "account_id"),
        CheckConstraint("status IN ('pending', 'confirmed', 'refused', 'withdrawn')", name="status"),
        CheckConstraint("connection IN ('live', 'work', 'study')", name="connection"),
        Index("ix_register_entry_duplicates", "round_id", "duplicate_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    status: Mapped[str] = mapped_column(default="confirmed")
    name: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))
    connection: Mapped[str] = mapped_column(default="live")
    old_enough: Mapped[bool] = mapped_column(default=True)
    channel: Mapped[str] = mapped_column(default="online")
    language: Mapped[str] = mapped_column(default="en")
    duplicate_key: Mapped[bytes | None]
    doubt: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str | None]
    wants_reminders: Mapped[bool] = mapped_column(default=False)
    began_ballot_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    registered_on: Mapped[date]

    voting_round: Mapped["VotingRound"] = relationship()
    account: Mapped["Account | None"] = relationship(foreign_keys=[account_id])
    ward: Mapped[Ward | None] = relationship()
