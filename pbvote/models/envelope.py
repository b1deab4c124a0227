"""A sealed ballot, as stored while voting is open."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class Envelope(Base):
    """One per (pot, register entry), or per (pot, batch, sheet) for paper. No time stands on it."""

    __tablename__ = "envelope"
    __table_args__ = (
        UniqueConstraint("pot_id", "entry_id"),
        UniqueConstraint("pot_id", "batch_id", "sheet"),
        CheckConstraint("(entry_id IS NULL) <> (batch_id IS NULL)", name="one_origin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batch.id"), index=True)
    sheet: Mapped[int | None]
    sealed: Mapped[bytes]
    receipt: Mapped[str] = mapped_column(unique=True)
    void: Mapped[bool] = mapped_column(default=False)
