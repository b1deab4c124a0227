"""`pbvote jobs` while the clock jumps or the database is away."""

import dataclasses
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command as alembic
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli import jobs
from pbvote.cli.migrate import alembic_config
from pbvote.services import board
from pbvote.settings import Settings
from tests.boxes import ReadyRound
from tests.postgres import Server


@pytest.fixture
def box(session: Session, settings: Settings, now: datetime) -> ReadyRound:
    box = ReadyRound(session, now=now, folder=settings.key_folder, slug="north")
    box.cast(box.voter(), 1)
    session.commit()
    return box


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch):
    """Sets the computer's clock ahead, or back, by so many seconds."""
    right = time.time

    def ahead(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: right() + seconds)

    return ahead


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch):
    """Lets so many seconds pass on both clocks."""

    def passed(seconds: float) -> None:
        wall, steady = time.time, time.clock_gettime
        monkeypatch.setattr(time, "time", lambda: wall() + seconds)
        monkeypatch.setattr(time, "clock_gettime", lambda which: steady(which) + seconds)

    return passed


def kinds(box: ReadyRound) -> list[str]:
    box.session.rollback()
    return [row.kind for row in board.rows(box.session, round_id=box.round.id)]


def end_voting(box: ReadyRound) -> None:
    """The same as a clock that is ahead: what it says is past the close."""
    box.round.voting_closes_at = box.now - timedelta(minutes=1)
    box.session.commit()


def test_a_clock_that_was_set_ahead_does_not_close_the_box(app: Flask, box, set_clock) -> None:
    clock = jobs.Clock()
    set_clock(30 * 86400)
    end_voting(box)
    assert jobs.look_after(app, clock)
    assert kinds(box)[-1] == "cast"
    set_clock(0)
    assert jobs.look_after(app, clock)
    assert kinds(box)[-1] == "close"


@pytest.mark.parametrize("jump", [-7200, 7200])
def test_a_clock_that_was_set_is_believed_after_an_hour(set_clock, let_pass, jump) -> None:
    clock = jobs.Clock()
    set_clock(jump)
    assert not clock.can_be_believed()
    let_pass(3000)
    assert not clock.can_be_believed()
    let_pass(3700)
    assert clock.can_be_believed()
    assert clock.can_be_believed()


def test_a_clock_that_is_put_right_in_time_was_never_wrong(set_clock, let_pass) -> None:
    clock = jobs.Clock()
    set_clock(7200)
    assert not clock.can_be_believed()
    set_clock(5)
    assert clock.can_be_believed()
    let_pass(86400)
    assert clock.can_be_believed(), "a day that passes is no jump"


def test_the_calendar_waits_for_a_database_that_is_away(settings: Settings, now: datetime) -> None:
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("CREATE DATABASE jobs")
        alembic.upgrade(alembic_config(server.dsn("jobs")), "head")
        app = create_app(dataclasses.replace(settings, database_url=server.dsn("jobs")))
        server.stop()
        clock = jobs.Clock()
        assert not jobs.attempt(app, jobs.send_due)
        assert not jobs.look_after(app, clock)
        server.start()
        assert jobs.attempt(app, jobs.send_due)
        assert jobs.look_after(app, clock)
        with app.app_context():
            app.extensions["sqlalchemy"].engines["default"].dispose()
        app.extensions["pbvote_rate_limits"].dispose()
    finally:
        server.destroy()


def test_the_application_starts_while_its_server_is_away(settings: Settings, tmp_path: Path) -> None:
    app = create_app(dataclasses.replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none"))
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.get_data(as_text=True)
