"""The round's public key and the state of its custody."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class RoundKey(Base):
    """The private key is never here: it lies in the key folder or wrapped on the custodians' media."""

    __tablename__ = "round_key"

    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), primary_key=True)
    public_key: Mapped[bytes]
    signing_public_key: Mapped[bytes]
    custody: Mapped[str]
    custodians: Mapped[list[Any]] = mapped_column(JSON(), default=list)
    rehearsed_pairs: Mapped[list[Any]] = mapped_column(JSON(), default=list)
    made_at: Mapped[datetime]
    opened_digest: Mapped[str | None]
    destroyed_at: Mapped[datetime | None]
