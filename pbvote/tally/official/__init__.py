"""Recounting official elections: which rule a file states, and whether it gives the official outcome."""

from pbvote.tally.official.verdict import Verdict, judge

__all__ = ["Verdict", "judge"]
