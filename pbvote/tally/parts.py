"""Part funding: the money left may fund one more project in part, down to the least that would still work.

The count itself uses full amounts. After it, the first project by T whose supporters gave it points, that
is not funded and whose least amount the money left reaches, gets what is left.
"""

from pbvote.tally.record import Step
from pbvote.tally.rule import Outcome
from pbvote.tally.ties import TieOrder


def with_part_funding(outcome: Outcome, order: TieOrder) -> Outcome:
    """The outcome with at most one project more, funded in part. Raises TieUndecided."""
    election = order.election
    left = election.budget - sum(step.award for step in outcome.steps)
    open_to_it = [
        election.index[found.project]
        for found in outcome.not_funded
        if found.reason not in ("no-support", "excluded", "threshold")
    ]
    fits = [place for place in open_to_it if _reaches(election.projects[place].least, left)]
    if not fits:
        return outcome
    number = len(outcome.steps) + 1
    level = max(election.points[place] for place in fits)
    tied = order.first([place for place in fits if election.points[place] == level])
    tie = order.note(tied, step=number, mattered=True) if len(tied) > 1 else None
    chosen = tied[0]
    award = min(left, election.costs[chosen])
    step = Step(number, "part-funding", election.ids[chosen], award, left - award, level, tie=tie)
    kept = tuple(found for found in outcome.not_funded if found.project != election.ids[chosen])
    return Outcome((*outcome.steps, step), kept, outcome.completion)


def _reaches(least: int | None, left: int) -> bool:
    return least is not None and 0 < least <= left
