"""The same tally, to the byte, from every engine, and from anything that must not matter."""

import ctypes
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

from pbvote.tally import Election, Project, count
from pbvote.tally.engine import Engine, using
from pbvote.tally.kernel import load
from pbvote.tally.rules import rank_equal_shares
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder
from tests.tally.tie_heavy import downward, tie_heavy
from tests.tally.town import town

ROOT = Path(__file__).parents[2]
RULES = ("rank-equal-shares", "equal-shares-points")
ENGINES = {
    "compiled": Engine(),
    "plain": Engine(compiled=False),
    "exact": Engine(exact=True),
}


SOURCE = ROOT / "pbvote/tally/kernel.c"


def compiled(path):
    """The kernel of this source tree, built here."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler here to build the kernel with")
    flags = ["-O3", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", path, SOURCE], check=True)
    return load(path)


@pytest.fixture(scope="module", autouse=True)
def kernel(tmp_path_factory):
    """The kernel of this source tree, built here where what is installed is missing or older."""
    installed = [
        path for path in SOURCE.parent.glob("_kernel*.so") if path.stat().st_mtime > SOURCE.stat().st_mtime
    ]
    built = load(installed[0]) if installed else compiled(tmp_path_factory.mktemp("kernel") / "kernel.so")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pbvote.tally.kernel.library", lambda: built)
        patch.setattr("pbvote.tally.engine.library", lambda: built)
        yield built


def test_the_kernel_is_built_without_a_warning(tmp_path):
    assert compiled(tmp_path / "kernel.so").restype is ctypes.c_int64


@pytest.mark.parametrize(
    ("engine", "built", "uses"),
    [
        (Engine(), True, True),
        (Engine(compiled=False), True, False),
        (Engine(exact=True), True, False),
        (Engine(), False, False),
    ],
)
def test_the_kernel_makes_the_runs_where_it_is_built_and_wanted_and_nothing_is_to_be_exact(
    engine, built, uses, kernel, monkeypatch
):
    asked = []

    def seen(state, answer):
        asked.append(answer)
        return kernel(state, answer)

    monkeypatch.setattr("pbvote.tally.kernel.library", lambda: seen if built else None)
    monkeypatch.setattr("pbvote.tally.engine.library", lambda: seen if built else None)
    election = town(1)
    finished = engine.runner(rank_equal_shares.asked(election), TieOrder(election, "1", None))
    run = finished(Fraction(election.budget, election.voters), Fraction(0))
    assert len(run.bought) > 2
    assert bool(asked) is uses


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(6))
def test_every_engine_gives_the_same_bytes_on_elections_of_real_shape(seed, rule):
    election = town(seed)
    answers = set()
    for engine in ENGINES.values():
        with using(engine):
            answers.add(count(election, rule, {"cap": 25}, seed="31415").to_json())
    assert len(answers) == 1


@pytest.mark.parametrize("rule", RULES)
def test_every_engine_gives_the_same_bytes_on_elections_full_of_ties(rule):
    for seed in range(200):
        costs, ballots, budget = tie_heavy(seed, most_voters=14)
        election = Election.ranked(
            projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=budget
        )
        answers = set()
        for engine in ENGINES.values():
            with using(engine):
                answers.add(count(election, rule, {"step": 1, "cap": 10}, order=downward(costs)).to_json())
        assert len(answers) == 1, seed


@pytest.mark.parametrize("utility", ["cost", "count"])
def test_every_engine_gives_the_same_bytes_on_approvals(utility):
    for seed in range(3):
        ranked = town(seed)
        ballots = [ballot for ballot, voters in ranked.ballots() for _ in range(voters)]
        election = Election.approval(projects=ranked.projects, ballots=ballots, budget=ranked.budget)
        answers = set()
        for engine in ENGINES.values():
            with using(engine):
                tally = count(election, "equal-shares-approval", {"utility": utility, "cap": 20}, seed="27")
                answers.add(tally.to_json())
        assert len(answers) == 1


@pytest.mark.parametrize("budget", [10**18, 10**18 - 7, 3 * 10**15 + 1])
def test_money_too_large_for_machine_words_is_counted_all_the_same(budget):
    small, share = town(3, voters=40, money=10_000_00), budget // 10_000_00
    projects = [Project(project.id, project.cost * share) for project in small.projects]
    ballots = dict(small.ballots())
    election = Election.ranked(projects=projects, ballots=ballots, budget=budget, max_length=5)
    answers = set()
    for engine in ENGINES.values():
        with using(engine):
            answers.add(count(election, parameters={"cap": 3}, seed="1").to_json())
    assert len(answers) == 1
    assert count(election, parameters={"cap": 3}, seed="1").spent <= budget


def coarse(seed):
    """An election with so much money in so many hands that a run is off by many pence, and costs by fewer."""
    dice = random.Random(seed)
    ids = [f"p{number}" for number in range(dice.randint(3, 6))]
    shape = [dice.choice([1, 2, 2, 3, 4, 6]) for _ in ids]
    unit = 10**15 // sum(shape)
    costs = {name: unit * part + dice.randint(-9, 9) for name, part in zip(ids, shape, strict=True)}
    ballots = {}
    for _ in range(dice.randint(3, 7)):
        ballot = tuple(dice.sample(ids, dice.randint(1, len(ids))))
        ballots[ballot] = ballots.get(ballot, 0) + 1_000 * dice.choice([1, 2, 3, 4, 6])
    return costs, ballots, unit * sum(shape) * 2 // 3 + dice.randint(-9, 9)


@pytest.mark.parametrize("rule", [*RULES, "equal-shares-approval"])
@pytest.mark.parametrize("block", range(4))
def test_every_engine_gives_the_same_bytes_where_costs_differ_by_less_than_the_error(block, rule):
    make = Election.approval if rule == "equal-shares-approval" else Election.ranked
    for seed in range(8 * block, 8 * block + 8):
        costs, ballots, budget = coarse(seed)
        projects = [Project(*item) for item in costs.items()]
        election = make(projects=projects, ballots=ballots, budget=budget)
        step = budget // election.voters // 40
        answers = set()
        for engine in ENGINES.values():
            with using(engine):
                tally = count(election, rule, {"cap": 3, "step": step}, order=downward(costs))
                answers.add(tally.to_json())
        assert len(answers) == 1, seed


def tight(seed, *, points):
    """As coarse, and what supporters hold is the cost, or twice or three times the cost, to a few pence."""
    costs, ballots, budget = coarse(seed)
    dice = random.Random(seed)
    share = Fraction(budget, sum(ballots.values()))
    longest = max(map(len, ballots))
    for name in costs:
        behind = Fraction(0)
        for ballot, voters in ballots.items():
            if name in ballot:
                behind += Fraction(longest - ballot.index(name), longest) * voters if points else voters
        costs[name] = max(1, int(behind * share / dice.choice([1, 2, 2, 3])) + dice.randint(-3, 3))
    return costs, ballots, budget


@pytest.mark.parametrize("rule", [*RULES, "equal-shares-approval"])
@pytest.mark.parametrize("block", range(4))
def test_every_engine_gives_the_same_bytes_where_supporters_hold_the_cost_to_a_few_pence(block, rule):
    make = Election.approval if rule == "equal-shares-approval" else Election.ranked
    for seed in range(8 * block, 8 * block + 8):
        costs, ballots, budget = tight(seed, points=rule == "equal-shares-points")
        projects = [Project(*item) for item in costs.items()]
        election = make(projects=projects, ballots=ballots, budget=budget)
        answers = set()
        for engine in ENGINES.values():
            with using(engine):
                tally = count(election, rule, {"cap": 3, "step": 1}, order=downward(costs))
                answers.add(tally.to_json())
        assert len(answers) == 1, seed


def test_a_run_in_coarse_units_is_off_by_many_pence():
    costs, ballots, budget = coarse(1)
    projects = [Project(*item) for item in costs.items()]
    election = Election.ranked(projects=projects, ballots=ballots, budget=budget)
    run = Run(rank_equal_shares.asked(election), Fraction(budget, election.voters), tuple)
    assert run.fits_machine
    assert run.error > 3 << run.scale


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_what_takes_all_its_supporters_have_is_bought_in_the_turn_of_its_price_per_point(engine):
    # three voters with 100/3 each pay for the park, and their rounded money falls short of it
    costs = {"park": 100, "pond": 50, "moon": 900, "star": 900}
    ballots = {("park", "moon", "star"): 3, ("star", "moon", "pond"): 3}
    election = Election.ranked(
        projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=200
    )
    with using(engine):
        tally = count(election, "equal-shares-points", {"completion": "none", "top_up": False})
    assert [(step.project, step.price) for step in tally.steps] == [
        ("park", Fraction(100, 9)),
        ("pond", Fraction(50, 3)),
    ]


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_what_costs_nothing_is_bought_first_in_the_order_t_by_every_engine(engine):
    projects = [Project("cheap", 1), Project("a", 0), Project("b", 0), Project("c", 0)]
    ballots = {("c", "b", "cheap"): 1, ("b", "cheap"): 2, ("c", "a"): 1}
    election = Election.approval(projects=projects, ballots=ballots, budget=12)
    with using(engine):
        tally = count(election, "equal-shares-approval")
    assert tally.funded == ("b", "c", "a", "cheap")
    assert [(tie.order, tie.step) for tie in tally.ties][:2] == [(("b", "c", "a"), 1), (("c", "a"), 2)]


def test_what_its_supporters_miss_by_a_fraction_of_a_penny_is_bought_by_no_engine():
    # so much money is kept in units so coarse that a hundredth of a penny is within the error
    money = 300 * 10**13 + 99
    short, paid = Project("short", 3 * 10**13 + 1), Project("paid", 3 * 10**13)
    ballots = {("short",): 3, ("paid",): 3, ("others",): 294}
    election = Election.ranked(
        projects=[short, paid, Project("others", 10**15)], ballots=ballots, budget=money
    )
    for engine in ENGINES.values():
        with using(engine):
            tally = count(election, parameters={"completion": "none", "top_up": False})
        assert tally.funded == ("others", "paid")
        (why,) = tally.not_funded
        assert (why.money, why.missing, why.lost_at) == (3 * 10**13, 1, 0)


def test_the_order_of_ballots_and_projects_does_not_matter():
    election = town(5)
    ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    expected = count(election, seed="9").to_json()
    for seed in range(5):
        dice = random.Random(seed)
        shuffled = Election.ranked(
            projects=dice.sample(election.projects, len(election.projects)),
            ballots=dice.sample(ballots, len(ballots)),
            budget=election.budget,
            max_length=5,
        )
        assert count(shuffled, seed="9").to_json() == expected


SCRIPT = """
from pbvote.tally import count
from tests.tally.town import town
print(count(town(4), seed="8").to_json().decode())
"""


def test_hash_seeds_do_not_matter():
    answers = set()
    for seed in range(10):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, check=True, cwd=ROOT, env=environment
        )
        answers.add(done.stdout)
    assert len(answers) == 1


def test_counts_made_at_once_in_threads_do_not_disturb_each_other():
    elections = [town(seed) for seed in range(4)]
    alone = [count(election, seed="8").to_json() for election in elections]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            together = list(pool.map(lambda election: count(election, seed="8").to_json(), elections))
            assert together == alone
