"""`pbvote demo` fills an empty database once, says who can sign in, and starts anew when asked."""

import json
import stat
from datetime import datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.cli import commands, demo
from pbvote.extensions import db
from pbvote.models import Account, VotingRound
from pbvote.settings import Settings, SettingsError
from tests.factories import make_entry, make_round, make_ward


def run(app: Flask, *arguments: str) -> str:
    result = CliRunner().invoke(commands, ["demo", *arguments], obj=lambda: app)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def count(session: Session, model: type) -> int | None:
    return session.scalar(select(func.count()).select_from(model))


def test_the_demonstration_is_made_once_and_its_sign_ins_are_told_each_time(
    app: Flask, settings: Settings
) -> None:
    first = run(app)
    kept = settings.instance / demo.SIGN_INS
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for persona in json.loads(kept.read_text())["personas"]:
        assert persona["email"] in first
        assert persona["password"] in first
    assert "/mailbox/" in first
    with app.app_context():
        made = count(db.session, Account)
    assert run(app) == first
    with app.app_context():
        assert count(db.session, Account) == made
        assert count(db.session, VotingRound) == 3


def test_clearing_empties_the_database_and_the_folders_beside_it(
    app: Flask, settings: Settings, session: Session, now: datetime
) -> None:
    voting_round = make_round(session, now=now)
    make_entry(session, voting_round=voting_round, now=now, ward=make_ward(session, postcodes=("NB1 4QT",)))
    session.commit()
    settings.key_folder.mkdir()
    (settings.key_folder / "round-1.key").write_bytes(b"secret")
    with app.app_context():
        demo.clear(settings)
        assert count(db.session, VotingRound) == 0
    assert not settings.key_folder.exists()


def test_a_database_with_a_real_round_is_never_cleared(
    app: Flask, settings: Settings, session: Session, now: datetime
) -> None:
    make_round(session, now=now, title="Real money").demo = False
    session.commit()
    with app.app_context(), pytest.raises(SettingsError, match="Real money"):
        demo.clear(settings)
    assert count(session, VotingRound) == 1
