"""A made-up election with the shape of a real one."""

import random

from pbvote.tally import Election, Project


def town(seed, *, voters=300, projects=14, most=5, money=10_000_00):
    """An election with the shape of a real one: popular and unpopular projects, short and long ballots."""
    dice = random.Random(seed)
    ids = [f"p{number:02}" for number in range(projects)]
    liked = [1 / (2 + place) for place in range(projects)]
    ballots = []
    for _ in range(voters):
        wanted = dict.fromkeys(dice.choices(ids, liked, k=dice.randint(1, 2 * most)))
        ballots.append(tuple(wanted)[:most])
    asked = [Project(name, dice.randrange(200_00, 3_000_00, dice.choice([1, 50_00]))) for name in ids]
    return Election.ranked(projects=asked, ballots=ballots, budget=money, max_length=most)
