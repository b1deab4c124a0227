"""One officer's yes to a deed that needs two."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class Approval(Base):
    """`deed` is what is approved (schedule, publication, void …), `subject` a digest of exactly what.

    A change of the subject makes earlier approvals worthless, because they speak of another digest.
    """

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("round_id", "deed", "subject", "officer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("voting_round.id"), index=True)
    deed: Mapped[str]
    subject: Mapped[str]
    officer_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    used_at: Mapped[datetime | None]
