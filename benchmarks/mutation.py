"""How many mutants of the count are killed, from mutmut's own results: `python -m benchmarks.mutation`

`make mutation` makes mutants/ first. With `--sample N` the first N mutants of a fixed shuffle that have no
verdict yet, or survived, are judged here, and the verdicts go where mutmut keeps its own. It is the same
judgement, sooner: the tests are collected once, and each mutant gets a fork of that process which runs the
tests that mutmut saw reach the mutated function, most telling first, up to the first that fails. Tests beyond
`--seconds` in all (by mutmut's clock) are left out, so that a survivor may be one only because of that.
A test that takes eight times its own time of the processor and three seconds more is a time-out.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

MUTANTS = Path("mutants")
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


def in_sample(found: dict[str, dict[str, int | None]], size: int) -> list[str]:
    """The first mutants of the fixed shuffle."""
    names = sorted(name for codes in found.values() for name in codes)
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


class Judge:
    """A pytest plugin that judges mutants in place of running the tests it has collected."""

    def __init__(self, wanted: list[str], jobs: int, seconds: float) -> None:
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
        self.queue = [name for name in wanted if self.owner[name].exit_code_by_key[name] in (None, PASSED)]
        self.jobs, self.seconds, self.home = jobs, seconds, Path.cwd()
        self.told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.failed = False
        self.clock = 0.0

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        if session.testsfailed:
            raise SystemExit("the tests could not be collected")
        self.items = {item.nodeid: item for item in session.items}
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

    def tests_for(self, function: str) -> list[str]:
        """The tests that reach a function, those that told most for their time first."""
        told, nearby = self.told[function], self.told[function.rpartition(".")[0]]
        reach = [test for test in self.reach.get(function, ()) if test in self.items]
        reach.sort(key=lambda test: -(5 * told[test] + nearby[test] + 0.05) / (self.lasts[test] + 0.01))
        chosen, total = [], 0.0
        for test in reach:
            if not chosen or told[test] or total + self.lasts[test] <= self.seconds:
                chosen.append(test)
                total += self.lasts[test]
        return chosen

    def start(self, name: str, running: dict[int, tuple[str, int, float]]) -> None:
        tests = self.tests_for(name.rpartition("__mutmut_")[0])
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
        trampoline.set_mutant_under_test(name)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        items = [self.items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_PROF, 3 + 8 * self.lasts[item.nodeid])
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
            function = name.rpartition("__mutmut_")[0]
            self.told[function][test] += 1
            self.told[function.rpartition(".")[0]][test] += 1

    def save(self) -> None:
        os.chdir(self.home)
        for data in {id(data): data for data in self.owner.values()}.values():
            data.save()
        os.chdir(MUTANTS)


def judge(wanted: list[str], jobs: int, seconds: float) -> None:
    import pytest
    from mutmut.configuration import config
    from mutmut.mutation.trampoline import set_mutant_under_test

    settings, judging = config(), Judge(wanted, jobs, seconds)
    os.chdir(MUTANTS)
    sys.path[:] = [str(Path.cwd()), *(path for path in sys.path if path not in ("", str(judging.home)))]
    sys.modules["__main__"].__file__ = None  # or workers that tests start would begin here again
    set_mutant_under_test("")
    chosen = [*settings.pytest_add_cli_args, *settings.pytest_add_cli_args_test_selection]
    pytest.main(
        ["--rootdir=.", "--tb=no", "-q", "--capture=sys", "-p", "no:faulthandler", *chosen], plugins=[judging]
    )
    os.chdir(judging.home)


def main() -> None:
    parser = argparse.ArgumentParser(description="The rate of killed mutants, from mutmut's results.")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="judge so many mutants first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0, help="the longest the tests of one may take")
    given = parser.parse_args()
    found = results()
    if not found:
        console.print("There are no mutants. make mutation makes them.")
        return
    if given.sample:
        judge(in_sample(found, given.sample), given.jobs, given.seconds)
    show(results())


if __name__ == "__main__":
    main()
