"""The demo's own illustrations: flat scenes of Northbank, drawn from a proposal's title and theme."""

from pbvote.services.reference_round.pictures.scenes import alternative, draw

__all__ = ["alternative", "draw"]
