"""Counters of the rate limiter, shared by all processes."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class RateLimit(Base):
    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime]
