"""A code posted to an address that proves by itself that its holder may vote."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base
from pbvote.models.register_entry import RegisterEntry


class AccessCode(Base):
    """`code_hash` is keyed with the application's secret; the code itself is only ever printed."""

    __tablename__ = "access_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), unique=True)
    batch: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    entry: Mapped[RegisterEntry | None] = relationship()
