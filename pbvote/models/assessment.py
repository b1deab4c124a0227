"""One officer's opinion of a proposal."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class Assessment(Base):
    """`recommendation` is shortlist or decline; `conflict` declares an interest and bars an opinion."""

    __tablename__ = "assessment"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    checklist: Mapped[dict[str, Any]] = mapped_column(JSON(), default=dict)
    recommendation: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    conflict: Mapped[bool] = mapped_column(default=False)
    assigned_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
