"""`pbvote tally` and `pbvote import`."""

from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.cli import commands
from pbvote.models import VotingRound

FILES = Path(__file__).parents[1] / "tally" / "elections"


def test_import_says_where_to_look_and_leaves_the_round(app: Flask, session: Session) -> None:
    path = FILES / "seven_benches_approval.pb"
    said = CliRunner().invoke(commands, ["import", str(path)], obj=lambda: app)
    assert said.exit_code == 0, said.output
    made = session.scalars(select(VotingRound)).one()
    assert f"/rounds/{made.slug}/results/" in said.output
    assert made.imported_from == "seven_benches_approval.pb"


def test_importing_a_file_again_says_that_it_is_here(app: Flask, session: Session) -> None:
    path = str(FILES / "seven_benches_approval.pb")
    CliRunner().invoke(commands, ["import", path], obj=lambda: app)
    said = CliRunner().invoke(commands, ["import", path], obj=lambda: app)
    assert said.exit_code == 1
    assert "is here already" in said.output
    assert len(session.scalars(select(VotingRound)).all()) == 1


def test_a_file_that_cannot_be_read_stops_nothing_else(app: Flask, session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pb"
    broken.write_text("META\nkey;value\n")
    said = CliRunner().invoke(
        commands, ["import", str(broken), str(FILES / "seven_benches_approval.pb")], obj=lambda: app
    )
    assert said.exit_code == 1
    assert "broken.pb" in said.output
    assert len(session.scalars(select(VotingRound)).all()) == 1


def test_tally_prints_what_is_funded_and_passes_its_options_on() -> None:
    path = str(FILES / "seven_benches_approval.pb")
    said = CliRunner().invoke(commands, ["tally", path, "--rule", "greedy"], obj=None)
    assert said.exit_code == 0
    assert "Funded by greedy: 3 of 4" in said.output


def test_tally_of_a_missing_file_fails_in_words() -> None:
    said = CliRunner().invoke(commands, ["tally", "no-such-file.pb"], obj=None)
    assert said.exit_code == 3
    assert "no-such-file.pb" in said.output
