"""How a run of Equal Shares is done: which of the equal engines. The answer never depends on it, only the
time.

Tests force every comparison through the exact books, or forbid the compiled kernel:

>>> with using(Engine(exact=True)):
...     pass
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction

from pbvote.tally.demand import Demand
from pbvote.tally.kernel import Kernel, library
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder


@dataclass(frozen=True)
class Engine:
    """``exact`` settles every comparison in fractions; ``compiled`` uses the kernel where there is one;
    ``leaps`` passes over raises that provably change nothing.
    """

    exact: bool = False
    compiled: bool = True
    leaps: bool = True

    def runner(self, demand: Demand, order: TieOrder) -> Callable[[Fraction, Fraction], Run]:
        """What makes one finished run at a share and its spread. Not to be shared between threads."""
        kernel = Kernel(demand) if self.compiled and not self.exact and library() is not None else None

        def finished(share: Fraction, spread: Fraction) -> Run:
            run = Run(demand, share, order.first, self.exact, spread)
            if kernel is not None and run.fits_machine:
                kernel.finish(run)
            else:
                run.finish()
            return run

        return finished


_CURRENT: ContextVar[Engine | None] = ContextVar("engine", default=None)


def current() -> Engine:
    """The engine in use here."""
    return _CURRENT.get() or Engine()


@contextmanager
def using(engine: Engine) -> Iterator[None]:
    """Use this engine for the counts made inside."""
    token = _CURRENT.set(engine)
    try:
        yield
    finally:
        _CURRENT.reset(token)
