"""A group's appeal against being declined."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base
from pbvote.models.proposal import Proposal


class Appeal(Base):
    """One per proposal; decided by an officer other than the one who declined it."""

    __tablename__ = "appeal"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    text: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    upheld: Mapped[bool | None]
    outcome: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
