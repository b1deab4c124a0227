"""How a run of Equal Shares is done: which of the equal engines. The answer never depends on it, only the
time.

Tests force every comparison through the exact books, or forbid or demand the compiled kernel:

>>> with using(Engine(exact=True)):
...     pass
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction

from pbvote.tally.demand import Demand
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder


@dataclass(frozen=True)
class Engine:
    """``exact`` settles every comparison in fractions."""

    exact: bool = False

    def run(self, demand: Demand, share: Fraction, order: TieOrder) -> Run:
        """One finished run at a share."""
        run = Run(demand, share, order.first, self.exact)
        run.finish()
        return run


_CURRENT: ContextVar[Engine] = ContextVar("engine", default=Engine())  # noqa: B039 (Engine is frozen)


def current() -> Engine:
    """The engine in use here."""
    return _CURRENT.get()


@contextmanager
def using(engine: Engine) -> Iterator[None]:
    """Use this engine for the counts made inside."""
    token = _CURRENT.set(engine)
    try:
        yield
    finally:
        _CURRENT.reset(token)
