"""A community group and the people who act for it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base

if TYPE_CHECKING:
    from pbvote.models.account import Account

GROUP_KINDS = (
    "charity",
    "cic",
    "constituted-group",
    "tenants-association",
    "faith-group",
    "school-friends",
    "sports-club",
    "cooperative",
    "other",
)


class CommunityGroup(Base):
    """Facts entered once and reused for every proposal of the group.

    `committee` lists names and roles of at least three unrelated people. The bank facts say that
    an account in the group's name with two signatories exists; account numbers are asked for only
    when an award is accepted, outside this record.
    """

    __tablename__ = "community_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    charity_number: Mapped[str] = mapped_column(default="")
    company_number: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    parent_organisation: Mapped[str] = mapped_column(default="")
    has_governing_document: Mapped[bool] = mapped_column(default=False)
    committee: Mapped[list[Any]] = mapped_column(JSON(), default=list)
    bank_account_name: Mapped[str] = mapped_column(default="")
    two_signatories: Mapped[bool] = mapped_column(default=False)
    has_safeguarding_policy: Mapped[bool] = mapped_column(default=False)
    safeguarding_contact: Mapped[str] = mapped_column(default="")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    members: Mapped[list["GroupMember"]] = relationship(back_populates="group")

    def is_complete(self) -> bool:
        """Whether the facts suffice to submit a proposal."""
        own = self.has_governing_document and len(self.committee) >= 3 and self.two_signatories
        return bool(self.name and self.kind and (own or self.parent_organisation))


class GroupMember(Base):
    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(default="contact")

    group: Mapped[CommunityGroup] = relationship(back_populates="members")
    account: Mapped["Account"] = relationship()
