"""How the filling tells how far it has got."""

from collections.abc import Callable

# What is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
