"""The round's public key and the state of its custody."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base

STATES = ("prepared", "open", "closed", "opened", "destroyed", "abandoned")


class RoundKey(Base):
    """The private key is never here: it lies in the key folder or wrapped on the custodians' media.

    `state` is where the box stands, moved only under the round's lock together with a row of the board.
    """

    __tablename__ = "round_key"
    __table_args__ = (
        CheckConstraint(
            "state IN ('prepared', 'open', 'closed', 'opened', 'destroyed', 'abandoned')", name="state"
        ),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), primary_key=True)
    state: Mapped[str] = mapped_column(default="prepared")
    public_key: Mapped[bytes]
    signing_public_key: Mapped[bytes]
    custody: Mapped[str]
    custodians: Mapped[list[Any]] = mapped_column(JSON(), default=list)
    rehearsed_pairs: Mapped[list[Any]] = mapped_column(JSON(), default=list)
    made_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
