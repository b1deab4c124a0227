"""Where people live and where a proposal helps."""

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbvote.models.base import Base


class Ward(Base):
    """A ward of the borough. `shape` is a GeoJSON geometry."""

    __tablename__ = "ward"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    population: Mapped[int | None]
    shape: Mapped[dict[str, Any] | None] = mapped_column(JSON())


class RoundWard(Base):
    """Which wards take part in a round."""

    __tablename__ = "round_ward"

    round_id: Mapped[int] = mapped_column(ForeignKey("voting_round.id"), primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), primary_key=True, index=True)


class Postcode(Base):
    """One postcode unit, without its space, and the ward it lies in."""

    __tablename__ = "postcode"

    code: Mapped[str] = mapped_column(primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), index=True)

    ward: Mapped[Ward] = relationship()
