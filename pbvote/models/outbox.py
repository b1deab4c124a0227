"""A message waiting to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class OutboxMessage(Base):
    """Template key, language and parameters; `secret` (a code) is sealed, and erased after sending."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        Index("ix_outbox_message_due", "sent_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(default="email")
    recipient: Mapped[str]
    template: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict)
    secret: Mapped[bytes | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    once_key: Mapped[str | None] = mapped_column(unique=True)
