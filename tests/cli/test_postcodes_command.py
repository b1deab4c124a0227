"""Postcodes from the command line."""

from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.cli.postcodes import command
from pbvote.models import Postcode
from tests.factories import make_ward


def test_an_extract_is_brought_in_and_counted(app: Flask, session: Session, tmp_path: Path) -> None:
    make_ward(session).code = "E05000001"
    session.commit()
    file = tmp_path / "onspd.csv"
    file.write_text("pcds,doterm,osward\nNB1 4QT,,E05000001\nZZ9 9ZZ,,E05999999\n")
    result = CliRunner().invoke(command, [str(file)], obj=lambda: app)
    assert result.exit_code == 0, result.output
    assert "1 postcodes in our wards. Left out: 1 elsewhere, 0 no longer in use." in result.output
    session.rollback()
    assert session.get(Postcode, "NB14QT") is not None


def test_a_file_of_something_else_says_what_it_needs(app: Flask, session: Session, tmp_path: Path) -> None:
    make_ward(session)
    session.commit()
    file = tmp_path / "other.csv"
    file.write_text("name,colour\nAda,green\n")
    result = CliRunner().invoke(command, [str(file)], obj=lambda: app)
    assert result.exit_code == 1
    assert "needs a column pcds" in result.output
