"""Who did what, for officers' deeds; nothing about ballots."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class AuditEntry(Base):
    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("voting_round.id"), index=True)
    deed: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict)
