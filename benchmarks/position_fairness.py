"""Is each place on the ballot equally likely for each proposal? χ² over 10,000 voters."""

from collections import Counter
from math import erfc, sqrt

from rich.console import Console
from rich.progress import track

from pbvote.services import choices

VOTERS, PROPOSALS = 10_000, 87


def main() -> None:
    console = Console()
    proposals = range(1, PROPOSALS + 1)
    seen: Counter[tuple[int, int]] = Counter()
    for voter in track(range(1, VOTERS + 1), description="Shuffling ballots", console=console):
        made = choices.shuffled(proposals, order_secret=b"benchmark" * 4, entry_id=voter)
        seen.update((number, place) for place, number in enumerate(made))
    expected = VOTERS / PROPOSALS
    cells = [(number, place) for number in range(1, PROPOSALS + 1) for place in range(PROPOSALS)]
    # Each ballot fills each place once and each proposal once, so cells spread n/(n - 1) times as far.
    scale = (PROPOSALS - 1) / PROPOSALS
    statistic = scale * sum((seen[cell] - expected) ** 2 / expected for cell in cells)
    freedom = (PROPOSALS - 1) ** 2
    console.print(f"{VOTERS:,} voters, {PROPOSALS} proposals: χ² = {statistic:,.0f} with {freedom:,} degrees")
    console.print(f"of freedom, p = {p_value(statistic, freedom):.3f}")
    first = [seen[number, 0] for number in range(1, PROPOSALS + 1)]
    console.print(f"First place: {min(first)} to {max(first)} times each, {expected:.0f} expected")


def p_value(statistic: float, freedom: int) -> float:
    """The chance of at least this χ², by Wilson and Hilferty's normal approximation (1931)."""
    spread = 2 / (9 * freedom)
    return erfc(((statistic / freedom) ** (1 / 3) - (1 - spread)) / sqrt(spread) / sqrt(2)) / 2


if __name__ == "__main__":
    main()
