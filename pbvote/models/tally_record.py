"""One run of a rule over one pot's ballots, as recorded."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class TallyRecord(Base):
    """`record` is the tally's canonical JSON; a recount is a new version beside the old one."""

    __tablename__ = "tally_record"
    __table_args__ = (UniqueConstraint("pot_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    version: Mapped[int]
    rule: Mapped[str]
    record: Mapped[bytes]
    comparison: Mapped[bytes | None]  # the same ballots under points-greedy
    counted_at: Mapped[datetime]
    counted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
