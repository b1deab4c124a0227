"""Whole rounds in memory, for the tests of packages: boxes with real envelopes, boards and results."""

import hashlib
import json
import random
from fractions import Fraction

from pbvote.box import board, envelope, merkle, package, receipt

SIGNING_KEY = bytes(range(1, 33))
PUBLIC = board.signing_public_key(SIGNING_KEY)
ROUND = 3
POT = 1


def projects_of(costs, leasts=None, withdrawn=()):
    return [
        {
            "id": f"p{number}",
            "number": number,
            "name": f"Project {number}",
            "cost": cost,
            "least": (leasts or {}).get(number),
            "withdrawn": number in withdrawn,
        }
        for number, cost in enumerate(costs, start=1)
    ]


class BoxOfPaper:
    """A box that is filled, closed and opened, keeping its board."""

    def __init__(self, *, budget, projects, rule="rank-equal-shares", parameters=None, max_length=5):
        self.key = envelope.new_key()
        self.public = envelope.public_key(self.key)
        self.budget, self.projects, self.max_length = budget, projects, max_length
        self.rule, self.parameters = rule, dict(parameters or {})
        self.rows = []
        self.inside = {}
        self.write("setup", public_key=self.public.hex(), signing_key=PUBLIC.hex(), custody="server")
        self.write(
            "open",
            pots=[{"pot": POT, "budget": budget, "projects": package.projects_digest(projects)}],
            rule=rule,
            parameters=self.parameters,
            max_length=max_length,
        )

    def write(self, kind, **payload):
        last = self.rows[-1] if self.rows else None
        self.rows.append(board.append(last, round_id=ROUND, kind=kind, payload=payload))

    def cast(self, entry, ranking):
        place = {"round_id": ROUND, "pot_id": POT, "entry_id": entry, "capacity": self.max_length}
        sealed = envelope.seal(self.public, ranking, **place)
        digest = receipt.envelope_digest(sealed).hex()
        if entry in self.inside:
            self.write("replace", pot=POT, envelope=digest, replaces=self.digest(entry))
        else:
            self.write("cast", pot=POT, envelope=digest)
        self.inside[entry] = sealed
        return receipt.receipt_of(sealed)

    def void(self, entry):
        self.write("void", pot=POT, envelope=self.digest(entry), reason="paper")
        del self.inside[entry]

    def digest(self, entry):
        return receipt.envelope_digest(self.inside[entry]).hex()

    def digests(self):
        return sorted(receipt.envelope_digest(sealed) for sealed in self.inside.values())

    def close_and_open(self, seed="041799"):
        count = len(self.inside)
        root = merkle.root(self.digests()).hex()
        self.write("close", pots=[{"pot": POT, "envelopes": count, "marks": count, "root": root}])
        self.write("seed", seed=seed)
        rankings, spoilt = [], {}
        for entry, sealed in self.inside.items():
            place = {"round_id": ROUND, "pot_id": POT, "entry_id": entry, "capacity": self.max_length}
            try:
                rankings.append(envelope.open_envelope(self.key, sealed, **place))
            except envelope.SpoiltEnvelope as error:
                spoilt[error.reason] = spoilt.get(error.reason, 0) + 1
        salt = envelope.ballots_salt(self.key, round_id=ROUND, pot_id=POT)
        digest = envelope.ballots_digest(salt, rankings).hex()
        opened = {"pot": POT, "digest": digest, "opened": len(rankings), "spoilt": spoilt}
        self.write("opening", pots=[opened])
        self.seed, self.rankings, self.spoilt, self.salt = seed, rankings, spoilt, salt

    def result(self, outcome, *, level="ballots", **changes):
        awards, raises, stopped = outcome
        rule = {
            "name": self.rule,
            "parameters": self.parameters,
            "max_length": self.max_length,
            "budget": self.budget,
            "seed": self.seed,
        }
        facts = {
            "round": {"id": ROUND, "slug": "northbank", "title": "Northbank decides"},
            "pot": {"id": POT, "name": "All of Northbank"},
            "version": 1,
            "reason": "",
            "level": level,
            "rule": rule,
            "money": {"currency": "GBP", "minor_units": 2},
            "marks": len(self.inside),
            "spoilt": self.spoilt,
            "envelopes": self.digests(),
            "rankings": self.rankings,
            "digest": self.rows[-1].payload["pots"][0]["digest"],
            "salt": self.salt,
            "box_key": self.public,
            "rows": self.rows,
            "projects": self.projects,
            "tally": tally_record(rule, awards, raises, stopped),
            "awards": awards,
            "counted": awards,
            "raises": raises,
            "stopped": stopped,
        }
        return package.Result(**{**facts, **changes})


def tally_record(rule, awards, raises, stopped):
    """The parts of a recorded count that the package's checker reads."""
    completion = None if raises is None else {"raises": raises, "stopped": stopped}
    record = {
        "rule": rule["name"],
        "parameters": rule["parameters"],
        "max_length": rule["max_length"],
        "budget": rule["budget"],
        "seed": rule["seed"],
        "steps": [{"award": a["amount"], "project": a["id"], "part": a["reason"]} for a in awards],
        "allocation": [{"amount": a["amount"], "project": a["id"]} for a in awards],
        "completion": completion,
    }
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


