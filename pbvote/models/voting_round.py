"""One run of participatory budgeting."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base

if TYPE_CHECKING:
    from pbvote.models.pot import Pot
    from pbvote.models.theme import Theme
    from pbvote.models.ward import Ward

PHASES = (
    "set-up",
    "waiting-for-proposals",
    "collecting",
    "screening",
    "shortlist",
    "voting",
    "voting-delayed",
    "closed",
    "counted",
    "published",
    "archived",
)


class VotingRound(Base):
    """A round: its money, rules and dates. The phase follows from `now`, never from a job."""

    __tablename__ = "voting_round"
    __table_args__ = (
        CheckConstraint("min_length >= 1 AND max_length >= min_length", name="ballot_length"),
        CheckConstraint("custody IN ('server', 'officers')", name="custody"),
        CheckConstraint("publication_level IN ('ballots', 'rank-counts')", name="publication_level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    council: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="GBP")
    minor_units: Mapped[int] = mapped_column(default=2)
    demo: Mapped[bool] = mapped_column(default=False)
    imported_from: Mapped[str | None]
    contact_email: Mapped[str] = mapped_column(default="")

    proposals_open_at: Mapped[datetime | None]
    proposals_close_at: Mapped[datetime | None]
    voting_opens_at: Mapped[datetime | None]
    voting_closes_at: Mapped[datetime | None]
    results_due_at: Mapped[datetime | None]
    delivery_ends_at: Mapped[datetime | None]

    schedule_approved_at: Mapped[datetime | None]
    shortlist_published_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    rule: Mapped[str] = mapped_column(default="rank-equal-shares")
    rule_parameters: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict)
    # Our own rounds are voted on by ranking; rounds brought in from files may have other ballots.
    ballot_kind: Mapped[str] = mapped_column(default="ordinal", server_default="ordinal")
    min_length: Mapped[int] = mapped_column(default=1)
    max_length: Mapped[int] = mapped_column(default=10)
    part_funding: Mapped[bool] = mapped_column(default=False)
    grant_min: Mapped[int] = mapped_column(default=0)
    grant_max: Mapped[int | None]
    minimum_age: Mapped[int] = mapped_column(default=11)
    may_live: Mapped[bool] = mapped_column(default=True)
    may_work: Mapped[bool] = mapped_column(default=False)
    may_study: Mapped[bool] = mapped_column(default=False)
    sign_up_methods: Mapped[list[Any]] = mapped_column(JSON(), default=lambda: ["email"])
    officers_confirm: Mapped[bool] = mapped_column(default=False)

    custody: Mapped[str] = mapped_column(default="server")
    publication_level: Mapped[str] = mapped_column(default="ballots")
    dice_method: Mapped[str] = mapped_column(default="")
    tie_seed: Mapped[str | None]
    register_pepper: Mapped[bytes | None]
    order_secret: Mapped[bytes]
    contacts_kept_until: Mapped[datetime | None]

    pots: Mapped[list["Pot"]] = relationship(back_populates="voting_round", order_by="Pot.position")
    themes: Mapped[list["Theme"]] = relationship(back_populates="voting_round", order_by="Theme.position")
    wards: Mapped[list["Ward"]] = relationship(secondary="round_ward", order_by="Ward.name")

    @property
    def budget(self) -> int:
        return sum(pot.budget for pot in self.pots)

    def phase(self, now: datetime) -> str:
        """Where the round stands at `now`, one of PHASES."""
        if self.archived_at:
            return "archived"
        if self.published_at:
            return "published"
        if self.counted_at:
            return "counted"
        if not self.schedule_approved_at or not self.proposals_open_at or not self.voting_opens_at:
            return "set-up"
        if self.voting_closes_at and now >= self.voting_closes_at:
            return "closed"
        if now >= self.voting_opens_at:
            return "voting" if self.shortlist_published_at else "voting-delayed"
        if self.shortlist_published_at:
            return "shortlist"
        if self.proposals_close_at and now >= self.proposals_close_at:
            return "screening"
        return "collecting" if now >= self.proposals_open_at else "waiting-for-proposals"

    def is_collecting(self, now: datetime) -> bool:
        return self.phase(now) == "collecting"
