"""A six-digit code sent to an address."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from pbvote.models.base import Base


class OneTimeCode(Base):
    """At most one live code per address; the address is kept as a keyed hash, the code as a hash."""

    __tablename__ = "one_time_code"

    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
