"""The public package of each result: built from what is stored, checked before it is let out, kept."""

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote import __version__
from pbvote.box import package, verify
from pbvote.box.board import BoardRow
from pbvote.models import Award, Pot, PotOpening, Proposal, TallyRecord, VotingRound
from pbvote.services import board, elections, keys, opening, voting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotFound, Refusal
from pbvote.tally import Tally


def publish(
    session: Session,
    *,
    voting_round: VotingRound,
    version: int,
    reason: str = "",
    key_folder: Path,
    package_folder: Path,
    now: datetime,
) -> str:
    """Build, check and keep the package of every pot, and write the board's row `result` or `correction`.

    Returns their SHA-256, in the order of the pots, with a space between. A package that the public checker
    would refuse is never let out: Refusal("package-wrong"). Published packages are never overwritten.
    """
    lock_round(session, round_id=voting_round.id)
    if _row_of(session, voting_round, version) is not None:
        raise Refusal("result-published-already", version=version)
    digests = {}
    for pot in sorted(voting_round.pots, key=lambda pot: pot.id):
        data = build(
            session, voting_round=voting_round, pot=pot, version=version, reason=reason, key_folder=key_folder
        )
        try:
            verify.check(data)
        except verify.Wrong as wrong:
            raise Refusal("package-wrong", what=str(wrong)) from wrong
        digests[pot.id] = hashlib.sha256(data).hexdigest()
        _store(package_folder / file_name(voting_round, pot, version), data)
    kept = [{"pot": pot, "sha256": digest} for pot, digest in digests.items()]
    payload = {"day": now.date().isoformat(), "packages": kept, "reason": reason, "version": version}
    kind = "result" if version == 1 else "correction"
    board.append(session, round_id=voting_round.id, kind=kind, payload=payload)
    return " ".join(digests.values())


def build(
    session: Session,
    *,
    voting_round: VotingRound,
    pot: Pot,
    version: int,
    reason: str = "",
    key_folder: Path,
) -> bytes:
    """The package of one pot's result, the same bytes whenever it is built."""
    records = select(TallyRecord).where(TallyRecord.pot_id == pot.id, TallyRecord.version <= version)
    record = session.scalars(records.order_by(TallyRecord.version.desc()).limit(1)).first()
    found = session.get(PotOpening, pot.id)
    if record is None or found is None:
        raise NotFound("package-not-found")
    tally = Tally.from_json(record.record)
    key = keys.of_round(session, round_id=voting_round.id)
    rows = _rows_before(session, voting_round, version)
    rankings = opening.rankings_of(session, pot=pot)
    completion = tally.completion
    result = package.Result(
        round={"id": voting_round.id, "slug": voting_round.slug, "title": voting_round.title},
        pot={"id": pot.id, "name": pot.name},
        version=version,
        reason=reason,
        level=package.level_of(voting_round.publication_level, found.opened),
        rule={
            "budget": pot.budget,
            "max_length": voting_round.max_length,
            "name": record.rule,
            "parameters": tally.parameters,
            "seed": tally.seed,
        },
        money={"currency": voting_round.currency, "minor_units": voting_round.minor_units},
        marks=found.marks,
        spoilt=found.spoilt,
        envelopes=_digests_on_board(rows, pot),
        rankings=rankings,
        digest=found.digest,
        salt=found.salt,
        box_key=key.public_key,
        rows=rows,
        projects=voting.projects_on_ballot(session, pot=pot),
        tally=record.record,
        awards=_awards(session, pot, tally, version),
        counted=[{"amount": step.award, "id": step.project, "reason": step.part} for step in tally.steps],
        refused=_refused(session, pot, version),
        raises=completion.raises if completion else None,
        stopped=completion.stopped if completion else None,
        software=f"pbvote {__version__}",
    )
    private = board.signing_key(key_folder=key_folder, public=key.signing_public_key)
    try:
        return package.build(result, signing_key=private)
    except ValueError as error:
        raise Refusal("package-wrong", what=str(error)) from error


def read(*, voting_round: VotingRound, pot: Pot, version: int, package_folder: Path) -> bytes:
    """The package as it was published. Raises NotFound."""
    path = package_folder / file_name(voting_round, pot, version)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("package-not-found") from error


def kept(
    *, voting_round: VotingRound, versions: Sequence[int], package_folder: Path
) -> list[tuple[Pot, int]]:
    """The pots and versions whose packages are there to be read; imported rounds have none."""
    return [
        (pot, version)
        for version in versions
        for pot in voting_round.pots
        if (package_folder / file_name(voting_round, pot, version)).is_file()
    ]


def published(session: Session, *, voting_round: VotingRound) -> list[dict[str, Any]]:
    """The board's rows about results, oldest first: version, reason, day and packages (pot, sha256)."""
    return [row.payload for row in _result_rows(session, voting_round)]


def file_name(voting_round: VotingRound, pot: Pot, version: int) -> str:
    return f"{voting_round.slug}-{pot.slug}-v{version}.zip"


def _published_ids(session: Session, pot: Pot, version: int) -> list[tuple[str, int]]:
    query = (
        select(Proposal, Award.amount)
        .join(Award, Award.proposal_id == Proposal.id)
        .where(Award.round_id == pot.round_id, Award.version == version, Proposal.pot_id == pot.id)
        .order_by(Award.position)
    )
    return [(elections.project_id(proposal), amount) for proposal, amount in session.execute(query)]


def _awards(session: Session, pot: Pot, tally: Tally, version: int) -> list[dict[str, Any]]:
    """What the version publishes, with how each award came about."""
    parts = {step.project: step.part for step in tally.steps}
    return [
        {"amount": amount, "id": name, "reason": parts.get(name, "reserve")}
        for name, amount in _published_ids(session, pot, version)
    ]


def _refused(session: Session, pot: Pot, version: int) -> list[list[str]]:
    """For each correction up to this version, the awards that fell away with it."""
    named = [{name for name, _ in _published_ids(session, pot, number)} for number in range(1, version + 1)]
    return [sorted(named[place] - named[place + 1]) for place in range(version - 1)]


def _rows_before(session: Session, voting_round: VotingRound, version: int) -> list[BoardRow]:
    """The board as a version's package holds it: up to the row before its own, or as it stands now."""
    own = _row_of(session, voting_round, version)
    return board.rows(session, round_id=voting_round.id, up_to=own.seq - 1 if own else None)


def _row_of(session: Session, voting_round: VotingRound, version: int) -> BoardRow | None:
    rows = _result_rows(session, voting_round)
    return next((row for row in rows if row.payload["version"] == version), None)


def _result_rows(session: Session, voting_round: VotingRound) -> list[BoardRow]:
    rows = [
        row
        for kind in ("result", "correction")
        for row in board.of_kind(session, round_id=voting_round.id, kind=kind)
    ]
    return sorted(rows, key=lambda row: row.seq)


def _digests_on_board(rows: list[BoardRow], pot: Pot) -> list[bytes]:
    """The envelopes in the box at the close, as the board tells it; it outlives the envelopes."""
    return sorted(bytes.fromhex(digest) for digest in board.replayed(rows).inside(pot.id))


def _store(path: Path, data: bytes) -> None:
    """Keep a package; one already there under this name may only be the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(".part")
    try:
        with waiting.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    except OSError:
        waiting.unlink(missing_ok=True)
        raise
