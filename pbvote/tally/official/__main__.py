"""``python -m pbvote.tally.official DIR``: recount a folder of `.pb` files and print how many match.

Exit code 0 when every file was looked at (whatever the verdicts), 1 when there is no `.pb` file to look at,
2 for wrong arguments, 3 when fewer official outcomes than ``--at-least`` were reproduced.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pbvote.tally.official.folder import Finding, recount
from pbvote.tally.official.verdict import DIFFERS, EXPLAINED, MATCH, NO_RESULT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the answer is the exit code."""
    given = _parser().parse_args(arguments)
    out = Console()
    paths = sorted(given.folder.rglob("*.pb")) if given.folder.is_dir() else []
    if not paths:
        Console(stderr=True).print(f"There are no .pb files in {given.folder}.", markup=False)
        return 1
    if given.json:
        try:
            given.json.touch()
        except OSError as error:
            Console(stderr=True).print(f"Cannot write {given.json}: {error.strerror}", markup=False)
            return 2
    findings = _with_progress(paths, given.jobs, given.limit)
    if given.json:
        verdicts = json.dumps([_plain(finding) for finding in findings], indent=1, ensure_ascii=False)
        given.json.write_text(verdicts, encoding="utf-8")
    _print_table(out, findings)
    _print_reasons(out, findings)
    return 3 if sum(_reproduced(finding) for finding in findings) < given.at_least else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pbvote.tally.official",
        description="Recount a folder of official elections by the rule each file states.",
    )
    parser.add_argument("folder", type=Path, help="folder with .pb files (searched with its subfolders)")
    parser.add_argument("--jobs", type=int, default=2, help="how many files at once (2)")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one file (120)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every verdict to a file")
    parser.add_argument("--at-least", type=int, default=0, metavar="N", help="fail if fewer are reproduced")
    return parser


def _with_progress(paths: Sequence[Path], jobs: int, limit: float) -> list[Finding]:
    columns = (TextColumn("Recounting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    findings = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(paths))
        for finding in recount(paths, jobs=max(jobs, 1), limit=limit):
            findings.append(finding)
            progress.advance(task)
    return sorted(findings, key=lambda finding: finding.path)


def _reproduced(finding: Finding) -> bool:
    return finding.verdict.status in (MATCH, EXPLAINED)


def _print_table(out: Console, findings: Sequence[Finding]) -> None:
    """How many official outcomes follow, by the rule the files state."""
    with_result = [finding for finding in findings if finding.verdict.status != NO_RESULT]
    table = Table(title=f"{len(findings)} files, {len(with_result)} with an official outcome")
    table.add_column("rule stated")
    for heading in ("outcomes", "match", "explained", "differ", "not counted"):
        table.add_column(heading, justify="right")
    rules = sorted({finding.verdict.rule for finding in with_result})
    for rule in rules:
        _add_row(table, rule or "(not read)", [f for f in with_result if f.verdict.rule == rule])
    table.add_section()
    _add_row(table, "all", with_result)
    out.print(table)
    out.print(
        "match: by the stated rule, ties by the order of the file. explained: with what the list below says."
    )


def _add_row(table: Table, name: str, findings: Sequence[Finding]) -> None:
    found = Counter(finding.verdict.status for finding in findings)
    known = found[MATCH], found[EXPLAINED], found[DIFFERS]
    table.add_row(Text(name), *map(str, (len(findings), *known, len(findings) - sum(known))))


def _print_reasons(out: Console, findings: Sequence[Finding]) -> None:
    """Every file whose outcome does not simply match, with the reasons."""
    for finding in findings:
        verdict = finding.verdict
        if verdict.status in (MATCH, NO_RESULT):
            continue
        title = Text(_shown(finding.path.stem), style="bold")
        out.print("\n", title, f": {verdict.status} ({verdict.rule or 'not read'})", sep="", markup=False)
        if verdict.missing:
            out.print(f"  officially funded, not by our count: {', '.join(verdict.missing)}", markup=False)
        if verdict.extra:
            out.print(f"  funded by our count, not officially: {', '.join(verdict.extra)}", markup=False)
        for reason in verdict.reasons:
            out.print(f"  - {reason.text()}", markup=False)


def _shown(name: str) -> str:
    """The name of a file, printable even where its bytes are no UTF-8."""
    return name.encode(errors="backslashreplace").decode()


def _plain(finding: Finding) -> dict[str, object]:
    verdict = finding.verdict
    return {
        "file": _shown(finding.path.name),
        "status": verdict.status,
        "rule": verdict.rule,
        "counted": verdict.counted,
        "missing": verdict.missing,
        "extra": verdict.extra,
        "reserve": verdict.reserve,
        "reasons": [reason.text() for reason in verdict.reasons],
        "lenient": finding.lenient,
        "seconds": round(finding.seconds, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
