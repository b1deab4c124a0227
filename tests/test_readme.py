"""The README keeps its word: its commands exist and its paths are there."""

import re
import subprocess
import sys

import pytest

from pbvote.cli import commands
from pbvote.settings import ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


def test_the_first_two_commands_are_the_two_that_do_it_all() -> None:
    assert LINES[:2] == ["make run", "make test"]


@pytest.mark.parametrize(
    "target",
    sorted({*re.findall(r"`make ([a-z-]+)`", README), *re.findall(r"^make ([a-z-]+)$", README, re.M)}),
)
def test_every_make_target_named_exists(target: str) -> None:
    result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_every_subcommand_named_exists() -> None:
    named = {match for line in LINES for match in re.findall(r"bin/pbvote ([a-z-]+)", line)}
    named |= set(re.findall(r"`pbvote ([a-z-]+)", README))
    assert {"tally", "migrate", "jobs", "verify"} <= named
    assert named <= set(commands.commands), named - set(commands.commands)


def test_the_tally_command_counts_a_file() -> None:
    small = sorted((ROOT / "tests" / "tally" / "elections").glob("*.pb"))
    result = subprocess.run(
        [sys.executable, "-m", "pbvote", "tally", str(small[0])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_every_file_and_folder_named_is_there() -> None:
    named = re.findall(r"`((?:pbvote|templates|static|migrations|tests|benchmarks|docs)/[\w/.]*)`", README)
    named += re.findall(r"\]\(((?:docs/|LICENSE)[\w./-]*)\)", README)
    assert [path for path in named if not (ROOT / path).exists()] == []
