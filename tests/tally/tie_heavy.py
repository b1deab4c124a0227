"""Small random elections full of ties, what settles them, and the engines that must agree on them."""

import random

from pbvote.tally.engine import Engine

ENGINES = {"certified": Engine(), "exact": Engine(exact=True)}


def tie_heavy(seed, *, most_projects=6, most_voters=9):
    """Few different costs, budgets that costs divide, voters who agree: ties everywhere."""
    dice = random.Random(seed)
    ids = [f"p{number}" for number in range(dice.randint(1, most_projects))]
    unit = dice.choice([1, 1, 7, 100])
    costs = {project: unit * dice.choice([0, 1, 2, 2, 3, 4, 6, 12]) for project in ids}
    templates = [dice.sample(ids, dice.randint(1, len(ids))) for _ in range(dice.randint(1, 4))]
    voters = dice.randint(1, most_voters)
    ballots = [dice.choice(templates)[: dice.randint(1, len(ids))] for _ in range(voters)]
    budget = unit * dice.choice([0, 1, voters, 2 * voters, sum(costs.values()) // unit // 2 + 1, 12])
    return costs, ballots, budget


def by_t(costs, ballots, longest, *, ranked=True):
    """The officials' order p9 < p8 < …, after points: what T needs where lots are not wanted."""

    def points(project):
        return sum(longest - b.index(project) if ranked else 1 for b in ballots if project in b)

    return lambda tied: min(tied, key=lambda project: (-points(project), -int(project[1:])))


def downward(costs):
    return sorted(costs, key=lambda project: -int(project[1:]))
