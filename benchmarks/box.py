"""How fast the ballot box is: sealing, opening, and a whole round of 50,000 ballots.

    python -m benchmarks.box [--ballots 50000] [--projects 160]

A generated round (1 to 10 ranks, a few popular projects and a long tail) is sealed and put on a board in
memory. Then the clock runs: every envelope is opened, the default rule counts, the package is built; and
again while the public checker verifies the package. Figures to reach on two cores for 50,000 ballots: opened,
counted and packaged in under 60 s, verified in under 30 s.
"""

import argparse
import random
import time

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pbvote.box import board, envelope, merkle, package, receipt, verify
from pbvote.tally import RULES, Election, Project, count

ROUND, POT, RANKS, BUDGET, SEED = 1, 1, 10, 203_000_000, "041799"
SIGNING = bytes(range(32))
WHERE = {"round_id": ROUND, "pot_id": POT, "capacity": RANKS}
console = Console()


def generated(ballots: int, projects: int) -> tuple[list[dict], list[list[int]]]:
    """Projects of £500 to £60,000 and rankings that cluster on a few of them."""
    dice = random.Random(20261124)
    listed = [
        {
            "cost": dice.randint(500, 60_000) * 100,
            "id": f"p{number}",
            "least": None,
            "name": f"Project {number}",
            "number": number,
            "withdrawn": False,
        }
        for number in range(1, projects + 1)
    ]
    weights = [dice.paretovariate(1.2) for _ in listed]
    numbers = [project["number"] for project in listed]
    rankings = [
        list(dict.fromkeys(dice.choices(numbers, weights, k=dice.randint(1, RANKS)))) for _ in range(ballots)
    ]
    return listed, rankings


class Box:
    """A round in memory: sealed, closed, ready to be opened."""

    def __init__(self, projects: list[dict], rankings: list[list[int]]) -> None:
        self.projects = projects
        self.key = envelope.new_key()
        self.public = envelope.public_key(self.key)
        self.parameters = RULES["rank-equal-shares"].settled({})
        self.rows: list[board.BoardRow] = []
        public = board.signing_public_key(SIGNING).hex()
        self.write("setup", public_key=self.public.hex(), signing_key=public, custody="server")
        pots = [{"budget": BUDGET, "pot": POT, "projects": package.projects_digest(projects)}]
        rule = {"rule": "rank-equal-shares", "parameters": self.parameters, "max_length": RANKS}
        self.write("open", pots=pots, **rule)
        self.sealed = []
        for entry, ranking in enumerate(track(rankings, "Sealing", console=console, transient=True)):
            one = envelope.seal(self.public, ranking, entry_id=entry, **WHERE)
            self.sealed.append(one)
            self.write("cast", pot=POT, envelope=receipt.envelope_digest(one).hex())
        self.digests = sorted(receipt.envelope_digest(one) for one in self.sealed)
        root, number = merkle.root(self.digests).hex(), len(rankings)
        self.write("close", pots=[{"pot": POT, "envelopes": number, "marks": number, "root": root}])
        self.write("seed", seed=SEED)

    def write(self, kind: str, **payload: object) -> None:
        last = self.rows[-1] if self.rows else None
        self.rows.append(board.append(last, round_id=ROUND, kind=kind, payload=payload))

    def open(self) -> list[tuple[int, ...]]:
        rankings = [
            envelope.open_envelope(self.key, one, entry_id=entry, **WHERE)
            for entry, one in enumerate(self.sealed)
        ]
        self.salt = envelope.ballots_salt(self.key, round_id=ROUND, pot_id=POT)
        self.digest = envelope.ballots_digest(self.salt, rankings).hex()
        opened = {"pot": POT, "digest": self.digest, "opened": len(rankings), "spoilt": {}}
        self.write("opening", pots=[opened])
        return rankings

    def packed(self, rankings: list[tuple[int, ...]], tally: object) -> bytes:
        awards = [{"amount": s.award, "id": s.project, "reason": s.part} for s in tally.steps]
        rule = {"budget": BUDGET, "max_length": RANKS, "name": tally.rule}
        result = package.Result(
            round={"id": ROUND, "slug": "bench", "title": "Benchmark"},
            pot={"id": POT, "name": "All"},
            version=1,
            reason="",
            level="ballots",
            rule={**rule, "parameters": tally.parameters, "seed": SEED},
            money={"currency": "GBP", "minor_units": 2},
            marks=len(rankings),
            spoilt={},
            envelopes=self.digests,
            rankings=rankings,
            digest=self.digest,
            salt=self.salt,
            box_key=self.public,
            rows=self.rows,
            projects=self.projects,
            tally=tally.to_json(),
            awards=awards,
            counted=awards,
            raises=tally.completion.raises,
            stopped=tally.completion.stopped,
        )
        return package.build(result, signing_key=SIGNING)


def timed(work, *arguments):
    begin = time.perf_counter()
    done = work(*arguments)
    return done, time.perf_counter() - begin


def counted(projects: list[dict], rankings: list[tuple[int, ...]]):
    election = Election.ranked(
        projects=[Project(id=one["id"], cost=one["cost"], name=one["name"]) for one in projects],
        ballots=[tuple(f"p{number}" for number in ranking) for ranking in rankings],
        budget=BUDGET,
        max_length=RANKS,
    )
    return count(election, "rank-equal-shares", seed=SEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ballots", type=int, default=50_000)
    parser.add_argument("--projects", type=int, default=160)
    options = parser.parse_args()
    projects, rankings = generated(options.ballots, options.projects)
    base_point = bytes.fromhex("09" + "00" * 31)
    sealing, seal_time = timed(
        lambda: [envelope.seal(base_point, one, entry_id=1, **WHERE) for one in rankings[:5000]]
    )
    box = Box(projects, rankings)
    opened, open_time = timed(box.open)
    tally, count_time = timed(counted, projects, opened)
    data, pack_time = timed(box.packed, opened, tally)
    _, verify_time = timed(verify.check, data)
    table = Table("what", "measured", title=f"{len(rankings):,} ballots, {len(projects)} projects")
    table.add_row("sealed per second", f"{len(sealing) / seal_time:,.0f}")
    table.add_row("opened per second", f"{len(opened) / open_time:,.0f}")
    table.add_row("opened", f"{open_time:.1f} s")
    table.add_row("counted (whole default rule)", f"{count_time:.1f} s")
    table.add_row("packaged", f"{pack_time:.1f} s, {len(data) / 1e6:.1f} MB")
    table.add_row("opened, counted, packaged", f"{open_time + count_time + pack_time:.1f} s (to reach: 60 s)")
    table.add_row("verified from the package", f"{verify_time:.1f} s (to reach: 30 s)")
    console.print(table)


if __name__ == "__main__":
    main()
