"""One signed-in browser; revocable."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.account import Account
from pbvote.models.base import Base
from pbvote.models.register_entry import RegisterEntry


class SignIn(Base):
    """A session row: it holds the hash of the token in the cookie, never the token.

    `account_id` for people who proved an address or a password; `entry_id` for a resident who
    came with a posted access code and has no account.
    """

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("account_id IS NOT NULL OR entry_id IS NOT NULL", name="somebody"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), index=True)
    strong: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship(lazy="joined")
    entry: Mapped[RegisterEntry | None] = relationship(lazy="select")
