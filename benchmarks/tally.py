"""How fast the count is, side by side with pabutools in the same process, and how it grows.

    python -m benchmarks.tally             every table; pabutools' Add1 alone takes many minutes
    python -m benchmarks.tally --no-add1   without pabutools' Add1
    python -m benchmarks.tally --growth    10^3 to 10^6 ballots
    python -m benchmarks.tally --limit 60  give pabutools at most so many seconds for each figure (300)

The columns "kernel" and "NumPy" are the outcome alone, which is what pabutools gives: indexing the ballots
and one run (or all the raises) of Equal Shares. "count" is all that pbvote publishes: exact prices,
candidates, why-not facts, canonical JSON. Ours are medians of several; pabutools is run once where it takes
longer than ten seconds, in a process of its own that is ended when its time is up, and then shown as "more
than". It has its fastest settings: exact gmpy2 fractions, a multiprofile, binary satisfaction for approvals.
"""

import argparse
import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from pabutools.election import (
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalMultiProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalMultiProfile,
    FrozenApprovalBallot,
    FrozenCardinalBallot,
    Instance,
)
from pabutools.election import Project as TheirProject
from pabutools.rules import method_of_equal_shares
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pbvote.tally import RULES, Election, Project, count
from pbvote.tally.completion import Raises, find_share
from pbvote.tally.engine import Engine, current, using
from pbvote.tally.kernel import library
from pbvote.tally.pabulib import read
from pbvote.tally.record import Completion
from pbvote.tally.recorded import record
from pbvote.tally.rules import equal_shares_approval, equal_shares_points, rank_equal_shares
from pbvote.tally.ties import TieOrder

SHARED = Path(__file__).parents[2] / "shared" / "elections"
REAL = (
    "Poland_Warszawa_2022_Targowek",
    "Netherlands_Amsterdam_252",
    "Poland_Lodz_2022",
    "Poland_Krakow_2021",
    "Poland_Krakow_2024_Nowa_Huta",
)
PLAIN = Engine(compiled=False)
LONG, LIMIT = 10.0, 300.0  # seconds
COMPARED = ("kernel", "NumPy", "pabutools", "times", "NumPy times", "count")


@dataclass(frozen=True)
class Case:
    """One election under Equal Shares: on points for rankings, one unit each for approvals."""

    name: str
    election: Election

    @property
    def rule(self) -> str:
        return "equal-shares-points" if self.election.kind == "ordinal" else "equal-shares-approval"

    @property
    def parameters(self) -> dict[str, str]:
        return {} if self.election.kind == "ordinal" else {"utility": "count"}

    def demand(self):
        if self.election.kind == "ordinal":
            return equal_shares_points.asked(self.election)
        return equal_shares_approval.asked(self.election, "count")


def generated(voters: int, projects: int, most: int, seed: int = 1) -> Election:
    """A made-up round: some popular projects and a long tail, ballots of 1 to ``most`` ranks."""
    dice = np.random.default_rng(seed)
    ids = np.array([f"p{number:03}" for number in range(projects)])
    liking = np.log(1 / (3 + np.arange(projects)))
    ballots: dict[tuple[str, ...], int] = {}
    for start in range(0, voters, 20_000):
        size = min(20_000, voters - start)
        wish = liking + dice.gumbel(size=(size, projects))
        top = np.argsort(-wish, axis=1)[:, :most]
        for row, length in zip(
            ids[top].tolist(), dice.integers(1, most + 1, size=size).tolist(), strict=True
        ):
            ballot = tuple(row[:length])
            ballots[ballot] = ballots.get(ballot, 0) + 1
    asked = [Project(name, int(dice.integers(500_00, 60_000_00))) for name in ids.tolist()]
    budget = int(sum(project.cost for project in asked) * 0.45)
    return Election.ranked(projects=asked, ballots=ballots, budget=budget, max_length=most)


def cases(console: Console) -> Iterator[Case]:
    for name in REAL:
        path = SHARED / f"{name}.pb"
        if path.exists():
            yield Case(name.split("_", 1)[1], read(path).election)
        else:
            console.print(f"{name} is not in the shared folder: left out")
    yield Case("generated 87 × 4,940 × 10", generated(4_940, 87, 10))


def timed(deed: Callable[[], object], times: int = 5) -> float:
    """Seconds, the median of several; once only where it takes long."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        taken.append(time.perf_counter() - start)
        if taken[0] > LONG:
            break
    return median(taken)


def timed_apart(deed: Callable[[], object], limit: float, times: int = 1) -> float | None:
    """Seconds, measured in a process of its own that is ended after ``limit``; None if it was."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=lambda: theirs.send(timed(deed, times)), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else None
    finally:
        process.kill()
        process.join()
        ours.close()


def compared(theirs: float | None, limit: float, *ours: float) -> list[str]:
    """What pabutools took, and how many times as long as each of ours."""
    if theirs is None:
        return [f"more than {seconds(limit)}", *(f"> {limit / own:,.0f}" for own in ours)]
    return [seconds(theirs), *(f"{theirs / own:,.0f}" for own in ours)]


