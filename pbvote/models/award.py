"""One line of an allocation, and what became of it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base
from pbvote.models.proposal import Proposal
from pbvote.models.upload import Upload


class Award(Base):
    """`amount` in minor units; it is less than the proposal's cost only for a part-funded one."""

    __tablename__ = "award"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "version"], ["publication.round_id", "publication.version"]),
        UniqueConstraint("round_id", "version", "proposal_id"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("status IN ('offered', 'accepted', 'refused', 'delivered')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    version: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    position: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(default="offered")
    answered_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    reports: Mapped[list["AwardReport"]] = relationship(order_by="AwardReport.reported_at")


class AwardReport(Base):
    """What a group says about delivery: a milestone, money spent, a story."""

    __tablename__ = "award_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    text: Mapped[str]
    spent: Mapped[int | None] = mapped_column(BigInteger)
    reported_at: Mapped[datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    pictures: Mapped[list[Upload]] = relationship(order_by=Upload.id)
