"""Small random elections with many ties, made from a number so that a failure can be made again."""

from random import Random

from pbvote.tally import Election, Project

KINDS = ("ordinal", "approval", "cumulative", "scoring", "choose-1")


def small_projects(random, most=7):
    names = [f"p{number}" for number in range(random.randint(1, most))]
    return [Project(name, random.choice((1, 2, 3, 5, 10, 20, 30))) for name in names]


def small_ballot(random, names, kind):
    chosen = random.sample(names, random.randint(1, 1 if kind == "choose-1" else len(names)))
    if kind == "cumulative":
        return {name: random.randint(1, 3) for name in chosen}
    if kind == "scoring":
        return {name: random.randint(-2, 3) for name in chosen}
    return tuple(chosen)


def small_election(number, kind="approval", most_voters=8):
    random = Random(f"{kind} {number}")
    projects = small_projects(random)
    names = [project.id for project in projects]
    ballots = [small_ballot(random, names, kind) for _ in range(random.randint(1, most_voters))]
    budget = random.randint(0, sum(project.cost for project in projects) + 2)
    make = {"ordinal": "ranked", "choose-1": "choose_one"}.get(kind, kind)
    return getattr(Election, make)(projects=projects, ballots=ballots, budget=budget)


def some_order(election, number):
    """An order of all projects, as officials might supply it."""
    order = list(election.ids)
    Random(number).shuffle(order)
    return tuple(order)
