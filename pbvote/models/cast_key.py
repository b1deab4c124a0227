"""What makes a resent cast give the same receipt."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class CastKey(Base):
    """Hash of a form's random key → the receipt it earned; erased at the close."""

    __tablename__ = "cast_key"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"), index=True)
    receipt: Mapped[str]
