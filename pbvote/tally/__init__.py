"""The count: pure, exact, explained. Standard library and NumPy; no web, no database.

>>> from pbvote.tally import Election, Project, count
>>> park, bench = Project("park", 60_00), Project("bench", 40_00)
>>> ballots = [("park", "bench"), ("park",), ("bench",)]
>>> election = Election.ranked(projects=[park, bench], ballots=ballots, budget=100_00)
>>> count(election, "points-greedy").funded
('park', 'bench')
"""

from pbvote.tally.ballots import Election, Project
from pbvote.tally.counting import count
from pbvote.tally.explain import Explanation, explain, steps_table
from pbvote.tally.messages import BadElection, CountError, Message, RuleDoesNotFit, TieUndecided
from pbvote.tally.metrics import Comparison, Fairness, compare, fairness
from pbvote.tally.record import Tally
from pbvote.tally.rules import RULES

__all__ = [
    "RULES",
    "BadElection",
    "Comparison",
    "CountError",
    "Election",
    "Explanation",
    "Fairness",
    "Message",
    "Project",
    "RuleDoesNotFit",
    "Tally",
    "TieUndecided",
    "compare",
    "count",
    "explain",
    "fairness",
    "steps_table",
]
