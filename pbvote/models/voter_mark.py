"""The mark on the register that somebody has voted in a pot."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class VoterMark(Base):
    """One per pot and entry, over all channels; it knows the day, not the minute."""

    __tablename__ = "voter_mark"
    __table_args__ = (CheckConstraint("channel IN ('online', 'paper')", name="channel"),)

    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), primary_key=True, index=True)
    channel: Mapped[str] = mapped_column(default="online")
    day: Mapped[date]
