"""`pbvote box reopen`, `pbvote verify` and `pbvote retention run`, as people type them."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.cli import commands
from pbvote.models import CountedBallot, Envelope
from pbvote.services import board, counting, packages, publishing
from pbvote.settings import Settings
from tests.boxes import ReadyRound, quick_custody

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session: Session, settings: Settings, now, monkeypatch) -> ReadyRound:
    """Opened by two of three custodians, not published yet."""
    quick_custody(monkeypatch)
    box = ReadyRound(session, now=now, folder=settings.key_folder, slug="north", custody="officers")
    for place in range(12):
        box.cast(box.voter(), place % 6, (place + 1) % 6)
    box.close()
    box.throw()
    box.open()
    session.commit()
    return box


def type_in(app: Flask, *words: str, lines: list[str] | None = None) -> Result:
    typed = "".join(line + "\n" for line in lines or [])
    return CliRunner().invoke(commands, list(words), obj=lambda: app, input=typed)


def custodians(box: ReadyRound, *numbers: int) -> list[str]:
    return [line for number in numbers for line in (str(number), box.passphrases[box.officers[number - 1]])]


class TestReopening:
    def test_two_custodians_find_the_same_ballots_in_the_copy(self, app, box) -> None:
        done = type_in(app, "box", "reopen", "north", lines=custodians(box, 1, 3))
        assert done.exit_code == 0, done.output
        assert "The whole borough: the same ballots" in done.output
        assert "found now" in done.output
        assert box.passphrases[box.officers[0]] not in done.output

    def test_it_changes_nothing_unless_asked_and_then_the_board_says_so(self, app, box) -> None:
        size = board.size(box.session, round_id=box.round.id)
        box.session.rollback()
        type_in(app, "box", "reopen", "north", lines=custodians(box, 1, 2))
        assert board.size(box.session, round_id=box.round.id) == size
        box.session.rollback()
        done = type_in(app, "box", "reopen", "north", "--record", lines=custodians(box, 2, 3))
        assert "The board says so now." in done.output
        assert board.last(box.session, round_id=box.round.id).kind == "reopening"

    def test_other_ballots_than_were_counted_are_told_loudly(self, app, box) -> None:
        box.session.delete(box.session.scalars(select(Envelope)).first())
        box.session.commit()
        done = type_in(app, "box", "reopen", "north", "--record", lines=custodians(box, 1, 2))
        assert done.exit_code == 1
        assert "OTHER BALLOTS THAN WERE COUNTED" in done.output
        assert board.last(box.session, round_id=box.round.id).kind == "opening"

    def test_one_custodian_who_types_twice_is_asked_for_the_other(self, app, box) -> None:
        done = type_in(app, "box", "reopen", "north", lines=custodians(box, 1, 1, 2))
        assert done.exit_code == 0, done.output
        alone = type_in(app, "box", "reopen", "north", lines=custodians(box, 1))
        assert alone.exit_code == 1
        assert "the same ballots" not in alone.output

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            ("swap", "belongs to another pair"),
            ("lose", "is missing from the key folder"),
            ("show", "Others on this computer can read"),
            ("cut", "is damaged"),
        ],
    )
    def test_what_is_wrong_with_a_key_file_is_said(self, app, box, spoil, words) -> None:
        (path,) = box.folder.glob("round-*-1-2.key")
        (other,) = box.folder.glob("round-*-1-3.key")
        if spoil == "swap":
            path.write_bytes(other.read_bytes())
        elif spoil == "lose":
            path.unlink()
        elif spoil == "show":
            path.chmod(0o644)
        else:
            path.write_bytes(path.read_bytes()[:-20])
        done = type_in(app, "box", "reopen", "north", lines=custodians(box, 1, 2))
        assert done.exit_code == 1
        assert words in done.output

    def test_a_wrong_passphrase_and_an_unknown_round_are_said(self, app, box) -> None:
        first, second = custodians(box, 1), custodians(box, 2)
        crossed = [first[0], second[1], second[0], first[1]]
        assert "do not open the key" in type_in(app, "box", "reopen", "north", lines=crossed).output
        slip = [*first, "2", "nonsense"]
        assert "has a slip in it" in type_in(app, "box", "reopen", "north", lines=slip).output
        assert "no round with this name" in type_in(app, "box", "reopen", "elsewhere").output


class TestVerifying:
    @pytest.fixture
    def package(self, box: ReadyRound, settings: Settings, tmp_path: Path) -> Path:
        counting.count_round(box.session, voting_round=box.round, officer_id=box.officers[0], now=box.now)
        for officer in box.officers[:2]:
            draft = publishing.draft(box.session, voting_round=box.round)
            publishing.sign_off(
                box.session,
                voting_round=box.round,
                officer_id=officer,
                subject=draft.subject,
                key_folder=box.folder,
                package_folder=settings.package_folder,
                now=box.now,
            )
        data = packages.read(
            voting_round=box.round, pot=box.pot, version=1, package_folder=settings.package_folder
        )
        (tmp_path / "result.zip").write_bytes(data)
        return tmp_path / "result.zip"

    def test_a_right_package_is_checked_with_key_head_and_receipt(self, app, box, package) -> None:
        receipt = box.session.scalars(select(Envelope.receipt)).first()
        rows = board.rows(box.session, round_id=box.round.id)
        key = rows[0].payload["signing_key"]
        words = ("--full", "--key", key, "--head", rows[5].head, "--receipt", receipt)
        done = type_in(app, "verify", str(package), *words)
        assert done.exit_code == 0, done.output
        assert "Nothing wrong was found" in done.output
        assert receipt in done.output

    def test_an_edited_package_is_refused_with_the_line(self, app, package) -> None:
        data = package.read_bytes()
        at = data.index(b'"kind":"cast"')
        package.write_bytes(data[:at] + data[at:].replace(b'"cast"', b'"void"', 1))
        done = type_in(app, "verify", str(package))
        assert done.exit_code == 1
        assert "board.jsonl line" in done.output

    def test_what_is_no_package_cannot_be_read(self, app, tmp_path) -> None:
        assert type_in(app, "verify", str(tmp_path / "nothing.zip")).exit_code == 2


class TestRetention:
    def test_a_dry_run_names_what_is_due_and_the_real_one_destroys_it(self, app, box) -> None:
        box.round.counted_at = box.round.published_at = box.now - timedelta(days=40)
        box.session.commit()
        said = type_in(app, "retention", "run", "--dry-run")
        assert "north: 12 envelopes" in said.output
        assert "would be destroyed" in said.output
        assert len(box.session.scalars(select(Envelope)).all()) == 12
        assert len(list(box.folder.glob("round-*.key"))) == 3
        box.session.rollback()
        done = type_in(app, "retention", "run")
        assert "north: 12 envelopes" in done.output
        box.session.rollback()
        assert box.session.scalars(select(Envelope)).all() == []
        assert list(box.folder.glob("round-*.key")) == []
        assert len(box.session.scalars(select(CountedBallot)).all()) == 12
        box.session.rollback()
        assert "0 things destroyed." in type_in(app, "retention", "run").output
