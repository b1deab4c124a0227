"""Paper ballots: batches of nameless sheets, keyed twice by two people."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base


class PaperBatch(Base):
    """A pile of sheets of one pot; `marks` entries were marked before its sheets were shuffled."""

    __tablename__ = "paper_batch"
    __table_args__ = (UniqueConstraint("pot_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    name: Mapped[str]
    marks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]

    sheets: Mapped[list["PaperSheet"]] = relationship(back_populates="batch", order_by="PaperSheet.number")


class PaperSheet(Base):
    """One sheet as keyed by each of two people; emptied when the batch is sealed."""

    __tablename__ = "paper_sheet"

    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_ranking: Mapped[list[Any] | None] = mapped_column(JSON())
    first_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_ranking: Mapped[list[Any] | None] = mapped_column(JSON())
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_ranking: Mapped[list[Any] | None] = mapped_column(JSON())
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    spoilt_reason: Mapped[str | None]

    batch: Mapped[PaperBatch] = relationship(back_populates="sheets")
