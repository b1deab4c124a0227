"""The public package of a result: one canonical zip that anyone can check and recount.

The archive holds, in this order and each stored uncompressed with the date 1980-01-01:

* ``manifest.json``: what was counted and how, and length and SHA-256 of every file below;
* ``signature.json``: ``{"key", "signature"}``, Ed25519 over ``"pbvote-package-1" ‖ manifest.json``;
* ``board.jsonl``: the board (see `pbvote.box.board`), up to the row before the result's own;
* ``envelopes.txt``: the digest of every envelope in this pot's box at the close, ascending, one a line;
* ``projects.json``: ``[{"cost", "id", "least", "name", "number", "withdrawn"}]`` by ballot number;
* ``ballots.jsonl``: a ballot a line as ballot numbers, most wanted first, lines in ascending order of the
  rankings; without ward, age, channel, day or order of casting (level ``ballots`` only);
* ``ballots.sums``: the first 8 hexadecimal digits of SHA-256 of each line of ``ballots.jsonl``, so that a
  damaged line can be named;
* ``rank-counts.json``: ``{number: [times ranked first, second, …]}`` (not at level ``winners``);
* ``tally.json``: every step of the count (not at level ``winners``);
* ``result.json``: ``{"awards", "counted", "raises", "refused", "stopped"}``: the published awards
  ``[{"amount", "id", "reason"}]``, what the count alone gave, and the ids whose award was refused, for each
  correction that this version follows.

Every JSON file is canonical (`pbvote.box.canonical`) and ends with a line feed. Money is in minor units. The
same input gives the same bytes, always.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pbvote.box import board, envelope, merkle
from pbvote.box.canonical import canonical, digest

FORMAT = "pbvote-package-1"
LEVELS = ("ballots", "rank-counts", "winners")
SMALL_POT = 10  # pots with fewer ballots publish winners only
ORDER = (
    "manifest.json",
    "signature.json",
    "board.jsonl",
    "envelopes.txt",
    "projects.json",
    "ballots.jsonl",
    "ballots.sums",
    "rank-counts.json",
    "tally.json",
    "result.json",
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a package is made of, as plain data.

    `rankings` are the opened ballots in any order, as ballot numbers; `envelopes` the 32-byte digests of the
    envelopes in the box at the close; `digest` is the ballots digest on the board (hexadecimal) and `salt`
    belongs to it (None where ballots are not published); `projects` are dicts
    with id, number, name, cost, least (or None) and withdrawn; `awards` dicts with id, amount and reason
    ("shares", "walk", "top-up", "part-funding" or "reserve") in funding order, `counted` the same as the
    count alone gave them and `refused` the ids refused before each correction; `raises` and `stopped` how
    often Add1 raised the share in the outcome that was kept and why it went no further (None for rules
    without it); `tally` the tally's canonical JSON; `rule` a dict with name, parameters (all of them),
    max_length, budget and seed.
    """

    round: Mapping[str, Any]
    pot: Mapping[str, Any]
    version: int
    reason: str
    level: str
    rule: Mapping[str, Any]
    money: Mapping[str, Any]
    marks: int
    spoilt: Mapping[str, int]
    envelopes: Sequence[bytes]
    rankings: Sequence[Sequence[int]]
    digest: str
    salt: bytes | None
    box_key: bytes
    rows: Sequence[board.BoardRow]
    projects: Sequence[Mapping[str, Any]]
    tally: bytes
    awards: Sequence[Mapping[str, Any]]
    counted: Sequence[Mapping[str, Any]]
    refused: Sequence[Sequence[str]] = ()
    raises: int | None = None
    stopped: str | None = None
    software: str = field(default="pbvote")


def build(result: Result, *, signing_key: bytes) -> bytes:
    """Return the package of a result. Raises ValueError if its parts contradict one another."""
    _check(result)
    files = _content(result)
    manifest = canonical(_manifest(result, files, signing_key)) + b"\n"
    signature = board.sign(signing_key, FORMAT, manifest)
    signed = {"key": board.signing_public_key(signing_key).hex(), "signature": signature.hex()}
    return write_zip({"manifest.json": manifest, "signature.json": canonical(signed) + b"\n", **files})


