"""A disk without room, while people vote and while the box is closed and opened: nothing is lost.

The disk is a small file system of its own, really full; only root may mount one.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.box.board import check_chain
from pbvote.models import Account, CountedBallot, Envelope, VoterMark
from pbvote.services import board, keys, publishing, sign_ins
from pbvote.settings import Settings
from tests.boxes import ReadyRound
from tests.person import Person
from tests.plain_browser import PlainBrowser
from tests.postgres import NOBODY, Server
from tests.small_disk import SmallDisk, can_be_had
from tests.voting import open_booth, register

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.skipif(not can_be_had(), reason="mounting a small disk needs root"),
]
NO_ROOM = "no room left"
_numbers = count(1)


@pytest.fixture
def disk(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    if backend == "sqlite":
        disk = SmallDisk(tmp_path / "disk", megabytes=4)
    else:
        server: Server = request.getfixturevalue("postgres_server")
        disk = SmallDisk(server.folder / f"disk-{next(_numbers)}", megabytes=48)
        os.chown(disk.place, NOBODY, NOBODY)
    yield disk
    disk.unmount()


@pytest.fixture
def database_url(backend: str, disk: SmallDisk, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database on the small disk."""
    if backend == "sqlite":
        target = disk.place / "pbvote.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), target)
        yield f"sqlite:///{target}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = disk.place.name.replace("-", "_")
    server.execute(f"CREATE TABLESPACE {name} LOCATION '{disk.place}'")
    server.execute(f"CREATE DATABASE {name} TEMPLATE template_pbvote TABLESPACE {name}")
    yield server.dsn(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.execute(f"DROP TABLESPACE {name}")


def test_a_full_disk_while_casting_costs_nobody_their_vote(
    app: Flask, session: Session, settings: Settings, disk: SmallDisk, now: datetime
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    numbers = [proposal.number for proposal in booth.proposals[:3]]
    titles = [proposal.title for proposal in booth.proposals[:3]]
    session.rollback()
    voters = [Person(app) for _ in range(12)]
    for number, voter in enumerate(voters):
        register(voter, booth, email=f"voter{number}@example.com", name=f"Voter {number}")
        voter.open(booth.path())
        voter.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
        voter.submit(button=("go", "yes"))
    disk.fill()
    for voter in voters:
        voter.submit()
    refused = [voter for voter in voters if voter.status == 503]
    told = [voter for voter in voters if voter.status == 200]
    assert len(refused) + len(told) == len(voters)
    assert refused
    for voter in refused:
        assert NO_ROOM in voter.text
        assert "kept on your own phone" in voter.text
        assert voter.open(booth.path("check")).status_code == 200, "reading goes on"
        places = [voter.text.index(title) for title in titles]
        assert places == sorted(places)
    for voter in told:
        assert "Your vote is in the ballot box" in voter.text
    assert session.scalar(select(func.count()).select_from(Envelope)) == len(told)
    session.rollback()
    disk.empty()
    for voter in refused:
        voter.submit()
        assert "Your vote is in the ballot box" in voter.text
    for table in (Envelope, VoterMark):
        assert session.scalar(select(func.count()).select_from(table)) == len(voters)
    check_chain(board.rows(session, round_id=booth.voting_round.id))


@pytest.fixture
def box(session: Session, settings: Settings, now: datetime) -> ReadyRound:
    box = ReadyRound(session, now=now, folder=settings.key_folder, slug="north", custody="server")
    for place in range(12):
        box.cast(box.voter(), place % 6, (place + 1) % 6)
    box.round.voting_closes_at = now - timedelta(minutes=1)
    session.commit()
    return box


def officers(app: Flask, box: ReadyRound) -> list[PlainBrowser]:
    signed_in = [
        sign_ins.start(box.session, now=box.now, account=box.session.get(Account, one), strong=True)
        for one in box.officers[:2]
    ]
    box.session.commit()
    return [PlainBrowser(app, token) for token in signed_in]


def test_a_full_disk_stops_a_ceremony_between_its_steps_and_it_goes_on_afterwards(
    app: Flask, box: ReadyRound, disk: SmallDisk
) -> None:
    first, second = officers(app, box)
    place = "/officer/rounds/north/ceremony/"

    def press(browser: PlainBrowser, step: str, **fields: str) -> int:
        return browser.send(place + step, browser.open(place), **fields)

    disk.fill()
    if box.session.get_bind().dialect.name == "sqlite":  # PostgreSQL has room in the pages it has begun
        assert press(first, "close") == 503
        assert keys.of_round(box.session, round_id=box.round.id).state == "open"
    disk.empty()
    box.session.rollback()
    assert press(first, "close") == 303
    for browser in (first, second):
        assert press(browser, "seed", digits="0417") == 303
    assert press(first, "opening") == 303
    disk.fill()
    assert press(second, "opening") == 503
    box.session.rollback()
    assert keys.of_round(box.session, round_id=box.round.id).state == "closed"
    assert box.session.scalars(select(CountedBallot)).all() == []
    assert NO_ROOM in second.text
    box.session.rollback()
    disk.empty()
    assert press(second, "opening") == 303
    box.session.rollback()
    assert len(box.session.scalars(select(CountedBallot)).all()) == 12
    kinds = [row.kind for row in board.rows(box.session, round_id=box.round.id)]
    assert kinds[-3:] == ["close", "seed", "opening"]


def test_a_result_that_finds_no_room_for_its_package_is_not_published(
    app: Flask, box: ReadyRound, settings: Settings
) -> None:
    box.close()
    box.throw()
    box.open()
    box.session.commit()
    first, second = officers(app, box)
    page = first.open("/officer/rounds/north/ceremony/")
    assert first.send("/officer/rounds/north/count", page) == 303
    sheet = "/officer/rounds/north/publication"
    assert first.send(sheet, first.open(sheet), read="y") == 303
    packages = SmallDisk(settings.package_folder, megabytes=1)
    try:
        packages.fill()
        assert second.send(sheet, second.open(sheet), read="y") == 503
        box.session.rollback()
        assert publishing.latest(box.session, voting_round=box.round) is None
        assert [path.name for path in settings.package_folder.rglob("*") if path.is_file()] == ["filler"]
        packages.empty()
        box.session.rollback()
        assert second.send(sheet, second.open(sheet), read="y") == 303
        assert len(list(settings.package_folder.rglob("*.zip"))) == 1
    finally:
        packages.unmount()
