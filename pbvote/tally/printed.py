"""A tally, an explanation and a comparison as tables for a terminal of 80 columns or more."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pbvote.tally.explain import explain, steps_table
from pbvote.tally.metrics import Comparison, Fairness
from pbvote.tally.official.verdict import Verdict
from pbvote.tally.record import Tally

Money = Callable[[int], str]
_WORDS = ("id", "project", "by", "next best")

_PARTS = {
    "shares": "shares",
    "walk": "list",
    "top-up": "top-up",
    "part-funding": "in part",
    "reserve": "reserve",
    "load": "loads",
}


def result_table(tally: Tally, money: Money, width: int = 80) -> Table:
    """What is funded, in funding order; the project's name takes the room there is."""
    points = {standing.project: standing.points for standing in tally.projects}
    rows = [
        (
            str(row.number),
            row.project,
            row.name or row.project,
            f"{points[row.project]:,}",
            money(row.award),
            money(row.left),
            _PARTS.get(row.part, row.part) + ("*" if row.tie else ""),
        )
        for row in steps_table(tally)
    ]
    title = f"Funded by {tally.rule}: {len(tally.funded)} of {len(tally.projects)}"
    return _sized(title, ("#", "id", "project", "points", "award", "left", "by"), rows, 2, width)


def steps(tally: Tally, money: Money, width: int = 80) -> Table:
    """Each step of the count: ranks looked at, who could pay, the most anyone paid, and who came next."""
    rows = [
        (
            str(row.number),
            row.project,
            _shown(row.level),
            _shown(row.supporters),
            money(row.award),
            "" if row.price is None else money(row.price),
            money(row.left),
            row.runner_up or "",
        )
        for row in steps_table(tally)
    ]
    headings = ("#", "id", "ranks", "voters", "award", "price", "left", "next best")
    return _sized(f"Steps of {tally.rule}", headings, rows, 7, width)


def _sized(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], flexible: int, width: int
) -> Table:
    """A table whose columns are as wide as what they hold, but for one that gives way (and ids that fold)."""
    widths = [max(len(heading), *(len(row[at]) for row in rows), 0) for at, heading in enumerate(headings)]
    widths[1] = min(widths[1], 14)
    room = width - sum(widths) + widths[flexible] - 2 * len(headings)
    widths[flexible] = max(8, min(widths[flexible], room))
    table = _table(title)
    for at, heading in enumerate(headings):
        table.add_column(
            heading,
            justify="left" if heading in _WORDS else "right",
            width=widths[at],
            no_wrap=at == flexible,
            overflow="ellipsis" if at == flexible else "fold",
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _table(title: str) -> Table:
    return Table(
        title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False
    )


def _shown(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def fairness_table(columns: Sequence[Fairness], money: Money) -> Table:
    """One column of measures for each outcome."""
    table = _table("How fair")
    table.add_column("measure")
    for found in columns:
        table.add_column(Text(found.rule), justify="right")
    for label, shown in _MEASURES:
        cells = [shown(found, money) for found in columns]
        if any(cells):
            table.add_row(label, *cells)
    return table


def _share(part: int | None, found: Fairness) -> str:
    if part is None:
        return ""
    return f"{part:,} ({100 * part / found.voters:.1f} %)" if found.voters else str(part)


def _decimal(number: Fraction | None, places: int) -> str:
    return "" if number is None else f"{float(number):.{places}f}"


_MEASURES: tuple[tuple[str, Callable[[Fairness, Money], str]], ...] = (
    ("projects funded", lambda found, money: str(found.funded)),
    ("spent", lambda found, money: money(found.spent)),
    ("left", lambda found, money: money(found.left)),
    ("voters", lambda found, money: f"{found.voters:,}"),
    ("with a first choice funded", lambda found, money: _share(found.with_first, found)),
    ("with any choice funded", lambda found, money: _share(found.with_any, found)),
    ("mean rank of best funded", lambda found, money: _decimal(found.mean_best_rank, 2)),
    ("choices funded per voter", lambda found, money: _decimal(found.choices_funded, 2)),
    ("Gini of shares used", lambda found, money: _decimal(found.gini, 3)),
    ("Inclusion PSC", lambda found, money: _kept(found.psc)),
    ("EJR+ up to one", lambda found, money: _kept(found.ejr)),
)


def _kept(violations: Sequence[object] | None) -> str:
    if violations is None:
        return ""
    return f"{len(violations)} left out" if violations else "kept"


def groups_tables(found: Fairness, money: Money) -> list[Table]:
    """Money by ward, theme …, beside the voters of each where they are known."""
    return [_groups_table(name, found, money) for name in found.groups]


def _groups_table(name: str, found: Fairness, money: Money) -> Table:
    table = _table(f"Money by {name}")
    table.add_column(name, overflow="fold", ratio=1)
    for heading in ("funded", "money", "share", "voters", "share"):
        table.add_column(heading, justify="right", no_wrap=True)
    all_voters = sum(group.voters or 0 for group in found.groups[name])
    for group in found.groups[name]:
        table.add_row(
            Text(group.name or "(not said)"),
            f"{group.funded} of {group.projects}",
            money(group.money),
            _percent(group.money, found.spent),
            _shown(group.voters),
            "" if group.voters is None else _percent(group.voters, all_voters),
        )
    return table


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def print_comparison(out: Console, found: Comparison, money: Money) -> None:
    """Two outcomes: their measures, and what only one of them funds."""
    first, second = found.first.rule, found.second.rule
    out.print(fairness_table((found.first, found.second), money))
    for rule, names in ((first, found.only_first), (second, found.only_second)):
        out.print(Text(f"Funded only by {rule}: {', '.join(names) or 'none'}"))
    out.print(Text(f"Funded by both: {len(found.both)}"))
    out.print(
        Text(
            f"Voters with more of their choices funded: {found.prefer_first:,} by {first}, "
            f"{found.prefer_second:,} by {second}"
        )
    )


def print_explanation(out: Console, tally: Tally, project: str, money: Money) -> None:
    """Why one project is funded or not, in sentences. Raises CountError for an unknown id."""
    found = explain(tally, project)
    out.print(Text(f"{project}  {tally.standing(project).name}", style="bold"))
    for message in found.messages:
        out.print(Text(f"  {message.text(money=money)}"))


def print_verdict(out: Console, verdict: Verdict) -> None:
    """How the recount stands to what the officials decided."""
    words = {
        "match": "The official outcome follows from the ballots by the rule the file states.",
        "explained": "The official outcome follows from the ballots, with what is said below.",
        "differs": "The official outcome does not follow from the ballots by the rule the file states.",
        "no-result": "The file does not say what the officials decided.",
        "no-rule": "The file does not state a rule that can be counted.",
        "not-counted": "The rule the file states cannot count these ballots.",
    }
    out.print(Text(words[verdict.status], style="bold"))
    for label, names in (
        ("funded officially, not by this count", verdict.missing),
        ("funded by this count, not officially", verdict.extra),
    ):
        if names:
            out.print(Text(f"  {label}: {', '.join(names)}"))
    for reason in verdict.reasons:
        out.print(Text(f"  - {reason.text()}"))
