"""A grant application."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base
from pbvote.models.budget_line import BudgetLine
from pbvote.models.group import CommunityGroup
from pbvote.models.pot import Pot
from pbvote.models.proposal_event import ProposalEvent
from pbvote.models.proposal_question import ProposalQuestion
from pbvote.models.theme import Theme
from pbvote.models.upload import Upload
from pbvote.models.voting_round import VotingRound
from pbvote.models.ward import Ward

STATUSES = (
    "draft",
    "submitted",
    "changes-asked",
    "resubmitted",
    "shortlisted",
    "declined",
    "withdrawn",
    "struck",
    "merged",
)


class Proposal(Base):
    """`number` is its public reference in the round and its number on the ballot (1 to 65535).

    Amounts are whole minor units. `cost` is what is asked for, `least` the smallest amount that
    would still work. On the ballot are the shortlisted ones; `struck` are those withdrawn after
    the shortlist was published.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        Index("ix_proposal_round_status", "round_id", "status"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
        CheckConstraint("number BETWEEN 1 AND 65535", name="ballot_number"),
        CheckConstraint(
            "status IN ('draft', 'submitted', 'changes-asked', 'resubmitted', 'shortlisted', "
            "'declined', 'withdrawn', 'struck', 'merged')",
            name="status",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"))
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("community_group.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    number: Mapped[int]
    source_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    story: Mapped[str] = mapped_column(default="")
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    least: Mapped[int | None] = mapped_column(BigInteger)
    who_benefits: Mapped[str] = mapped_column(default="")
    people_helped: Mapped[int | None]
    risks: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    borough_wide: Mapped[bool] = mapped_column(default=False)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict)
    # Per section of the application the version that last wrote it, by whom and when.
    sections: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict, server_default="{}")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")

    voting_round: Mapped[VotingRound] = relationship()
    pot: Mapped[Pot] = relationship()
    group: Mapped[CommunityGroup | None] = relationship()
    theme: Mapped[Theme | None] = relationship()
    wards: Mapped[list[Ward]] = relationship(secondary="proposal_ward", order_by=Ward.name)
    budget_lines: Mapped[list[BudgetLine]] = relationship(
        order_by=BudgetLine.position, cascade="all, delete-orphan"
    )
    events: Mapped[list[ProposalEvent]] = relationship(order_by=ProposalEvent.id)
    questions: Mapped[list[ProposalQuestion]] = relationship(order_by=ProposalQuestion.id)
    uploads: Mapped[list[Upload]] = relationship(order_by=Upload.id)
    translations: Mapped[list["ProposalTranslation"]] = relationship(cascade="all, delete-orphan")

    @property
    def picture(self) -> Upload | None:
        return next((one for one in self.uploads if one.kind == "picture" and one.report_id is None), None)

    @property
    def is_public(self) -> bool:
        return self.status in ("shortlisted", "struck")

    @property
    def is_editable(self) -> bool:
        return self.status in ("draft", "changes-asked")


class ProposalWard(Base):
    __tablename__ = "proposal_ward"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), primary_key=True, index=True)


class ProposalTranslation(Base):
    """A proposal's public text in another language, entered by an officer and marked as such."""

    __tablename__ = "proposal_translation"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    story: Mapped[str] = mapped_column(default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]
