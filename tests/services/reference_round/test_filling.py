"""The demonstration: three rounds made by the services, the first of them counted and published."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from alembic import command as alembic
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.box import board as chain
from pbvote.cli.migrate import alembic_config
from pbvote.models import (
    Account,
    Appeal,
    Award,
    CommunityGroup,
    CountedBallot,
    Envelope,
    OutboxMessage,
    PotOpening,
    Proposal,
    RegisterEntry,
    RoundKey,
    VoterMark,
    VotingRound,
    Ward,
)
from pbvote.models.database import begin_write, make_engine
from pbvote.services import ballots, board, keys, rounds, sign_ins
from pbvote.services.keyring import Keyring
from pbvote.services.reference_round import filling, people, setting_up
from pbvote.services.reference_round.filling import Filled, Folders
from pbvote.services.refusal import Refusal
from tests.postgres import Server

NOW = datetime(2026, 5, 9, 15, 30, tzinfo=UTC)
KEYRING = Keyring("d" * 40)


def fill(session: Session, folder: Path) -> Filled:
    begin_write(session)
    filled = filling.fill(
        session,
        keyring=KEYRING,
        folders=Folders(keys=folder / "keys", uploads=folder / "uploads", packages=folder / "packages"),
        now=NOW,
    )
    session.commit()
    return filled


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("northbank")


@pytest.fixture(scope="module")
def filled(instance: Path, sqlite_template: Path) -> Filled:
    shutil.copy(sqlite_template, instance / "pbvote.sqlite")
    engine = make_engine(f"sqlite:///{instance / 'pbvote.sqlite'}")
    with Session(engine) as session:
        made = fill(session, instance)
    engine.dispose()
    return made


@pytest.fixture
def session(filled: Filled, instance: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{instance / 'pbvote.sqlite'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def finished(session: Session) -> VotingRound:
    return rounds.find(session, slug=setting_up.FINISHED)


@pytest.fixture
def voting(session: Session) -> VotingRound:
    return rounds.find(session, slug=setting_up.VOTING)


@pytest.fixture
def collecting(session: Session) -> VotingRound:
    return rounds.find(session, slug=setting_up.COLLECTING)


def test_the_three_rounds_stand_where_each_journey_needs_one(
    finished: VotingRound, voting: VotingRound, collecting: VotingRound
) -> None:
    phases = [one.phase(NOW) for one in (finished, voting, collecting)]
    assert phases == ["published", "voting", "collecting"]
    assert all(one.demo for one in (finished, voting, collecting))
    assert len({one.title for one in (finished, voting, collecting)}) == 3


def test_the_published_round_gives_87_grants_within_its_budget(
    session: Session, finished: VotingRound
) -> None:
    awards = session.scalars(select(Award).where(Award.round_id == finished.id)).all()
    assert len(awards) == 87
    assert finished.budget == 2_030_000_00
    assert 0.99 * finished.budget < sum(award.amount for award in awards) <= finished.budget
    assert {award.status for award in awards} == {"offered", "accepted"}


def test_every_counted_ballot_came_out_of_an_envelope(session: Session, finished: VotingRound) -> None:
    pot = finished.pots[0]
    opened = session.get(PotOpening, pot.id)
    assert opened is not None
    assert (opened.opened, opened.spoilt) == (4500, {"blank": 6})
    count = select(func.count())
    assert session.scalar(count.select_from(CountedBallot).where(CountedBallot.pot_id == pot.id)) == 4500
    assert session.scalar(count.select_from(Envelope).where(Envelope.pot_id == pot.id)) == 4506
    marks = session.scalars(select(VoterMark.channel).where(VoterMark.pot_id == pot.id))
    by_channel = Counter(marks)
    assert by_channel.total() == 4506
    assert 400 < by_channel["paper"] < 700


def test_the_board_holds_together_and_tells_the_whole_story(session: Session, finished: VotingRound) -> None:
    rows = board.rows(session, round_id=finished.id)
    assert chain.check_chain(rows) == rows[-1]
    kinds = Counter(row.kind for row in rows)
    once = ("setup", "open", "close", "seed", "opening")
    assert [kinds[kind] for kind in once] == [1] * len(once)
    assert kinds["rehearsal"] == 3
    assert kinds["replace"] > 50
    assert kinds["paper"] >= 5


def test_the_open_round_can_be_voted_in_at_once(session: Session, voting: VotingRound) -> None:
    key = session.get(RoundKey, voting.id)
    assert key is not None
    assert (key.state, keys.is_rehearsed(key)) == ("open", True)
    entry = session.scalars(
        select(RegisterEntry)
        .join(Account, Account.id == RegisterEntry.account_id)
        .where(RegisterEntry.round_id == voting.id, Account.email == people.RESIDENTS[0].email)
    ).one()
    numbers = session.scalars(select(Proposal.number).where(Proposal.round_id == voting.id).limit(3)).all()
    cast = ballots.cast_ballot(
        session,
        voting_round=voting,
        pot=voting.pots[0],
        entry=entry,
        ranking=numbers,
        idempotency_key="k" * 32,
        now=NOW,
    )
    assert not cast.replaced


def test_the_resident_who_has_voted_has_a_ballot_in_the_box(session: Session, voting: VotingRound) -> None:
    entry = session.scalars(
        select(RegisterEntry)
        .join(Account, Account.id == RegisterEntry.account_id)
        .where(RegisterEntry.round_id == voting.id, Account.email == people.RESIDENTS[1].email)
    ).one()
    assert ballots.current_receipt(session, pot_id=voting.pots[0].id, entry_id=entry.id)


def test_two_custodians_of_the_open_round_hold_its_key(
    session: Session, voting: VotingRound, filled: Filled, instance: Path
) -> None:
    key = keys.of_round(session, round_id=voting.id)
    held = filled.passphrases[voting.slug]
    accounts = session.scalars(select(Account).where(Account.email.in_(list(held)))).all()
    two = {account.id: held[account.email or ""] for account in accounts[:2]}
    assert len(accounts) == 3
    assert keys.private_key(key=key, round_id=voting.id, key_folder=instance / "keys", passphrases=two)


def test_the_council_s_people_can_sign_in_with_what_was_printed(session: Session, filled: Filled) -> None:
    staff = [persona for persona in filled.personas if persona.roles]
    assert len({persona.password for persona in staff}) == len(staff) == 7
    for persona in staff:
        account = sign_ins.check_officer(
            session,
            email=persona.email,
            password=persona.password,
            code=pyotp.TOTP(persona.totp_secret).at(NOW),
            keyring=KEYRING,
            now=NOW,
        )
        assert {role.role for role in account.roles} == set(persona.roles)


def test_the_group_s_contact_has_a_question_to_answer_an_award_and_an_appeal(
    session: Session, finished: VotingRound, collecting: VotingRound
) -> None:
    contact = session.scalars(select(Account).where(Account.email == people.CONTACT.email)).one()
    group = session.scalars(
        select(CommunityGroup).where(CommunityGroup.members.any(account_id=contact.id))
    ).one()
    assert group.is_complete()
    asked = session.scalars(
        select(Proposal).where(Proposal.group_id == group.id, Proposal.round_id == collecting.id)
    ).one()
    assert (asked.status, len(asked.questions)) == ("changes-asked", 1)
    awards = session.scalars(select(Award).join(Proposal).where(Proposal.group_id == group.id)).all()
    assert [award.status for award in awards] == ["offered"]
    assert session.scalars(select(Appeal).where(Appeal.made_by_id == contact.id)).one().upheld is False


def test_groups_that_began_have_told_how_it_goes(session: Session) -> None:
    told = [award for award in session.scalars(select(Award)) if award.reports]
    assert {award.proposal.title for award in told} == set(filling.REPORTS)
    assert {award.status for award in told} == {"accepted"}


def test_only_the_persona_s_letter_waits_to_be_sent(session: Session) -> None:
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at.is_(None))).all()
    assert {message.recipient for message in waiting} == {people.CONTACT.email}


def test_officers_find_doubtful_entries_to_decide(session: Session, voting: VotingRound) -> None:
    pending = session.scalars(
        select(RegisterEntry).where(RegisterEntry.round_id == voting.id, RegisterEntry.status == "pending")
    ).all()
    assert Counter(entry.doubt for entry in pending) == {"same-name-and-postcode": 3, "postcode-unknown": 2}


def test_every_proposal_has_a_picture_on_the_disk_and_lines_that_add_up(
    session: Session, instance: Path
) -> None:
    for proposal in session.scalars(select(Proposal)):
        assert proposal.picture is not None
        assert (instance / "uploads" / proposal.picture.sha256).stat().st_size == proposal.picture.size
        assert sum(line.amount for line in proposal.budget_lines) == proposal.cost
        assert proposal.least is None or proposal.least < proposal.cost


def test_moments_come_in_order(session: Session) -> None:
    for one in session.scalars(select(VotingRound)):
        moments = [
            one.proposals_open_at,
            one.proposals_close_at,
            one.voting_opens_at,
            one.voting_closes_at,
            one.results_due_at,
            one.delivery_ends_at,
        ]
        assert all(moments)
        assert moments == sorted(moments, key=lambda moment: moment or NOW)
        for proposal in session.scalars(select(Proposal).where(Proposal.round_id == one.id)):
            assert [event.at for event in proposal.events] == sorted(event.at for event in proposal.events)
            assert all(event.at <= NOW + timedelta(days=1) for event in proposal.events)


def test_the_wards_are_drawn_as_closed_polygons(session: Session) -> None:
    wards = session.scalars(select(Ward)).all()
    assert len(wards) == 11
    for ward in wards:
        assert ward.shape is not None
        ring = ward.shape["coordinates"][0]
        assert ring[0] == ring[-1]


def test_a_database_with_rounds_is_left_alone(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="demo-not-empty"):
        fill(session, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_demonstration_is_the_same_on_postgresql(postgres_server: Server, tmp_path: Path) -> None:
    postgres_server.execute("CREATE DATABASE demonstration")
    alembic.upgrade(alembic_config(postgres_server.dsn("demonstration")), "head")
    engine = make_engine(postgres_server.dsn("demonstration"))
    with Session(engine) as session:
        fill(session, tmp_path)
        assert session.scalar(select(func.count()).select_from(Award)) == 87
    engine.dispose()
    postgres_server.execute("DROP DATABASE demonstration WITH (FORCE)")
