"""A moved date and its reason."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class DateChange(Base):
    __tablename__ = "date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), index=True)
    field: Mapped[str]
    old: Mapped[datetime | None]
    new: Mapped[datetime | None]
    reason: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
