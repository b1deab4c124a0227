"""On PostgreSQL, what one voter needs is found by its keys, also before the database has counted its rows."""

from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from pbvote.models import RegisterEntry
from pbvote.models.database import begin_reading
from pbvote.services import ballots, register
from pbvote.services.locks import lock_round
from pbvote.settings import Settings
from tests.factories import make_account
from tests.voting import Booth, open_booth

pytestmark = pytest.mark.both_databases
VOTERS, CASTING = 300, 40
READ = text(
    "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
    " WHERE relname IN ('register_entry', 'account', 'envelope', 'voter_mark', 'cast_key')"
)


@pytest.fixture
def booth(session: Session, settings: Settings, now: datetime) -> Booth:
    return open_booth(session, settings=settings, now=now)


@pytest.fixture
def entries(session: Session, booth: Booth, now: datetime) -> list[RegisterEntry]:
    made = []
    for number in range(VOTERS):
        account = make_account(session, now=now, email=f"voter{number}@example.com")
        one = RegisterEntry(round_id=booth.voting_round.id, account_id=account.id, registered_on=now.date())
        made.append(one)
    session.add_all(made)
    session.commit()
    return made


def rows_read(engine: Engine) -> int:
    """What the database says it has read so far; its processes say so when they end."""
    engine.dispose()
    with engine.connect() as connection:
        for _try in range(50):
            if (
                connection.scalar(
                    text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                )
                == 1
            ):
                break
        return int(connection.scalar(READ) or 0)


def test_a_cast_reads_a_few_rows_however_long_the_register_is(
    session: Session, engine: Engine, booth: Booth, entries: list[RegisterEntry], now: datetime
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps no count of the rows it reads")
    pot, round_id, number = booth.voting_round.pots[0].id, booth.voting_round.id, booth.proposals[0].number
    slug, known = booth.slug, [(one.id, one.account_id) for one in entries[:CASTING]]
    session.close()
    before = rows_read(engine)
    for entry_id, account_id in known:
        find = partial(register.find_with_round, slug=slug, account_id=account_id, entry_id=None, now=now)
        with Session(engine) as reading:
            begin_reading(reading)
            find(reading, briefly=True)
        casting = ballots.Casting(
            pot_id=pot,
            entry_id=entry_id,
            ranking=[number],
            idempotency_key=f"the form of voter {entry_id}",
            now=now,
        )
        with Session(engine) as writing:
            lock_round(writing, round_id=round_id)
            (outcome,) = ballots.cast_ballots(writing, round_id=round_id, castings=[casting])
            assert isinstance(outcome, ballots.Cast)
            writing.commit()
    assert rows_read(engine) - before < CASTING * VOTERS / 10