def projects_digest(projects: Iterable[Mapping[str, Any]]) -> str:
    """Return the hash (hexadecimal) under which the board's row `open` fixes a pot's list of projects."""
    fields = ("cost", "id", "least", "name", "number")
    ordered = sorted(projects, key=lambda project: int(project["number"]))
    fixed = canonical([{name: project[name] for name in fields} for project in ordered])
    return digest("pbvote-projects", fixed).hex()


def level_of(asked: str, ballots: int) -> str:
    """Return the level at which a pot with so many ballots is published."""
    return "winners" if ballots < SMALL_POT else asked


def rank_counts(
    rankings: Sequence[Sequence[int]], numbers: Sequence[int], max_length: int
) -> dict[str, list[int]]:
    """Return how often each ballot number was ranked first, second, … (lists of `max_length` counts)."""
    counts = {str(number): [0] * max_length for number in numbers}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            counts[str(number)][rank] += 1
    return counts


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """Return the canonical archive of these files: same files, same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in ORDER:
            if name in files:
                info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o100644 << 16
                archive.writestr(info, files[name])
    return buffer.getvalue()


def _check(result: Result) -> None:
    if result.level not in LEVELS:
        raise ValueError(f"there is no publication level {result.level!r}")
    opened, spoilt = len(result.rankings), sum(result.spoilt.values())
    if not result.marks == len(result.envelopes) == opened + spoilt:
        raise ValueError(
            f"{result.marks} marks, {len(result.envelopes)} envelopes and {opened} opened + {spoilt} spoilt "
            "do not agree"
        )
    if opened < SMALL_POT and result.level != "winners":
        raise ValueError(f"a pot with fewer than {SMALL_POT} ballots publishes winners only")
    if result.level == "ballots":
        found = envelope.ballots_digest(result.salt or b"", result.rankings).hex()
        if found != result.digest:
            raise ValueError("these are not the ballots whose digest is on the board")
    if not result.rows:
        raise ValueError("a package holds the board")


def _content(result: Result) -> dict[str, bytes]:
    files = {
        "board.jsonl": _lines(row.line() for row in result.rows),
        "envelopes.txt": _lines(leaf.hex().encode() for leaf in sorted(result.envelopes)),
        "projects.json": canonical(_projects(result)) + b"\n",
        "result.json": canonical(
            {
                "awards": [dict(award) for award in result.awards],
                "counted": [dict(award) for award in result.counted],
                "raises": result.raises,
                "refused": [list(ids) for ids in result.refused],
                "stopped": result.stopped,
            }
        )
        + b"\n",
    }
    if result.level == "ballots":
        ballots = [canonical(list(ranking)) for ranking in sorted(map(tuple, result.rankings))]
        files["ballots.jsonl"] = _lines(ballots)
        files["ballots.sums"] = _lines(hashlib.sha256(line).hexdigest()[:8].encode() for line in ballots)
    if result.level != "winners":
        numbers = [project["number"] for project in result.projects]
        counts = rank_counts(result.rankings, numbers, result.rule["max_length"])
        files["rank-counts.json"] = canonical(counts) + b"\n"
        files["tally.json"] = result.tally.rstrip(b"\n") + b"\n"
    return files


def _projects(result: Result) -> list[dict[str, Any]]:
    fields = ("cost", "id", "least", "name", "number", "withdrawn")
    ordered = sorted(result.projects, key=lambda project: int(project["number"]))
    return [{name: project[name] for name in fields} for project in ordered]


def _manifest(result: Result, files: Mapping[str, bytes], signing_key: bytes) -> dict[str, Any]:
    last = result.rows[-1]
    return {
        "board": {"head": last.head, "size": last.seq},
        "box": {
            "digest": result.digest,
            "envelopes": len(result.envelopes),
            "marks": result.marks,
            "opened": len(result.rankings),
            "root": merkle.root(sorted(result.envelopes)).hex(),
            "salt": result.salt.hex() if result.salt and result.level == "ballots" else None,
            "spoilt": dict(result.spoilt),
        },
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
        "format": FORMAT,
        "keys": {"box": result.box_key.hex(), "signing": board.signing_public_key(signing_key).hex()},
        "level": result.level,
        "money": dict(result.money),
        "pot": dict(result.pot),
        "result": {"reason": result.reason, "version": result.version},
        "round": dict(result.round),
        "rule": dict(result.rule),
        "software": result.software,
    }


def _lines(lines: Any) -> bytes:
    return b"".join(line + b"\n" for line in lines)
