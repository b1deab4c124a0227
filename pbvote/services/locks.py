"""One writer at a time per round."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from pbvote.models.database import begin_write

BOX_LOCK = 0x70627674  # "pbvt"


def lock_round(session: Session, *, round_id: int) -> None:
    """Hold the round until the transaction ends; SQLite's BEGIN IMMEDIATE holds everything."""
    begin_write(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:space, :round_id)"),
            {"space": BOX_LOCK, "round_id": round_id},
        )
