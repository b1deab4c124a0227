"""The compiled kernel, if this installation has it: ``kernel.c`` built by setuptools as an optional
extension.

It does what ``Run.finish`` does, faster, and leaves to Python what the error bound does not settle. A tally
is the same to the byte with and without it; where no C compiler was at hand at installation, nothing is
missing but speed.
"""

import ctypes
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np

from pbvote.tally.demand import Demand
from pbvote.tally.ledger import Bought
from pbvote.tally.shares import Run

HERE = Path(__file__).parent
START, NONE_OF_THEM = -1, -2
UNSURE = 1

_DEMAND = ("voter", "heads_of", "units", "starts", "cuts", "pulls", "divisors", "admitted")
_KEPT = ("gone", "bought", "bought_at", "rivals")
_ROOM = ("purse", "heads", "unit", "low", "nominal", "high", "most", "bound", "state")
_OF_A_SPAN = ("purse", "heads", "unit")
# what kernel.c takes these for; all others are int64
_TYPES = {"voter": np.int32, "admitted": np.uint8, "gone": np.uint8, "bound": np.float64, "state": np.uint8}


class _Run(ctypes.Structure):
    _fields_ = [
        ("places", ctypes.c_int64),
        ("levels", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in _DEMAND],
        ("costs", ctypes.c_void_p),
        ("one", ctypes.c_double),
        ("error", ctypes.c_int64),
        ("level", ctypes.c_int64),
        ("held", ctypes.c_void_p),
        ("gone", ctypes.c_void_p),
        ("bought", ctypes.c_void_p),
        ("bought_at", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("rivals", ctypes.c_void_p),
        ("rival_count", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in _ROOM],
    ]


@cache
def library() -> Any:
    """The kernel's function, or None where it has not been built."""
    for suffix in EXTENSION_SUFFIXES:
        path = HERE / f"_kernel{suffix}"
        if path.exists():
            return load(path)
    return None


def load(path: Path) -> Any:
    """The kernel's function from a shared library."""
    function = ctypes.CDLL(str(path)).equal_shares_run
    function.argtypes = (ctypes.POINTER(_Run), ctypes.c_int64)
    function.restype = ctypes.c_int64
    return function


class Kernel:
    """The kernel with room to work in for one demand. Not to be shared between threads."""

    def __init__(self, demand: Demand) -> None:
        places, span = len(demand.costs), int((demand.cuts[-1] - demand.starts).max(initial=0))
        given = {
            "voter": demand.voter,
            "heads_of": demand.entry_weights,
            "units": demand.units,
            "starts": demand.starts,
            "cuts": demand.cuts,
            "pulls": demand.pulls,
            "divisors": demand.divisors,
            "admitted": demand.admitted,
        }
        room = {name: np.zeros(span if name in _OF_A_SPAN else places) for name in (*_KEPT, *_ROOM)}
        self._arrays: dict[str, Any] = {
            name: np.ascontiguousarray(array, dtype=_TYPES.get(name, np.int64))
            for name, array in (given | room).items()
            if array is not None
        }
        self._run = _Run(places=places, levels=demand.levels)
        for name, array in self._arrays.items():
            setattr(self._run, name, array.ctypes.data)

    def finish(self, run: Run) -> None:
        """Run to the end, as ``run.finish`` would. Raises TieUndecided."""
        state = self._run
        costs = np.array(run.costs, dtype=np.int64)
        state.costs, state.held, state.one = costs.ctypes.data, run.held.ctypes.data, float(1 << run.scale)
        state.error, state.count = run.error, 0
        self._arrays["gone"][:] = 0
        answer = START
        while library()(ctypes.byref(state), answer) == UNSURE:
            self._read(run)
            place = run.among(self._arrays["rivals"][: state.rival_count].tolist())
            answer = NONE_OF_THEM if place is None else place
            if place is not None:
                run.buy(place)
                self._arrays["bought"][state.count] = place
                self._arrays["bought_at"][state.count] = run.level
                state.count += 1
                state.error = run.error
        self._read(run)

    def _read(self, run: Run) -> None:
        """Take over what the kernel bought."""
        state = self._run
        new = slice(len(run.bought), state.count)
        if new.start < new.stop:
            run.ledger = None
        places, levels = self._arrays["bought"][new].tolist(), self._arrays["bought_at"][new].tolist()
        run.bought += [Bought(place, level) for place, level in zip(places, levels, strict=True)]
        for place in places:
            run.unfunded.remove(place)
        run.error, run.level = state.error, state.level