def each(progress: Progress, what: str, found: Sequence[Case]) -> Iterator[Case]:
    """The cases one by one, with what is being measured said on the terminal."""
    task = progress.add_task(what, total=len(found))
    for case in found:
        progress.update(task, description=f"{what}: {case.name}")
        yield case
        progress.advance(task)
    progress.remove_task(task)


def our_outcome(case: Case, completion: str = "none", step: int | None = None) -> Completion:
    """Index the ballots and find the outcome, as pabutools does, without the facts that count() records."""
    raises = Raises(case.election, case.demand(), TieOrder(case.election, "1", None), current())
    rule = RULES[case.rule]
    settled = rule.settled({**case.parameters, "completion": completion, "step": step})
    return find_share(raises, settled, lambda what, done, total: None)


def their_outcome(case: Case, increment: int | None = None) -> Callable[[], object]:
    """The same by pabutools; its projects and ballots are made beforehand, its multiprofile is counted."""
    election = case.election
    projects = {project.id: TheirProject(project.id, project.cost) for project in election.projects}
    instance = Instance(projects.values(), budget_limit=election.budget)
    ballots = list(election.ballots())

    def deed() -> object:
        if election.kind == "ordinal":
            most = election.max_length
            profile = CardinalMultiProfile(
                {
                    FrozenCardinalBallot(
                        CardinalBallot({projects[name]: most - rank for rank, name in enumerate(ballot)})
                    ): voters
                    for ballot, voters in ballots
                }
            )
            return method_of_equal_shares(
                instance, profile, sat_class=Additive_Cardinal_Sat, voter_budget_increment=increment
            )
        profile = ApprovalMultiProfile(
            {
                FrozenApprovalBallot(ApprovalBallot(projects[name] for name in ballot)): voters
                for ballot, voters in ballots
            }
        )
        return method_of_equal_shares(
            instance, profile, sat_class=Cardinality_Sat, binary_sat=True, voter_budget_increment=increment
        )

    return deed


def seconds(value: float) -> str:
    return f"{value * 1000:,.1f} ms" if value < 1 else f"{value:,.1f} s"


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left")
    return made


def single_runs(found: list[Case], progress: Progress, limit: float) -> Table:
    made = table("One run of Equal Shares", "election", *COMPARED)
    for case in each(progress, "single runs", found):
        fast = timed(lambda case=case: our_outcome(case))
        with using(PLAIN):
            plain = timed(lambda case=case: our_outcome(case))
        theirs = timed_apart(their_outcome(case), limit, 3)
        full = timed(lambda case=case: counted(case, "none"))
        made.add_row(
            case.name, seconds(fast), seconds(plain), *compared(theirs, limit, fast, plain), seconds(full)
        )
    return made


def add1_runs(found: list[Case], progress: Progress, limit: float) -> Table:
    """With a limit of 0, without pabutools."""
    made = table("Add1 until exhaustive, the default step", "election", "raises", *COMPARED)
    for case in each(progress, "Add1", found):
        facts = our_outcome(case, "add1-exhaustive")
        fast = timed(lambda case=case: our_outcome(case, "add1-exhaustive"), 3)
        with using(PLAIN):
            plain = timed(lambda case=case: our_outcome(case, "add1-exhaustive"), 3)
        full = timed(lambda case=case: counted(case, "add1-exhaustive"), 3)
        row = [case.name, f"{facts.raises:,}", seconds(fast), seconds(plain)]
        if limit:
            row += compared(timed_apart(their_outcome(case, int(facts.step)), limit), limit, fast, plain)
        else:
            row += ["-", "-", "-"]
        made.add_row(*row, seconds(full))
    return made


def counted(case: Case, completion: str) -> None:
    count(case.election, case.rule, {**case.parameters, "completion": completion}, seed="1").to_json()


def rank_runs(found: list[Case], progress: Progress) -> Table:
    made = table(
        "Rank-by-rank Equal Shares", "election", "a pass", "NumPy", "raises", "all raises", "NumPy", "count()"
    )
    ranked = [case.election for case in found if case.election.kind == "ordinal"]
    names = [case.name for case in found if case.election.kind == "ordinal"]
    for name, election in progress.track(list(zip(names, ranked, strict=True)), description="rank by rank"):
        row = [name]
        rule = RULES["rank-equal-shares"]
        for completion in ("none", "add1-overspend"):
            settled = rule.settled({"completion": completion})

            def deed(election=election, settled=settled):
                demand = rank_equal_shares.asked(election)
                raises = Raises(election, demand, TieOrder(election, "1", None), current())
                return find_share(raises, settled, lambda what, done, total: None)

            if completion != "none":
                row.append(str(deed().raises))
            row.append(seconds(timed(deed)))
            with using(PLAIN):
                row.append(seconds(timed(deed, 3)))
        row.append(seconds(timed(lambda election=election: count(election, seed="1").to_json(), 3)))
        made.add_row(*row)
    return made


