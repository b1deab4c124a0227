"""Recounting a folder of `.pb` files on several processors, with a time limit for each file.

A worker that is still busy with one file when its time is up is ended and replaced, so that no file can
hold up the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from pbvote.tally.messages import N_, Message, template
from pbvote.tally.official.verdict import EXPLAINED, MATCH, Verdict, judge
from pbvote.tally.pabulib import PabulibError, read

UNREADABLE, TIMEOUT, BROKEN = "unreadable", "timeout", "broken"
PATIENCE = 30.0  # seconds after which no further reading of a rule is begun
_CONTEXT = get_context("spawn")


@dataclass(frozen=True)
class Finding:
    """One file with its verdict; ``lenient`` says that odd ballots had to be dropped to read it."""

    path: Path
    verdict: Verdict
    seconds: float
    lenient: bool = False


def examine(path: Path) -> Finding:
    """Read and judge one file, leniently if it cannot be read strictly."""
    started = time.monotonic()
    verdict, lenient = _judged(path, lambda: time.monotonic() - started < PATIENCE)
    return Finding(path, verdict, time.monotonic() - started, lenient)


def _judged(path: Path, patient: Callable[[], bool]) -> tuple[Verdict, bool]:
    try:
        return judge(read(path), patient=patient), False
    except OSError as error:
        return Verdict(UNREADABLE, "", reasons=(Message("official.unreadable", {"why": str(error)}),)), False
    except PabulibError as error:
        trouble = _why(error)
    try:
        verdict = judge(read(path, lenient=True), patient=patient)
    except PabulibError:
        return Verdict(UNREADABLE, "", reasons=(trouble,)), True
    # What had to be left out to read the file is an extra, so the match is no plain one.
    status = EXPLAINED if verdict.status == MATCH else verdict.status
    return replace(verdict, status=status, reasons=(*verdict.reasons, trouble)), True


def _why(error: PabulibError) -> Message:
    return Message("official.unreadable", {"why": str(error)})


def _work(pipe: Connection) -> None:
    """A worker: a path in, a finding out, until None comes."""
    while (path := pipe.recv()) is not None:
        try:
            pipe.send(examine(path))
        except Exception as error:
            reason = Message("official.broken", {"why": f"{type(error).__name__}: {error}"[:300]})
            pipe.send(Finding(path, Verdict(BROKEN, "", reasons=(reason,)), 0.0))


class _Worker:
    def __init__(self) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self.process: BaseProcess = _CONTEXT.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.path = Path()
        self.since = 0.0

    def give(self, path: Path) -> None:
        self.path, self.since = path, time.monotonic()
        with suppress(OSError):  # a worker that has died meanwhile is found out when its answer is awaited
            self.pipe.send(path)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def recount(paths: Sequence[Path], *, jobs: int = 2, limit: float = 120.0) -> Iterator[Finding]:
    """Findings for all files, as they come; ``limit`` is in seconds for each file."""
    waiting = list(reversed(paths))
    idle = [_Worker() for _ in range(min(jobs, len(paths)))]
    busy: list[_Worker] = []
    try:
        while waiting or busy:
            while waiting and idle:
                worker = idle.pop()
                worker.give(waiting.pop())
                busy.append(worker)
            for worker, finding in _finished(busy, limit):
                busy.remove(worker)
                if finding.verdict.status == TIMEOUT or worker.process.exitcode is not None:
                    worker.end()
                    worker = _Worker()
                idle.append(worker)
                yield finding
    finally:
        for worker in (*idle, *busy):
            worker.end()


def _finished(busy: Sequence[_Worker], limit: float) -> list[tuple[_Worker, Finding]]:
    """The workers that have an answer or no time left, after waiting for one of them."""
    first = min(worker.since for worker in busy) + limit - time.monotonic()
    ready = wait([worker.pipe for worker in busy], timeout=max(first, 0.0))
    found = []
    for worker in busy:
        if worker.pipe in ready:
            found.append((worker, _received(worker)))
        elif time.monotonic() - worker.since >= limit:
            found.append((worker, _gave_up(worker, limit)))
    return found


def _received(worker: _Worker) -> Finding:
    try:
        finding: Finding = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        reason = Message("official.broken", {"why": f"its process ended with {worker.process.exitcode}"})
        return Finding(worker.path, Verdict(BROKEN, "", reasons=(reason,)), time.monotonic() - worker.since)
    return finding


def _gave_up(worker: _Worker, seconds: float) -> Finding:
    reason = Message("official.timeout", {"seconds": int(seconds)})
    return Finding(worker.path, Verdict(TIMEOUT, "", reasons=(reason,)), seconds)


template("official.unreadable", N_("The file breaks the format at %(why)s"))
template("official.broken", N_("The recount broke off: %(why)s"))
template("official.timeout", N_("The recount was ended after %(seconds)s seconds."))
