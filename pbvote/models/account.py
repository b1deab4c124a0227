"""Somebody who signs in: a resident, a group's contact, an officer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base

ROLES = ("officer", "administrator", "custodian", "observer")


class Account(Base):
    """Residents and groups sign in by a code sent to `email`; officers with password and one-time code."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    password_hash: Mapped[str | None]
    totp_secret: Mapped[bytes | None]  # sealed with the application's key
    totp_last_step: Mapped[int | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    roles: Mapped[list["AccountRole"]] = relationship(back_populates="account")

    def has_role(self, *wanted: str) -> bool:
        return any(role.role in wanted for role in self.roles)


class AccountRole(Base):
    __tablename__ = "account_role"
    __table_args__ = (
        CheckConstraint("role IN ('officer', 'administrator', 'custodian', 'observer')", name="role"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)

    account: Mapped[Account] = relationship(back_populates="roles")
