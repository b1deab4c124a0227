"""Throws the demonstration away, and only that."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbvote.models import Base, VotingRound
from pbvote.services.refusal import Refusal


def clear(session: Session) -> None:
    """Empty every table. Refuses, naming it, where a round is kept that is not part of the demonstration."""
    real = session.scalars(select(VotingRound.title).where(VotingRound.demo.is_(False))).first()
    if real is not None:
        raise Refusal("demo-beside-real-round", title=real)
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
