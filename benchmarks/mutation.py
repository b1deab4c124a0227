"""How many mutants of the count are killed, from mutmut's own results: `python -m benchmarks.mutation`

`make mutation` makes mutants/ first. Those that have no verdict yet, or survived, are judged here: all of
them, or with `--parts shares rules` those of these modules and packages, or with `--sample N` the first N of
a fixed shuffle. The verdicts go where mutmut keeps its own, so that a run that is broken off goes on where it
was. `--again` judges also what was killed before; `--show` judges nothing.

It is mutmut's judgement, sooner: the tests are collected once, and each mutant gets a fork of that process
which runs the tests that mutmut saw reach the mutated function, most telling first, up to the first that
fails. Which test killed which mutant is kept in mutants/killers.json, so that later runs know what tells. A
function that is not mutated costs one call more, where mutmut looks up the mutant's name at every call.
Tests beyond `--seconds` in all (by mutmut's clock) are left out, so that a survivor may be one only because
of that. A test that takes eight times its own time of the processor and one second more is a time-out.
"""

import argparse
import gc
import inspect
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

MUTANTS = Path("mutants")
KILLERS = MUTANTS / "killers.json"
PASSED, FAILED, BROKEN, NO_TESTS, TIME_OUT = 0, 1, 3, 33, 152
SPENT = (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL, signal.SIGXCPU, 36, 255)
SHUFFLE = 20
console = Console()


