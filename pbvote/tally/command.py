"""The command ``python -m pbvote.tally FILE``, also behind ``pbvote tally``.

Exit codes: 0 counted (and, with --official, the official outcome follows); 1 with --official, it does not
follow or there is none to compare with; 2 wrong arguments; 3 the file cannot be read; 4 the count was refused
(the rule does not fit the ballots, a tie needs the public lot, a parameter is wrong).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from pbvote.tally import printed
from pbvote.tally.counting import count, rule_named
from pbvote.tally.messages import CountError, Message
from pbvote.tally.metrics import compare, fairness
from pbvote.tally.official.stated import stated
from pbvote.tally.official.verdict import EXPLAINED, MATCH, Verdict, judge
from pbvote.tally.pabulib import PabulibError, PabulibFile, read
from pbvote.tally.record import Plain, Tally
from pbvote.tally.rules import RULES

DONE, NOT_FOLLOWED, BAD_FILE, REFUSED = 0, 1, 3, 4
DEFAULT_RULE = {
    "ordinal": "rank-equal-shares",
    "approval": "equal-shares-approval",
    "choose-1": "equal-shares-approval",
    "cumulative": "equal-shares-points",
    "scoring": "equal-shares-points",
}


def main(arguments: Sequence[str] | None = None, *, name: str = "python -m pbvote.tally") -> int:
    """Run the command; the answer is the exit code."""
    given = parser(name).parse_args(arguments)
    complaints = Console(stderr=True)
    try:
        file = read(given.file, lenient=given.lenient)
    except (PabulibError, OSError) as error:
        complaints.print(Text(f"{given.file}: {error}"))
        return BAD_FILE
    for note in file.notes:
        times = "" if note.count == 1 else f" ({note.count:,} times)"
        complaints.print(Text(f"Note, line {note.line}: {note.text}{times}."))
    try:
        return _run(given, file)
    except CountError as error:
        complaints.print(Text(error.message.text(money=_money(file))))
        return REFUSED


def parser(name: str) -> argparse.ArgumentParser:
    """The arguments of the command."""
    described = argparse.ArgumentParser(
        prog=name,
        description="Count an election in a Pabulib file and say what is funded and why.",
        epilog="Exit codes: 0 counted; 1 with --official, the official outcome does not follow; 2 wrong "
        "arguments; 3 the file cannot be read; 4 the count was refused.",
    )
    described.add_argument("file", type=Path, metavar="FILE", help="a .pb file")
    described.add_argument(
        "--rule",
        choices=sorted(RULES),
        metavar="RULE",
        help=f"the rule, by default the one for the ballots; there are {', '.join(RULES)}",
    )
    described.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the rule, for example step=100 or completion=none",
    )
    described.add_argument(
        "--compare", choices=sorted(RULES), metavar="RULE", help="a second rule, side by side"
    )
    described.add_argument(
        "--explain", action="append", default=[], metavar="ID", help="why a project is in or out"
    )
    described.add_argument("--steps", action="store_true", help="show every step of the count")
    described.add_argument(
        "--by", action="append", default=[], metavar="COLUMN", help="money by ward, theme …"
    )
    described.add_argument(
        "--official", action="store_true", help="count as the officials say they did, and compare"
    )
    described.add_argument("--seed", metavar="DIGITS", help="the public dice that decide ties")
    described.add_argument(
        "--json", action="store_true", help="print the whole tally as JSON and nothing else"
    )
    described.add_argument("--pb", type=Path, metavar="OUT", help="write the file again with this outcome")
    described.add_argument(
        "--lenient", action="store_true", help="drop ballots that cannot be read, with a note"
    )
    return described


def _run(given: argparse.Namespace, file: PabulibFile) -> int:
    out = Console()
    verdict = judge(file) if given.official else None
    tally = _tally(given, file)
    if given.pb:
        given.pb.write_text(file.text(dict.fromkeys(tally.funded, 1)), encoding="utf-8", newline="\n")
    if given.json:
        sys.stdout.buffer.write(tally.to_json() + b"\n")
        sys.stdout.flush()
    else:
        _print(given, file, tally, verdict, out)
    follows = verdict is None or verdict.status in (MATCH, EXPLAINED)
    return DONE if follows else NOT_FOLLOWED


def _tally(given: argparse.Namespace, file: PabulibFile) -> Tally:
    """The count asked for: the stated rule with --official, unless another one is named."""
    order = [name for name in file.order if name in file.election.index] if given.official else None
    with _Watch() as watch:
        if given.official and given.rule is None:
            reading = stated(file)
            if reading is not None:
                return reading.tally(file.order)
        rule = given.rule or DEFAULT_RULE[file.election.kind]
        return count(file.election, rule, _parameters(rule, given.set), given.seed, order, watch)


def _parameters(rule: str, settings: Sequence[str]) -> dict[str, Plain]:
    """NAME=VALUE pairs as the rule's parameters take them. Raises RuleDoesNotFit, or what `count` will."""
    kinds = {parameter.name: parameter.kind for parameter in rule_named(rule).parameters}
    found: dict[str, Plain] = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        kind = kinds.get(name.replace("-", "_"), str)
        if kind is bool and value.lower() in ("yes", "no", "true", "false"):
            found[name.replace("-", "_")] = value.lower() in ("yes", "true")
        elif kind is int and value.lstrip("-").isdecimal():
            found[name.replace("-", "_")] = int(value)
        elif kind is tuple:
            found[name.replace("-", "_")] = tuple(
                tuple(group.split(",")) for group in value.split(";") if group
            )
        else:
            found[name.replace("-", "_")] = value
    return found


