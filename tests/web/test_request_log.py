"""What stands in the log: one line per request that names nobody, and about ballots hardly anything."""

import json
import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.settings import Settings
from pbvote.web import request_log
from tests.person import Person
from tests.voting import cast, open_booth, register


@pytest.fixture
def logged(app: Flask, capsys: pytest.CaptureFixture[str]):
    """The lines that were written since."""
    request_log.configure("INFO")

    def lines() -> list[dict[str, object]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]

    yield lines
    request_log.configure("CRITICAL")


def test_a_whole_vote_leaves_no_name_no_code_and_no_choice_in_the_log(
    session: Session, settings: Settings, now: datetime, person: Person, logged
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    chosen = [(proposal.number, proposal.title) for proposal in booth.proposals[:3]]
    secrets = ["ada@example.com", "Ada Brook", "NB1", person.address, *(title for _, title in chosen)]
    session.rollback()
    register(person, booth, email="ada@example.com")
    cast(person, booth, [number for number, _ in chosen])
    lines = logged()
    assert len(lines) > 8
    text = json.dumps(lines)
    assert not [secret for secret in secrets if secret in text]
    assert {name for line in lines for name in line} <= {
        "event", "level", "method", "ms", "route", "status", "timestamp",
    }  # fmt: skip


def test_pages_of_the_ballot_tell_the_minute_and_not_how_long_they_took(
    session: Session, settings: Settings, now: datetime, person: Person, logged
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    number = booth.proposals[0].number
    session.rollback()
    register(person, booth, email="ada@example.com")
    cast(person, booth, [number])
    lines = logged()
    ballot = [line for line in lines if "/ballot/" in str(line["route"])]
    other = [line for line in lines if line not in ballot]
    assert ballot
    assert not any("ms" in line for line in ballot)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", str(line["timestamp"])) for line in ballot)
    assert any("ms" in line for line in other)