def results() -> dict[str, dict[str, int | None]]:
    """Module → mutant → mutmut's exit code, None where it has not been judged."""
    found = {}
    for path in sorted(MUTANTS.glob("pbvote/tally/**/*.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            found[str(path.relative_to(MUTANTS / "pbvote/tally"))[: -len(".py.meta")]] = codes
    return found


def chosen(found: dict[str, dict[str, int | None]], parts: Sequence[str], size: int | None) -> list[str]:
    """The mutants of these modules and packages (or of all), in the fixed shuffle; so many of them."""
    names = sorted(
        name
        for module, codes in found.items()
        for name in codes
        if not parts or module in parts or module.partition("/")[0] in parts
    )
    random.Random(SHUFFLE).shuffle(names)
    return names[:size]


def show(found: dict[str, dict[str, int | None]]) -> None:
    """The rate of each module, and of all together."""
    table = Table(title="Mutants of pbvote/tally")
    table.add_column("module", no_wrap=True)
    for heading in ("mutants", "judged", "killed", "time-outs", "survived", "%"):
        table.add_column(heading, justify="right")
    every: Counter[str] = Counter()
    for module, codes in found.items():
        mine = counted(codes)
        every += mine
        add_row(table, module, mine)
    table.add_section()
    add_row(table, "all", every)
    console.print(table)


def counted(codes: dict[str, int | None]) -> Counter[str]:
    fates = Counter({"mutants": len(codes)})
    for code in codes.values():
        if code is None:
            continue
        timed_out, crashed = code in (TIME_OUT, *SPENT), code < 0
        killed = timed_out or crashed or code in (FAILED, BROKEN)
        fates.update(("judged", "killed" if killed else "survived"))
        fates["time-out"] += timed_out
    return fates


def add_row(table: Table, name: str, fates: Counter[str]) -> None:
    rate = f"{100 * fates['killed'] / fates['judged']:.1f}" if fates["judged"] else ""
    shown = (fates[key] for key in ("mutants", "judged", "killed", "time-out", "survived"))
    table.add_row(name, *(f"{number:,}" for number in shown), rate)


class Switch:
    """Stands in for mutmut's trampoline: every function is itself, but for the one that is mutated."""

    def __init__(self) -> None:
        self.places: list[tuple[str, dict[str, Any], list[Any]]] = []

    def around(self, mutants: dict[str, Any], is_classmethod: bool = False) -> Callable[[Any], Any]:
        def switched(function: Any) -> Any:
            now = [function]
            self.places.append((function.__module__, mutants, now))
            if inspect.isgeneratorfunction(function):

                @wraps(function)
                def steps(*given: Any, **named: Any) -> Any:
                    return (yield from now[0](*given, **named))

                return steps

            @wraps(function)
            def call(*given: Any, **named: Any) -> Any:
                return now[0](*given, **named)

            return call

        return switched

    def turn(self, name: str) -> None:
        """Put the mutant in its place."""
        module, _, mutant = name.rpartition(".")
        for owner, mutants, now in self.places:
            if owner == module and mutant in mutants:
                now[0] = getattr(mutants[mutant], "__func__", mutants[mutant])
                return
        raise LookupError(name)


class Judge:
    """A pytest plugin that judges mutants in place of running the tests it has collected."""

    def __init__(self, wanted: list[str], jobs: int, seconds: float, again: bool) -> None:
        from mutmut.mutation.data import SourceFileMutationData
        from mutmut.utils.file_utils import walk_mutatable_files

        stats = json.loads((MUTANTS / "mutmut-stats.json").read_text())
        self.lasts: dict[str, float] = stats["duration_by_test"]
        self.reach: dict[str, list[str]] = stats["tests_by_mangled_function_name"]
        self.owner: dict[str, Any] = {}
        for path in walk_mutatable_files():
            data = SourceFileMutationData(path=path)
            data.load()
            self.owner |= dict.fromkeys(data.exit_code_by_key, data)
        self.queue = [
            name for name in wanted if again or self.owner[name].exit_code_by_key[name] in (None, PASSED)
        ]
        self.queue.sort(
            key=lambda name: self.owner[name].exit_code_by_key[name] is not None
        )  # new ones first
        self.jobs, self.seconds, self.home = jobs, seconds, Path.cwd()
        self.told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.killers: dict[str, str] = json.loads(KILLERS.read_text()) if KILLERS.exists() else {}
        for name, test in self.killers.items():
            self.note(name, test)
        self.switch = Switch()
        self.failed = False
        self.clock = 0.0

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        if session.testsfailed:
            raise SystemExit("the tests could not be collected")
        self.items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()  # or each fork would copy what it only looks through
        running: dict[int, tuple[str, int, float]] = {}
        saved, todo, looked = time.monotonic(), len(self.queue), time.monotonic()
        while self.queue or running:
            while self.queue and len(running) < self.jobs:
                self.start(self.queue.pop(0), running)
            self.finish(running)
            # a stopped machine is no time-out: a look counts for a second at most
            self.clock, looked = self.clock + min(time.monotonic() - looked, 1.0), time.monotonic()
            if time.monotonic() - saved > 15:
                self.save()
                saved = time.monotonic()
                print(f"{todo - len(self.queue)} of {todo}", file=sys.__stderr__, flush=True)
        self.save()
        return True

    def note(self, name: str, test: str) -> None:
        """Remember that a test told of a mutant."""
        function = name.rpartition("__mutmut_")[0]
        self.told[function][test] += 1
        self.told[function.rpartition(".")[0]][test] += 1

    def tests_for(self, name: str) -> list[str]:
        """The tests that reach a mutant's function: its killer, then those that told most for their time."""
        function = name.rpartition("__mutmut_")[0]
        told, nearby = self.told[function], self.told[function.rpartition(".")[0]]
        reach = [test for test in self.reach.get(function, ()) if test in self.items]
        reach.sort(key=lambda test: -(5 * told[test] + nearby[test] + 0.05) / (self.lasts[test] + 0.01))
        killer = self.killers.get(name)
        if killer in self.items:
            reach = [killer, *(test for test in reach if test != killer)]
        within, total = [], 0.0
        for test in reach:
            if not within or told[test] or total + self.lasts[test] <= self.seconds:
                within.append(test)
                total += self.lasts[test]
        return within

    def start(self, name: str, running: dict[int, tuple[str, int, float]]) -> None:
        tests = self.tests_for(name)
        if not tests:
            self.owner[name].exit_code_by_key[name] = NO_TESTS
            return
        note = os.memfd_create("the test that is running")
        child = os.fork()
        if not child:
            os._exit(self.judged(name, tests, note))
        running[child] = (name, note, self.clock)

    def judged(self, name: str, tests: list[str], note: int) -> int:
        """In the fork: the verdict, after writing down which test is running."""
        from mutmut.mutation import trampoline

        os.setpgid(0, 0)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        trampoline.set_mutant_under_test(name)  # for processes that tests start
        self.switch.turn(name)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        items = [self.items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_PROF, 1 + 8 * self.lasts[item.nodeid])
            os.pwrite(note, item.nodeid.encode().ljust(500), 0)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException:
                return BROKEN
            if self.failed:
                return FAILED
        return PASSED

    def finish(self, running: dict[int, tuple[str, int, float]]) -> None:
        """Take the verdict of a fork that has ended; end one that waits for what never comes."""
        child, status, _ = os.wait4(-1, os.WNOHANG)
        if not child:
            for waiting, (_, _, since) in running.items():
                if self.clock - since > 300 + 10 * self.seconds:
                    os.killpg(waiting, signal.SIGKILL)
            time.sleep(0.01)
            return
        if child not in running:
            return
        name, note, _ = running.pop(child)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what its tests have left running
        test = os.pread(note, 500, 0).decode().strip()
        os.close(note)
        code = os.waitstatus_to_exitcode(status)
        self.owner[name].exit_code_by_key[name] = TIME_OUT if code in SPENT else code
        if code in (FAILED, BROKEN):
            self.note(name, test)
            self.killers[name] = test
        else:
            self.killers.pop(name, None)

    def save(self) -> None:
        os.chdir(self.home)
        for data in {id(data): data for data in self.owner.values()}.values():
            data.save()
        KILLERS.write_text(json.dumps(self.killers, indent=1))
        os.chdir(MUTANTS)


def judge(wanted: list[str], jobs: int, seconds: float, again: bool) -> None:
    import pytest
    from mutmut.configuration import config
    from mutmut.mutation import trampoline

    settings, judging = config(), Judge(wanted, jobs, seconds, again)
    if not judging.queue:
        return
    os.chdir(MUTANTS)
    sys.path[:] = [str(Path.cwd()), *(path for path in sys.path if path not in ("", str(judging.home)))]
    sys.modules["__main__"].__file__ = None  # or workers that tests start would begin here again
    trampoline.set_mutant_under_test("")
    trampoline.wrap_in_trampoline = judging.switch.around
    arguments = [*settings.pytest_add_cli_args, *settings.pytest_add_cli_args_test_selection]
    # plain assertions: that a test fails is all that is asked, and to say how takes long where texts are long
    quick = ["--rootdir=.", "--tb=no", "--assert=plain", "-q", "--capture=sys", "-p", "no:faulthandler"]
    pytest.main([*quick, *arguments], plugins=[judging])
    os.chdir(judging.home)


def main() -> None:
    parser = argparse.ArgumentParser(description="The rate of killed mutants, from mutmut's results.")
    parser.add_argument("--show", action="store_true", help="judge none, only show what is known")
    parser.add_argument("--sample", type=int, metavar="N", help="judge only so many mutants")
    parser.add_argument("--parts", nargs="+", default=[], metavar="PART", help="only those of these modules")
    parser.add_argument("--again", action="store_true", help="judge also what has been killed before")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0, help="the longest the tests of one may take")
    given = parser.parse_args()
    found = results()
    if not found:
        console.print("There are no mutants. make mutation makes them.")
        return
    if not given.show:
        judge(chosen(found, given.parts, given.sample), given.jobs, given.seconds, given.again)
    show(results())


if __name__ == "__main__":
    main()