def _print(
    given: argparse.Namespace, file: PabulibFile, tally: Tally, verdict: Verdict | None, out: Console
) -> None:
    money = _money(file)
    out.print(Text(_headline(file, money)))
    out.print()
    out.print(printed.result_table(tally, money, out.width))
    if any(step.tie is not None for step in tally.steps):
        out.print("* taken after a tie")
    if given.steps:
        out.print()
        out.print(printed.steps(tally, money, out.width))
    out.print()
    projects, voters = _groupings(given.by, file)
    if given.compare:
        other = _other(given, file)
        printed.print_comparison(
            out, compare(file.election, tally, other, projects=projects, voters=voters), money
        )
    else:
        found = fairness(file.election, tally, projects=projects, voters=voters)
        out.print(printed.fairness_table((found,), money))
        for table in printed.groups_tables(found, money):
            out.print()
            out.print(table)
    for project in given.explain:
        out.print()
        printed.print_explanation(out, tally, project, money)
    if verdict is not None:
        out.print()
        printed.print_verdict(out, verdict)


def _other(given: argparse.Namespace, file: PabulibFile) -> Tally:
    order = [name for name in file.order if name in file.election.index] if given.official else None
    with _Watch() as watch:
        return count(file.election, given.compare, None, given.seed, order, watch)


def _groupings(
    columns: Sequence[str], file: PabulibFile
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, int]]]:
    """Project groups, and voter groups where the ballots have the same column."""
    projects = {column: file.groups(column) for column in columns}
    voters = {column: file.voters_by(column) for column in columns if column in file.vote_columns}
    return projects, voters


def _headline(file: PabulibFile, money: printed.Money) -> str:
    election, meta = file.election, file.meta
    about = meta.get("description") or " ".join(filter(None, (meta.get("unit"), meta.get("instance"))))
    currency = f" {meta['currency']}" if meta.get("currency") else ""
    return (
        f"{about}\n{len(election.projects)} projects, {election.voters:,} {election.kind} ballots, "
        f"budget {money(election.budget)}{currency}"
    )


def _money(file: PabulibFile) -> printed.Money:
    """Amounts as the file writes them, with commas between thousands."""

    def shown(units: int) -> str:
        whole, point, rest = file.money(units).partition(".")
        return f"{int(whole):,}{point}{rest}" if whole not in ("-0", "") else f"{whole}{point}{rest}"

    return shown


class _Watch:
    """Progress on a terminal; silent where nobody is looking."""

    def __init__(self) -> None:
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self.task: TaskID | None = None

    def __enter__(self) -> "_Watch":
        self.bar.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.bar.stop()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Told by the count what it is doing."""
        description = f"{Message(what).text()}: {done:,}" + (f" of {total:,}" if total else "")
        if self.task is None:
            self.task = self.bar.add_task(description, total=None)
        self.bar.update(self.task, description=description)