# A third counting, as plain as can be, so that the checker's own is not checked with itself.


def order_of_ties(box):
    standing = [project for project in box.projects if not project["withdrawn"]]
    names = {project["number"] for project in standing}
    ballots = [[number for number in ranking if number in names] for ranking in box.rankings]
    points, first = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for ballot in ballots:
        for rank, number in enumerate(ballot):
            points[number] += box.max_length - rank
            first[number] += rank == 0

    def key(project):
        lot = hashlib.sha256(f"{box.seed}{project['id']}".encode()).hexdigest()
        return (-points[project["number"]], -first[project["number"]], project["cost"], lot)

    return sorted(standing, key=key), ballots, points


def plain_pass(box, share):
    """Rank-by-rank Equal Shares by the book: a Fraction for each voter, every price from scratch."""
    order, ballots, _ = order_of_ties(box)
    held = [share] * len(ballots)
    funded = []
    for level in range(1, box.max_length + 1):
        while True:
            best = None
            for project in order:
                voters = [i for i, ballot in enumerate(ballots) if project["number"] in ballot[:level]]
                payable = voters and sum(held[i] for i in voters) >= project["cost"] <= box.budget
                if project in funded or not payable:
                    continue
                price = plain_price(project["cost"], sorted(held[i] for i in voters))
                support = None if price == 0 else project["cost"] / price
                if best is None or (best[0] is not None and (support is None or support > best[0])):
                    best = (support, price, project, voters)
            if best is None:
                break
            _, price, project, voters = best
            funded.append(project)
            for i in voters:
                held[i] -= min(held[i], price)
    return funded


def plain_price(cost, held):
    for place, money in enumerate(held):
        price = Fraction(cost - sum(held[:place])) / (len(held) - place)
        if price <= money:
            return price
    raise AssertionError("they could pay")


def plain_count(box):
    """The whole default rule: Add1 until overspend, top-up, part funding."""
    order, ballots, points = order_of_ties(box)
    start = Fraction(box.budget, len(ballots))
    step = max(1, -(-box.budget // (1000 * len(ballots))))
    wanted = [p for p in order if points[p["number"]] > 0 and p["cost"] <= box.budget]
    raises, funded = 0, plain_pass(box, start)
    while True:
        if all(project in funded for project in wanted):
            stopped = "all-funded"
            break
        after = plain_pass(box, start + (raises + 1) * step)
        if sum(project["cost"] for project in after) > box.budget:
            stopped = "overspend"
            break
        raises, funded = raises + 1, after
    awards = [(project, project["cost"], "shares") for project in funded]
    return plain_completion(box, order, points, awards), raises, stopped


def plain_greedy(box):
    order, _, points = order_of_ties(box)
    awards, left = [], box.budget
    for project in order:
        if points[project["number"]] > 0 and project["cost"] <= left:
            awards.append((project, project["cost"], "walk"))
            left -= project["cost"]
    return plain_completion(box, order, points, awards, top_up=False), None, None


def plain_completion(box, order, points, awards, top_up=True):
    taken = [project for project, _, _ in awards]
    left = box.budget - sum(amount for _, amount, _ in awards)
    for project in order if top_up else []:
        if project not in taken and points[project["number"]] > 0 and project["cost"] <= left:
            awards.append((project, project["cost"], "top-up"))
            taken.append(project)
            left -= project["cost"]
    for project in order if box.parameters.get("part_funding") else []:
        fits = project["least"] is not None and 0 < project["least"] <= left
        if project not in taken and points[project["number"]] > 0 and fits:
            awards.append((project, min(left, project["cost"]), "part-funding"))
            break
    return [{"id": project["id"], "amount": amount, "reason": part} for project, amount, part in awards]


def filled(
    seed=1, *, voters=40, costs=(300, 250, 200, 150, 400, 120), budget=900, replaced=4, voided=2, **more
):
    """A box after the opening, with ballots that cluster as real ones do."""
    dice = random.Random(seed)
    projects = more.pop("projects", None) or projects_of(costs)
    box = BoxOfPaper(budget=budget, projects=projects, **more)
    numbers = [project["number"] for project in projects]
    weights = [dice.random() + 0.1 for _ in numbers]

    def ranking():
        length = dice.randint(1, min(box.max_length, len(numbers)))
        return sorted(numbers, key=lambda number: dice.random() ** (1 / weights[number - 1]))[-length:][::-1]

    for entry in range(voters + voided):
        box.cast(entry, ranking())
    for entry in range(replaced):
        box.cast(entry, ranking())
    for entry in range(voters, voters + voided):
        box.void(entry)
    box.close_and_open()
    return box


def packed(box, outcome=None, **more):
    count = plain_greedy if box.rule == "points-greedy" else plain_count
    return package.build(box.result(outcome or count(box), **more), signing_key=SIGNING_KEY)