FRESH = """
import sys
from pbvote.tally import count
from pbvote.tally.pabulib import read
print(count(read(sys.argv[1]).election, seed="1").funded)
"""


def fresh_processes(progress: Progress) -> Table:
    """The library alone, and the command with its tables and measures of fairness."""
    made = table(
        "From file to printed result in a fresh process, the whole default rule (medians of 5)",
        *("election", "library", "command"),
    )
    for name in progress.track(("Poland_Krakow_2021", "Poland_Krakow_2024_Nowa_Huta"), description="fresh"):
        path = SHARED / f"{name}.pb"
        if path.exists():
            taken = [
                timed(lambda command=command: subprocess.run(command, check=True, capture_output=True))
                for command in (
                    [sys.executable, "-c", FRESH, str(path)],
                    [sys.executable, "-m", "pbvote.tally", str(path), "--seed", "1"],
                )
            ]
            made.add_row(name, *map(seconds, taken))
    return made


def why_not(found: list[Case], progress: Progress) -> Table:
    """The published run alone: the default rule's final share once more, with what 5.8 wants recorded."""
    made = table(
        "Prices, candidates and why-not facts for every project, at the final share",
        *("election", "projects", "not bought", "time"),
    )
    for case in each(progress, "why-not", found):
        election = case.election
        ranked = election.kind == "ordinal"
        demand = rank_equal_shares.asked(election) if ranked else case.demand()
        tally = count(election, "rank-equal-shares" if ranked else case.rule, seed="1")

        def deed(election=election, demand=demand, share=tally.completion.share):
            return record(election, demand, share, TieOrder(election, "1", None))

        made.add_row(case.name, str(len(election.projects)), str(len(deed()[1])), seconds(timed(deed)))
    return made


def long_climb(raises: int, voters: int = 500) -> Election:
    """Half of the voters want a bridge that they can pay for only after so many raises of one unit."""
    share, half = 1_000, voters // 2
    projects = [Project("bridge", half * (share + raises)), Project("bench", half * share)]
    ballots = {("bridge",): half, ("bench",): voters - half}
    return Election.approval(projects=projects, ballots=ballots, budget=half * (2 * share + raises))


def long_climbs(progress: Progress) -> Table:
    made = table("Add1 by single units, where most raises change nothing", "raises", "kernel", "NumPy")
    for raises in progress.track((1_000, 10_000, 150_000), description="long climbs"):
        election = long_climb(raises)
        parameters = {"start": 1_000, "step": 1, "cap": 1_000_000}

        def deed(election=election, parameters=parameters):
            return count(election, "equal-shares-approval", parameters, seed="1")

        row = [f"{deed().completion.raises:,}", seconds(timed(deed))]
        with using(PLAIN):
            row.append(seconds(timed(deed)))
        made.add_row(*row)
    return made


def growth(progress: Progress) -> Table:
    made = table(
        "The whole default rule, 160 projects",
        "ballots",
        "different",
        "index",
        "count",
        "a ballot",
        "raises",
        "peak memory",
    )
    for voters in progress.track([10**3, 10**4, 10**5, 10**6], description="growth"):
        made.add_row(*alone(voters))
    return made


def alone(voters: int) -> list[str]:
    """One size in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.tally", "--size", str(voters)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().split("|")


def one_size(voters: int) -> None:
    election = generated(voters, 160, 10)
    ballots = dict(election.ballots())
    start = time.perf_counter()
    election = Election.ranked(
        projects=election.projects, ballots=ballots, budget=election.budget, max_length=election.max_length
    )
    made = time.perf_counter()
    tally = count(election, seed="1")
    done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    each_one = f"{(done - start) / voters * 1e6:,.0f} µs"
    raises = tally.completion.raises
    cells = (seconds(made - start), seconds(done - made), each_one, raises, f"{memory:,} MiB")
    print(f"{voters:,}", f"{len(ballots):,}", *cells, sep="|")


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--no-add1", action="store_true", help="leave out pabutools' Add1")
    given.add_argument("--growth", action="store_true", help="only the growth table")
    given.add_argument(
        "--limit", type=float, default=LIMIT, help="seconds pabutools has for each figure (300)"
    )
    given.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.size:
        one_size(options.size)
        return
    console = Console()
    console.print("kernel: " + ("compiled" if library() is not None else "not built: both columns are NumPy"))
    with Progress(console=console, transient=True) as progress:
        if options.growth:
            console.print(growth(progress))
            return
        found = list(cases(console))
        console.print(fresh_processes(progress))
        console.print(single_runs(found, progress, options.limit))
        console.print(rank_runs(found, progress))
        console.print(why_not(found, progress))
        console.print(long_climbs(progress))
        console.print(add1_runs(found, progress, 0.0 if options.no_add1 else options.limit))
        console.print(growth(progress))


if __name__ == "__main__":
    main()
