"""A published result; a correction is a new version beside the old one."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.award import Award
from pbvote.models.base import Base


class Publication(Base):
    __tablename__ = "publication"

    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime]
    first_officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    package_sha256: Mapped[str | None]
    turnout: Mapped[int] = mapped_column(default=0)

    awards: Mapped[list[Award]] = relationship(order_by="Award.position")
