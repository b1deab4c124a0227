"""Check a published result of a vote, and count it again, with nothing but Python.

    python3 verify.py PACKAGE [--key HEX] [--head HEX] [--receipt CODE]... [--full]

This file stands alone: the standard library of Python 3.9 or later is all it needs, and it shares no code
with the programme that ran the vote. It checks that nothing was hidden in the package, hashes, the signature
(Ed25519, RFC 8032), the board's chain and its story, the tree over the envelopes (RFC 6962), the ballots, and
the count, which it does again in its own way. It ends with what it did not check.

Three things only you can bring, because they come from outside the package: the signing key as the council
published it (--key), a head of the board that you noted earlier (--head), and your receipt (--receipt).

Exit status: 0 nothing wrong was found; 1 something is wrong, and the message names file and line; 2 the
package cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd
from typing import Any

Json = dict[str, Any]
Files = dict[str, bytes]
Ballots = list[tuple[int, ...]]
Counts = dict[str, list[int]]
Awards = list[tuple[int, int, str]]  # place in Count.ids, minor units, by what
Point = tuple[int, int, int, int]
Say = Callable[[str], None]

FORMAT = "pbvote-package-1"
FILES = (
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
ALWAYS = ("manifest.json", "signature.json", "board.jsonl", "envelopes.txt", "projects.json", "result.json")
BY_LEVEL = {
    "ballots": (*ALWAYS, "ballots.jsonl", "ballots.sums", "rank-counts.json", "tally.json"),
    "rank-counts": (*ALWAYS, "rank-counts.json", "tally.json"),
    "winners": ALWAYS,
}
LARGEST = 1 << 30  # bytes; a borough of 300,000 voters needs about 150 million


class Wrong(Exception):
    """Something in the package is not as it must be. `place` names file and line."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class Unreadable(Exception):
    """The file is not there or cannot be a package at all."""


class Report:
    """What was checked and what was not, in plain words."""

    def __init__(self, say: Say | None = None) -> None:
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self._say = say or (lambda line: None)

    def ok(self, text: str) -> None:
        self.checked.append(text)
        self._say("  yes   " + text)

    def not_checked(self, text: str) -> None:
        self.unchecked.append(text)


def check(
    data: bytes,
    key: str | None = None,
    head: str | None = None,
    receipts: Sequence[str] = (),
    full: bool = False,
    say: Say | None = None,
) -> Report:
    """Check a package given as bytes; return a Report or raise Wrong.

    `key` (signing key) and `head` are hexadecimal, `receipts` codes as printed. `say` is called with each
    line of progress.
    """
    report = Report(say)
    files, table = read_archive(data)
    manifest = _check_manifest(files, key, report)
    _check_hashes(files, manifest)
    _check_table(data, table)
    report.ok(f"Nothing is hidden in the package: {len(files)} files, each with the hash it must have.")
    _check_head(files, manifest, head, report)
    box = _check_box(files, manifest, report)
    for typed in receipts:
        _check_receipt(typed, box, manifest, report)
    projects = _check_projects(files, manifest, box, report)
    ballots = _check_ballots(files, manifest, projects, box, report)
    counts = _check_rank_counts(files, manifest, projects, ballots, report)
    _check_result(files, manifest, projects, ballots, counts, full, report)
    _say_what_nobody_can_check(manifest, box, receipts, report)
    return report


# --- The archive: nothing but the files it must hold, byte for byte


def read_archive(data: bytes) -> tuple[Files, int]:
    """Return ({name: content}, where the table at the end begins). Refuses every freedom a zip could take."""
    if len(data) > LARGEST:
        raise Wrong("the package", "is larger than 1 GiB, far more than any vote needs")
    if not data.startswith(b"PK\x03\x04"):
        raise Unreadable("This is not a pbvote package (it does not begin like a zip file).")
    files: Files = {}
    at, last = 0, -1
    while data[at : at + 4] == b"PK\x03\x04":
        if len(data) < at + 30:
            raise Wrong("the package", f"ends in the middle of a file's header at byte {at}")
        fixed = struct.unpack("<4s5H3I2H", data[at : at + 30])
        name = data[at + 30 : at + 30 + fixed[9]].decode("utf-8", "replace")
        _check_name(name, files, last)
        _check_header(fixed, name, at)
        begin = at + 30 + fixed[9]
        if begin + fixed[8] > len(data):
            raise Wrong(name, f"is said to be {fixed[8]} bytes long, but the package ends before")
        files[name], last = data[begin : begin + fixed[8]], FILES.index(name)
        at = begin + fixed[8]
    return files, at


def _check_name(name: str, files: Files, last: int) -> None:
    if name.startswith(("/", "\\")) or ".." in name or ":" in name or "\\" in name:
        raise Wrong(repr(name), "would be written outside its folder; no honest package holds such a name")
    if name not in FILES:
        raise Wrong(repr(name), "does not belong in a package")
    if name in files:
        raise Wrong(name, "is in the package twice")
    if FILES.index(name) < last:
        raise Wrong(name, "is not in its place among the files")


def _check_header(fixed: tuple[Any, ...], name: str, at: int) -> None:
    if fixed[3] != 0:
        raise Wrong(name, "is compressed; files are stored as they are, so that nothing huge can hide")
    if fixed[7] != fixed[8]:
        raise Wrong(name, f"has two different lengths in its header at byte {at}")
    if (fixed[1], fixed[2], fixed[4], fixed[5], fixed[10]) != (20, 0, 0, 33, 0):
        raise Wrong(name, f"has an unusual header at byte {at}")


def _check_table(data: bytes, at: int) -> None:
    """The rest of the archive, and every header, must be what a canonical archive has; compare the bytes."""
    expected = canonical_archive(read_archive(data)[0])
    if data != expected:
        place = next((i for i in range(min(len(data), len(expected))) if data[i] != expected[i]), None)
        if place is None:
            place = min(len(data), len(expected))
        where = "table of contents" if place >= at else "header of a file"
        raise Wrong("the package", f"differs from its one right form at byte {place} ({where})")


def canonical_archive(files: Files) -> bytes:
    """Return the one right archive of these files."""
    body, table = b"", b""
    parts = []
    at = 0
    for name in FILES:
        if name in files:
            content, raw = files[name], name.encode()
            common = struct.pack(
                "<4H3I2H", 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(raw), 0
            )
            header = b"PK\x03\x04" + struct.pack("<H", 20) + common + raw
            parts += [header, content]
            table += b"PK\x01\x02" + struct.pack("<BBH", 20, 3, 20) + common
            table += struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at) + raw
            at += len(header) + len(content)
    body = b"".join(parts)
    number = len(files)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, number, number, len(table), len(body), 0)
    return body + table + end


# --- Manifest, signature, hashes


def _check_manifest(files: Files, key: str | None, report: Report) -> Json:
    for name in ("manifest.json", "signature.json"):
        if name not in files:
            raise Wrong("the package", f"{name} is missing")
    signed = _json_file(files, "signature.json")
    if not isinstance(signed, dict) or set(signed) != {"key", "signature"}:
        raise Wrong("signature.json line 1", "is not a signature")
    try:
        public, signature = bytes.fromhex(signed["key"]), bytes.fromhex(signed["signature"])
    except (TypeError, ValueError):
        raise Wrong("signature.json line 1", "is not a signature") from None
    if not ed25519_holds(public, FORMAT.encode() + files["manifest.json"], signature):
        raise Wrong("manifest.json line 1", "does not fit its signature: one of the two was changed")
    if signed != {"key": public.hex(), "signature": signature.hex()}:
        raise Wrong("signature.json line 1", "is not written as it must be")
    manifest: Json = _json_file(files, "manifest.json")
    _check_shape(manifest)
    if manifest["keys"]["signing"] != public.hex():
        raise Wrong("signature.json line 1", "is signed with another key than manifest.json names")
    if key is None:
        report.ok("The signature fits the package.")
        report.not_checked(
            "The signing key was not compared with anything older: anybody could have signed with a key of "
            "their own. Bring the key the council published before the vote: --key HEX."
        )
    elif key.strip().lower() != public.hex():
        raise Wrong(
            "signature.json line 1",
            f"is signed with the key {public.hex()}, not with the one you brought",
        )
    else:
        report.ok("The package is signed with the key you brought.")
    return manifest


def _check_shape(manifest: Json) -> None:
    shape = {
        "board": {"head", "size"},
        "box": {"digest", "envelopes", "marks", "opened", "root", "salt", "spoilt"},
        "keys": {"box", "signing"},
        "result": {"reason", "version"},
    }
    place = "manifest.json line 1"
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Wrong(place, f"is not of the format {FORMAT}")
    for name, inner in shape.items():
        if not isinstance(manifest.get(name), dict) or set(manifest[name]) != inner:
            raise Wrong(place, f"lacks the part {name!r}")
    for name in ("files", "money", "pot", "round", "rule"):
        if not isinstance(manifest.get(name), dict):
            raise Wrong(place, f"lacks the part {name!r}")
    if manifest.get("level") not in BY_LEVEL:
        raise Wrong(place, "has no publication level that is known")


def _check_hashes(files: Files, manifest: Json) -> None:
    expected = set(BY_LEVEL[manifest["level"]])
    if set(files) != expected:
        odd = sorted(set(files) ^ expected)[0]
        raise Wrong(odd, "is missing" if odd in expected else "does not belong in a package of this level")
    if set(manifest["files"]) != expected - {"manifest.json", "signature.json"}:
        raise Wrong("manifest.json line 1", "does not list the files of the package")
    for name, facts in sorted(manifest["files"].items(), key=lambda item: FILES.index(item[0])):
        content = files[name]
        if facts != {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}:
            raise Wrong(*_first_difference(files, manifest, name))


def _first_difference(files: Files, manifest: Json, name: str) -> tuple[str, str]:
    """Name the line of a file whose hash does not fit."""
    if name == "board.jsonl":
        try:
            _board(files)
        except Wrong as wrong:
            return wrong.place, wrong.reason
    if name in ("ballots.jsonl", "ballots.sums"):
        line = _first_odd_sum(files, other_is_sound=_sound(files, manifest, name))
        if line:
            return f"{name} line {line}", "was changed"
    if name == "envelopes.txt":
        line = _first_odd_envelope(files, manifest)
        if line:
            return f"{name} line {line}", "is not an envelope that the board has in the box"
    lines = files[name].count(b"\n")
    if lines <= 1:
        return f"{name} line 1", "was changed: its hash is not the one in manifest.json"
    return f"{name} line {lines}", "was changed or lines are missing: the hash does not fit"


def _sound(files: Files, manifest: Json, name: str) -> bool:
    other = "ballots.sums" if name == "ballots.jsonl" else "ballots.jsonl"
    content = files.get(other, b"")
    return bool(manifest["files"].get(other, {}).get("sha256") == hashlib.sha256(content).hexdigest())


def _first_odd_sum(files: Files, other_is_sound: bool) -> int | None:
    ballots, sums = files["ballots.jsonl"].split(b"\n"), files["ballots.sums"].split(b"\n")
    for number in range(max(len(ballots), len(sums))):
        ballot = ballots[number] if number < len(ballots) else b""
        found = sums[number] if number < len(sums) else b""
        expected = hashlib.sha256(ballot).hexdigest()[:8].encode() if ballot else b""
        if found != expected:
            return number + 1
    return None if other_is_sound else 1


def _first_odd_envelope(files: Files, manifest: Json) -> int | None:
    try:
        box = replay(_board(files))
    except Wrong:
        return None
    right = [digest.encode() for digest in sorted(box.inside(manifest["pot"].get("id")))]
    found = files["envelopes.txt"].split(b"\n")
    for number, line in enumerate(right):
        if number >= len(found) or found[number] != line:
            return number + 1
    return len(right) + 1


# --- The board


def _board(files: Files) -> list[Json]:
    """Return the board's rows after checking form and chain; names the first wrong line."""
    rows, prev = [], "0" * 64
    content = files["board.jsonl"]
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1] if content.endswith(b"\n") else lines, start=1):
        place = f"board.jsonl line {number}"
        row = _read(line, place)
        if not isinstance(row, dict) or set(row) != {"round", "seq", "kind", "payload", "prev", "head"}:
            raise Wrong(place, "is not a row of the board")
        if not isinstance(row["payload"], dict) or row["seq"] != number:
            raise Wrong(place, f"is not row {number} of the board")
        if row["prev"] != prev:
            raise Wrong(place, "does not follow the row before it")
        head = row.pop("head")
        if hashlib.sha256(b"pbvote-board-1" + canonical(row)).hexdigest() != head:
            raise Wrong(place, "was changed: its head does not fit its content")
        row["head"] = prev = head
        rows.append(row)
    if not content.endswith(b"\n"):
        raise Wrong(f"board.jsonl line {len(lines)}", "is cut short")
    return rows


class Box:
    """What the board says is in the box, pot by pot, and what became of every envelope ever in it."""

    def __init__(self) -> None:
        self.state = "new"
        self.fate: dict[
            str, list[Any]
        ] = {}  # digest of an envelope → [pot, "in the box" | "replaced" | "voided"]
        self.setup: Json = {}
        self.opened_with: Json = {}
        self.close: Json = {}
        self.seed: str | None = None
        self.opening: Json = {}
        self.withdrawn: dict[tuple[Any, int], str] = {}
        self.reopenings = 0

    def inside(self, pot: Any) -> list[str]:
        return [
            digest for digest, (where, fate) in self.fate.items() if fate == "in the box" and where == pot
        ]


def replay(rows: Sequence[Json]) -> Box:
    """Follow the board row by row; return the Box at its end. Refuses a story that cannot have happened."""
    box = Box()
    for row in rows:
        place = "board.jsonl line {}".format(row["seq"])
        if row["round"] != rows[0]["round"]:
            raise Wrong(place, "belongs to another round")
        step = _STEPS.get(row["kind"])
        if step is None:
            raise Wrong(place, "has the unknown kind {!r}".format(row["kind"]))
        allowed, action = step
        if box.state not in allowed:
            raise Wrong(place, "a row {!r} cannot come when the box is {!r}".format(row["kind"], box.state))
        try:
            action(box, row["payload"], place)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Wrong(place, "lacks what a row {!r} must say".format(row["kind"])) from None
    return box


def _on_setup(box: Box, payload: Json, place: str) -> None:
    box.setup, box.state = payload, "prepared"


def _on_open(box: Box, payload: Json, place: str) -> None:
    box.opened_with, box.state = payload, "open"


def _on_cast(box: Box, payload: Json, place: str) -> None:
    _put_in(box, payload["envelope"], payload["pot"], place)


def _on_replace(box: Box, payload: Json, place: str) -> None:
    _take_out(box, payload["replaces"], payload["pot"], "replaced", place)
    _put_in(box, payload["envelope"], payload["pot"], place)


def _on_void(box: Box, payload: Json, place: str) -> None:
    _take_out(box, payload["envelope"], payload["pot"], "voided", place)


def _on_paper(box: Box, payload: Json, place: str) -> None:
    if len(payload["envelopes"]) != payload["marks"]:
        raise Wrong(place, "has {} sheets for {} marks".format(len(payload["envelopes"]), payload["marks"]))
    for digest in payload["envelopes"]:
        _put_in(box, digest, payload["pot"], place)


def _on_close(box: Box, payload: Json, place: str) -> None:
    for pot in payload["pots"]:
        inside = sorted(box.inside(pot["pot"]))
        root = merkle_root([bytes.fromhex(digest) for digest in inside]).hex()
        if (pot["envelopes"], pot["root"]) != (len(inside), root):
            raise Wrong(place, "closes pot {} with other envelopes than were put in".format(pot["pot"]))
        if pot["marks"] != pot["envelopes"]:
            raise Wrong(
                place, "has {} marks on the register for {} envelopes".format(pot["marks"], pot["envelopes"])
            )
    box.close, box.state = payload, "closed"


def _on_seed(box: Box, payload: Json, place: str) -> None:
    if box.seed is not None:
        raise Wrong(place, "throws the dice a second time")
    box.seed = payload["seed"]


def _on_opening(box: Box, payload: Json, place: str) -> None:
    if box.seed is None:
        raise Wrong(place, "opens the box before the dice were thrown")
    box.opening, box.state = payload, "opened"


def _on_withdrawal(box: Box, payload: Json, place: str) -> None:
    box.withdrawn[(payload["pot"], payload["number"])] = payload.get("reason", "")


def _on_reopening(box: Box, payload: Json, place: str) -> None:
    opened = {pot["pot"]: pot["digest"] for pot in box.opening["pots"]}
    if {pot["pot"]: pot["digest"] for pot in payload["pots"]} != opened:
        raise Wrong(place, "the box was opened again and other ballots were found")
    box.reopenings += 1


def _on_abandoned(box: Box, payload: Json, place: str) -> None:
    box.state = "abandoned"


def _on_nothing(box: Box, payload: Json, place: str) -> None:
    """Rows that say something without changing what is in the box."""


_BEFORE = ("new", "prepared", "abandoned")
_STEPS = {
    "setup": (_BEFORE, _on_setup),
    "rehearsal": (("prepared",), _on_nothing),
    "open": (("prepared",), _on_open),
    "cast": (("open",), _on_cast),
    "replace": (("open",), _on_replace),
    "void": (("open",), _on_void),
    "paper": (("open",), _on_paper),
    "withdrawal": (("prepared", "open"), _on_withdrawal),
    "change": (("prepared", "open"), _on_nothing),
    "close": (("open",), _on_close),
    "seed": (("closed",), _on_seed),
    "opening": (("closed",), _on_opening),
    "reopening": (("opened",), _on_reopening),
    "result": (("opened",), _on_nothing),
    "correction": (("opened",), _on_nothing),
    "abandoned": (("prepared", "open", "closed"), _on_abandoned),
    "destroy": (("opened", "abandoned"), _on_nothing),
}


def _put_in(box: Box, digest: str, pot: Any, place: str) -> None:
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise Wrong(place, "does not name an envelope")
    if digest in box.fate:
        raise Wrong(place, "puts in an envelope that was in the box before")
    box.fate[digest] = [pot, "in the box"]


def _take_out(box: Box, digest: str, pot: Any, fate: str, place: str) -> None:
    if box.fate.get(digest) != [pot, "in the box"]:
        raise Wrong(place, "takes out an envelope that is not in the box")
    box.fate[digest][1] = fate


def _check_head(files: Files, manifest: Json, head: str | None, report: Report) -> None:
    rows = _board(files)
    last = rows[-1] if rows else {"seq": 0, "head": "0" * 64}
    if manifest["board"] != {"head": last["head"], "size": last["seq"]}:
        raise Wrong("board.jsonl line {}".format(last["seq"]), "is not the last row that manifest.json names")
    report.ok(f"The board is whole: {len(rows)} rows, each chained to the one before.")
    if head is None:
        report.not_checked(
            "The board was not compared with anything older: a board rewritten from its first row would look "
            "as whole. Bring a head you noted during the vote: --head HEX."
        )
        return
    heads = {row["head"]: row["seq"] for row in rows}
    if head.strip().lower() not in heads:
        raise Wrong("board.jsonl", "does not contain the head you brought: this is not the board you saw")
    report.ok(f"The board contains the head you brought, at row {heads[head.strip().lower()]}.")


def _check_box(files: Files, manifest: Json, report: Report) -> Box:
    box = replay(_board(files))
    pot, facts, place = manifest["pot"].get("id"), manifest["box"], "manifest.json line 1"
    if not box.opening:
        raise Wrong("board.jsonl", "the box was never opened")
    if manifest["keys"] != {"box": box.setup.get("public_key"), "signing": box.setup.get("signing_key")}:
        raise Wrong(place, "names other keys than the board")
    inside = sorted(box.inside(pot))
    if files["envelopes.txt"] != "".join(digest + "\n" for digest in inside).encode():
        line = _first_odd_envelope(files, manifest)
        raise Wrong(f"envelopes.txt line {line}", "is not an envelope that the board has in the box")
    closed = _of_pot(box.close, pot)
    opened = _of_pot(box.opening, pot)
    if (facts["root"], facts["envelopes"], facts["marks"]) != (
        closed["root"],
        closed["envelopes"],
        closed["marks"],
    ):
        raise Wrong(place, "says other things about the box than the board did at the close")
    if (facts["digest"], facts["opened"], facts["spoilt"]) != (
        opened["digest"],
        opened["opened"],
        opened["spoilt"],
    ):
        raise Wrong(place, "says other things about the opening than the board")
    spoilt = sum(facts["spoilt"].values())
    if not facts["marks"] == facts["envelopes"] == facts["opened"] + spoilt:
        raise Wrong(place, "marks, envelopes and opened ballots do not agree")
    report.ok(
        "The box adds up: {} marks on the register = {} envelopes = {} opened + {} spoilt.".format(
            facts["marks"], facts["envelopes"], facts["opened"], spoilt
        )
    )
    report.ok("The envelopes are those put in before the close, and the tree over them is right.")
    if manifest["rule"].get("seed") != box.seed:
        raise Wrong(place, "breaks ties with another seed than the dice on the board")
    report.ok("The dice were thrown after the close and before the box was opened.")
    return box


def _of_pot(payload: Json, pot: Any) -> Json:
    found: list[Json] = [part for part in payload["pots"] if part["pot"] == pot]
    if len(found) != 1:
        raise Wrong("board.jsonl", f"says nothing about the pot {pot!r}")
    return found[0]


def _check_receipt(typed: str, box: Box, manifest: Json, report: Report) -> None:
    letters = re.sub(r"[^A-Z2-7]", "", typed.upper().translate(str.maketrans("018", "OIB")))
    for digest, (pot, fate) in box.fate.items():
        code = base64.b32encode(bytes.fromhex(digest)).decode()[:20]
        if code == letters:
            if fate == "in the box" and pot == manifest["pot"].get("id"):
                report.ok(f"Receipt {typed}: its envelope was in the box at the close.")
            elif fate == "in the box":
                report.ok(f"Receipt {typed}: its envelope was in the box at the close, in another pot.")
            else:
                report.ok(f"Receipt {typed}: its envelope was {fate} before the close.")
            return
    raise Wrong("board.jsonl", f"has no envelope with the receipt {typed}")


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962: the hash of the tree over these leaves."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        above = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0]


# --- Projects and ballots


def _check_projects(files: Files, manifest: Json, box: Box, report: Report) -> list[Json]:
    projects, pot = _json_file(files, "projects.json"), manifest["pot"].get("id")
    place = "projects.json line 1"
    fields = {"cost", "id", "least", "name", "number", "withdrawn"}
    if not isinstance(projects, list) or not all(isinstance(p, dict) and set(p) == fields for p in projects):
        raise Wrong(place, "is not a list of projects")
    numbers = [project["number"] for project in projects]
    if numbers != sorted(set(numbers)) or len({project["id"] for project in projects}) != len(projects):
        raise Wrong(place, "numbers or names a project twice")
    struck = {number for where, number in box.withdrawn if where == pot}
    if {project["number"] for project in projects if project["withdrawn"]} != struck:
        raise Wrong(place, "strikes other projects than the board")
    stated = _of_pot(box.opened_with, pot)
    if stated["projects"] != projects_digest(projects):
        raise Wrong(place, "is not the list of projects that voting opened with")
    rule = manifest["rule"]
    announced = {name: box.opened_with[name] for name in ("max_length", "parameters")}
    announced.update(budget=stated["budget"], name=box.opened_with["rule"], seed=box.seed)
    if rule != announced:
        raise Wrong("manifest.json line 1", "counts by another rule or budget than voting opened with")
    report.ok("Projects, costs, budget and rule are those that voting opened with.")
    return projects


def projects_digest(projects: Sequence[Json]) -> str:
    """The hash under which the board's row `open` fixes the list of projects."""
    fields = ("cost", "id", "least", "name", "number")
    fixed = [{name: project[name] for name in fields} for project in projects]
    return hashlib.sha256(b"pbvote-projects" + canonical(fixed)).hexdigest()


def _check_ballots(
    files: Files, manifest: Json, projects: Sequence[Json], box: Box, report: Report
) -> Ballots | None:
    if "ballots.jsonl" not in files:
        return None
    numbers = {project["number"] for project in projects}
    longest = manifest["rule"]["max_length"]
    ballots: Ballots = []
    content = files["ballots.jsonl"]
    for line_number, line in enumerate(content.split(b"\n")[:-1], start=1):
        place = f"ballots.jsonl line {line_number}"
        ballot = _read(line, place)
        if not isinstance(ballot, list) or not ballot or len(ballot) > longest:
            raise Wrong(place, f"is not a ballot of 1 to {longest} ranks")
        if len(set(ballot)) != len(ballot) or not numbers.issuperset(ballot):
            raise Wrong(place, "ranks a project twice or one that is not on the ballot")
        if ballots and tuple(ballot) < ballots[-1]:
            raise Wrong(place, "is not in its place: lines go by their rankings")
        ballots.append(tuple(ballot))
    odd = _first_odd_sum(files, other_is_sound=True)
    if odd:
        raise Wrong(f"ballots.sums line {odd}", "does not fit its ballot")
    if len(ballots) != manifest["box"]["opened"]:
        raise Wrong(
            "ballots.jsonl", "has {} ballots, {} were opened".format(len(ballots), manifest["box"]["opened"])
        )
    salt = bytes.fromhex(manifest["box"]["salt"] or "")
    listed = canonical([list(ballot) for ballot in ballots])
    if hashlib.sha256(b"pbvote-ballots" + salt + listed).hexdigest() != manifest["box"]["digest"]:
        raise Wrong("ballots.jsonl", "these are not the ballots whose digest the custodians put on the board")
    report.ok(f"The {len(ballots)} ballots are those whose digest the custodians put on the board.")
    return ballots


def _check_rank_counts(
    files: Files, manifest: Json, projects: Sequence[Json], ballots: Ballots | None, report: Report
) -> Counts | None:
    if "rank-counts.json" not in files:
        return None
    counts, longest = _json_file(files, "rank-counts.json"), manifest["rule"]["max_length"]
    place = "rank-counts.json line 1"
    if not isinstance(counts, dict) or set(counts) != {str(project["number"]) for project in projects}:
        raise Wrong(place, "does not list the projects")
    if ballots is not None:
        own = {number: [0] * longest for number in counts}
        for ballot in ballots:
            for rank, number in enumerate(ballot):
                own[str(number)][rank] += 1
        for number in sorted(own, key=int):
            if own[number] != counts[number]:
                raise Wrong(place, f"the ballots rank number {number} otherwise")
        report.ok("The table of ranks fits the ballots.")
    return counts


# --- The count, done again


class Count:
    """The projects that still stand, and every ballot as places in that list."""

    def __init__(self, manifest: Json, projects: Sequence[Json], ballots: Ballots) -> None:
        rule = manifest["rule"]
        self.rule, self.budget, self.longest = rule, rule["budget"], rule["max_length"]
        standing = [project for project in projects if not project["withdrawn"]]
        place = {project["number"]: index for index, project in enumerate(standing)}
        self.ids = [project["id"] for project in standing]
        self.cost = [project["cost"] for project in standing]
        self.least = [project["least"] for project in standing]
        self.ballots = [[place[number] for number in ballot if number in place] for ballot in ballots]
        self.points, self.first = [0] * len(standing), [0] * len(standing)
        self.funded: set[int] = set()  # by the count itself, before any correction
        self.gone: set[int] = set()  # refused since
        for ballot in self.ballots:
            for rank, project in enumerate(ballot):
                self.points[project] += self.longest - rank
                self.first[project] += rank == 0
        self.order = sorted(range(len(standing)), key=self._tie_key)
        self.turn = {project: turn for turn, project in enumerate(self.order)}

    def _tie_key(self, project: int) -> tuple[int, int, int, str]:
        lot = hashlib.sha256((self.rule["seed"] + self.ids[project]).encode()).hexdigest()
        return (-self.points[project], -self.first[project], self.cost[project], lot)


def rank_equal_shares(count: Count, share: Fraction) -> list[int]:
    """One pass of the Expanding Approvals Rule with equal capped charges (Aziz and Lee 2021).

    Everyone holds `share` (a Fraction, in minor units). Returns the projects funded, in order. All money is
    kept as whole multiples of 1/unit; voters who hold the same share one entry of `held`.
    """
    unit, held = share.denominator, [share.numerator]
    purse = [0] * len(count.ballots)  # voter → entry of held
    reach: list[list[int]] = [[] for _ in count.cost]  # project → voters within the levels seen
    ranked: list[list[list[int]]] = [[[] for _ in range(count.longest)] for _ in count.cost]
    for voter, ballot in enumerate(count.ballots):
        for rank, project in enumerate(ballot):
            ranked[project][rank].append(voter)
    funded, left = [], [project for project in range(len(count.cost)) if count.cost[project] <= count.budget]
    for level in range(count.longest):
        for project in left:
            reach[project] += ranked[project][level]
        # Within a level money only shrinks, so support only falls: what was found before is an upper bound.
        bound: dict[int, Fraction | None] = {project: None for project in left if reach[project]}
        while bound:
            winner, price = _strongest(count, bound, reach, purse, held, unit)
            if winner is None:
                break
            funded.append(winner)
            left.remove(winner)
            del bound[winner]
            if price is not None:
                unit, held = _pay(reach[winner], price, purse, held, unit)
    return funded


def _strongest(
    count: Count,
    bound: dict[int, Fraction | None],
    reach: list[list[int]],
    purse: list[int],
    held: list[int],
    unit: int,
) -> tuple[int | None, tuple[int, int] | None]:
    """The project with the largest effective support cost/price, ties by the published order."""
    best: int | None = None
    best_support, best_price = Fraction(-1), None
    for project in sorted(bound, key=lambda p: (bound[p] is not None, -(bound[p] or 0), count.turn[p])):
        known = bound[project]
        if known is not None and known < best_support:
            break
        if count.cost[project] == 0:
            # A project that costs nothing wins at once, the first of them in the order of ties.
            free = [p for p in bound if count.cost[p] == 0]
            return min(free, key=count.turn.__getitem__), None
        price = _price(count.cost[project] * unit, reach[project], purse, held)
        if price is None:
            bound[project] = Fraction(0)
            continue
        bound[project] = support = Fraction(count.cost[project] * unit * price[1], price[0])
        level = support == best_support and best is not None and count.turn[project] < count.turn[best]
        if support > best_support or level:
            best, best_support, best_price = project, support, price
    for project in [p for p in bound if bound[p] == 0 and count.cost[p]]:
        del bound[project]
    return best, best_price


def _price(need: int, voters: Sequence[int], purse: list[int], held: list[int]) -> tuple[int, int] | None:
    """The smallest r with the sum of min(held, r) = need, as (numerator, denominator) in units; or None."""
    purses = Counter(map(purse.__getitem__, voters))
    if sum(held[entry] * number for entry, number in purses.items()) < need:
        return None
    payers = len(voters)
    for money, number in sorted((held[entry], number) for entry, number in purses.items()):
        if money * payers >= need:
            return need, payers
        need -= money * number
        payers -= number
    raise AssertionError("enough money was there")


def _pay(
    voters: Sequence[int], price: tuple[int, int], purse: list[int], held: list[int], unit: int
) -> tuple[int, list[int]]:
    """Everyone in `voters` pays min(held, price). Returns the new unit and purses."""
    numerator, denominator = price
    factor = denominator // gcd(numerator, denominator)
    due = numerator * factor // denominator
    alive = set(purse)
    held = [money * factor if entry in alive else 0 for entry, money in enumerate(held)]
    entry_of = {}
    after = {}
    for voter in voters:
        old = purse[voter]
        if old not in after:
            money = max(0, held[old] - due)
            if money not in entry_of:
                entry_of[money] = len(held)
                held.append(money)
            after[old] = entry_of[money]
        purse[voter] = after[old]
    if len(held) > 4 * len(alive) + 64:
        held = _tidy(purse, held)
    return unit * factor, held


def _tidy(purse: list[int], held: list[int]) -> list[int]:
    """Forget purses nobody holds any more."""
    entries: dict[int, int] = {}
    new: list[int] = []
    for voter, old in enumerate(purse):
        if old not in entries:
            entries[old] = len(new)
            new.append(held[old])
        purse[voter] = entries[old]
    return new


def recount_rank_equal_shares(count: Count, raises: Any, stopped: Any, full: bool, report: Report) -> Awards:
    """Check the outcome after `raises` steps of Add1 and why it stopped; return the awards."""
    parameters, voters = count.rule.get("parameters") or {}, len(count.ballots)
    given, how = parameters.get("start"), parameters.get("completion") or "add1-overspend"
    start = Fraction(count.budget, voters) if given is None else Fraction(given)
    step = parameters.get("step") or max(1, -(-count.budget // (voters * 1000)))
    most = 0 if how == "none" else parameters.get("cap", 20000)
    place = "result.json line 1"
    if not isinstance(raises, int) or raises < 0 or raises > most:
        raise Wrong(place, "does not say how often the share was raised")
    for number in range(raises) if full else ():
        funded = rank_equal_shares(count, start + number * step)
        if _cost(count, funded) > count.budget or _reason_to_stop(count, funded, how, number, most):
            raise Wrong(place, f"the share was raised {raises} times, it had to stop at {number}")
    funded = rank_equal_shares(count, start + raises * step)
    if _cost(count, funded) > count.budget:
        raise Wrong(place, f"after {raises} raises the rule spends more than the budget")
    why = _reason_to_stop(count, funded, how, raises, most)
    if why is None:
        after = rank_equal_shares(count, start + (raises + 1) * step)
        if _cost(count, after) <= count.budget:
            raise Wrong(place, f"the share had to be raised once more than {raises} times")
        why = "overspend"
    if stopped != why:
        raise Wrong(place, f"the raising stopped because of {why!r}, not {stopped!r}")
    report.ok(
        f"Counted again: with the share raised {raises} times the rule funds {len(funded)} projects; "
        + _STOPS[why]
    )
    if full:
        report.ok(f"Each of the {raises} raises before it was counted again too.")
    else:
        report.not_checked("The raises of the share before the last one were not counted again: use --full.")
    return _complete(count, funded)


_STOPS = {
    "overspend": "one raise more would cost more than the budget.",
    "all-funded": "every project with a supporter is funded.",
    "exhaustive": "nothing more fits what is left.",
    "cap": "the published limit of raises is reached.",
    "none": "the rule does not raise shares.",
}


def _cost(count: Count, funded: Sequence[int]) -> int:
    return sum(count.cost[project] for project in funded)


def _reason_to_stop(count: Count, funded: Sequence[int], how: str, raises: int, most: int) -> str | None:
    """Why no further raise follows this outcome, or None if one does."""
    if how == "none":
        return "none"
    wanted = {p for p in range(len(count.cost)) if count.points[p] > 0 and count.cost[p] <= count.budget}
    if wanted.issubset(funded):
        return "all-funded"
    left = count.budget - _cost(count, funded)
    if how == "add1-exhaustive" and all(count.cost[p] > left for p in wanted.difference(funded)):
        return "exhaustive"
    return "cap" if raises == most else None


def _complete(count: Count, funded: Sequence[int]) -> Awards:
    """Top-up, and part funding of one project if the round allows it."""
    chosen, left = set(funded), count.budget - sum(count.cost[project] for project in funded)
    parameters = count.rule.get("parameters") or {}
    awards = [(project, count.cost[project], "shares") for project in funded]
    if parameters.get("top_up", True):
        for project in count.order:
            if project not in chosen and count.points[project] > 0 and count.cost[project] <= left:
                awards.append((project, count.cost[project], "top-up"))
                chosen.add(project)
                left -= count.cost[project]
    return awards + _part(count, chosen, left)


def _part(count: Count, chosen: set[int], left: int) -> Awards:
    if (count.rule.get("parameters") or {}).get("part_funding"):
        for project in count.order:
            least = count.least[project]
            if (
                project not in chosen
                and count.points[project] > 0
                and least is not None
                and 0 < least <= left
            ):
                return [(project, min(left, count.cost[project]), "part-funding")]
    return []


def recount_points_greedy(count: Count) -> Awards:
    """Walk the order of ties; fund what fits, skip what does not."""
    awards, left, chosen = [], count.budget, set()
    for project in count.order:
        if count.points[project] > 0 and count.cost[project] <= left:
            awards.append((project, count.cost[project], "walk"))
            chosen.add(project)
            left -= count.cost[project]
    return awards + _part(count, chosen, left)


def _check_result(
    files: Files,
    manifest: Json,
    projects: Sequence[Json],
    ballots: Ballots | None,
    counts: Counts | None,
    full: bool,
    report: Report,
) -> None:
    result, rule = _json_file(files, "result.json"), manifest["rule"]
    place = "result.json line 1"
    if not isinstance(result, dict) or set(result) != {"awards", "counted", "raises", "refused", "stopped"}:
        raise Wrong(place, "is not a result")
    _check_awards(result["awards"], projects, rule, place, report)
    if "tally.json" in files:
        _check_tally(_json_file(files, "tally.json"), manifest, result, report)
    if rule["name"] == "points-greedy" and counts is not None:
        count = Count(manifest, projects, ballots or [])
        if ballots is None:
            if any(project["withdrawn"] for project in projects):
                report.not_checked(
                    "The count: after a withdrawal it takes whole ballots, and only ranks are here."
                )
                return
            _fill_from_ranks(count, projects, counts)
        awards = recount_points_greedy(count)
        report.ok("Counted again by points.")
    elif rule["name"] == "rank-equal-shares" and ballots:
        count = Count(manifest, projects, ballots)
        awards = recount_rank_equal_shares(count, result["raises"], result["stopped"], full, report)
    else:
        why = "the ballots are not published" if not ballots else "this file does not know the rule"
        report.not_checked(f"The count itself was not done again: {why}.")
        if not result["refused"] and result["awards"] != result["counted"]:
            raise Wrong(place, "publishes other awards than it says were counted")
        return
    count.funded = {project for project, _, _ in awards}
    _compare(count, awards, result["counted"], place, "counted")
    report.ok("The count gives the awards that the result says it gave, in the same order.")
    for refused in result["refused"]:
        awards = corrected(count, awards, refused, place)
    _compare(count, awards, result["awards"], place, "awards")
    if result["refused"]:
        report.ok("The money of refused awards went down the order of ties, as the rules say.")


def _compare(count: Count, awards: Awards, theirs: Sequence[Json], place: str, part: str) -> None:
    own = [
        {"amount": amount, "id": count.ids[project], "reason": reason} for project, amount, reason in awards
    ]
    for number in range(max(len(own), len(theirs))):
        mine = own[number] if number < len(own) else None
        found = theirs[number] if number < len(theirs) else None
        if mine != found:
            raise Wrong(place, f"{part} {number + 1} is {_show(found)}, counted again it is {_show(mine)}")


def corrected(count: Count, awards: Awards, refused: Sequence[str], place: str) -> Awards:
    """The awards after some were refused: what is free goes down the order of ties, whole amounts only."""
    known = {count.ids[project] for project, _, _ in awards}
    if not known.issuperset(refused):
        raise Wrong(place, "says that an award was refused which nobody had")
    gone = count.gone | {project for project in range(len(count.ids)) if count.ids[project] in refused}
    count.gone = gone
    kept = [award for award in awards if award[0] not in gone]
    left = count.budget - sum(amount for _, amount, _ in kept)
    taken = gone | count.funded | {project for project, _, _ in kept}
    for project in count.order if len(kept) < len(awards) else ():
        if project not in taken and count.points[project] > 0 and count.cost[project] <= left:
            kept.append((project, count.cost[project], "reserve"))
            left -= count.cost[project]
    return kept


def _fill_from_ranks(count: Count, projects: Sequence[Json], counts: Counts) -> None:
    for place, project in enumerate(projects):
        ranks = counts[str(project["number"])]
        count.points[place] = sum((count.longest - rank) * number for rank, number in enumerate(ranks))
        count.first[place] = ranks[0]
    count.order = sorted(range(len(count.cost)), key=count._tie_key)
    count.turn = {project: turn for turn, project in enumerate(count.order)}


def _check_awards(
    awards: Sequence[Json], projects: Sequence[Json], rule: Json, place: str, report: Report
) -> None:
    known = {project["id"]: project for project in projects if not project["withdrawn"]}
    seen, spent = set(), 0
    for award in awards:
        if set(award) != {"amount", "id", "reason"} or award["id"] not in known or award["id"] in seen:
            raise Wrong(place, "has an award that cannot be")
        whole = known[award["id"]]["cost"]
        if award["amount"] > whole or (award["reason"] != "part-funding" and award["amount"] != whole):
            raise Wrong(place, "awards {} another amount than it costs".format(award["id"]))
        seen.add(award["id"])
        spent += award["amount"]
    if spent > rule["budget"]:
        raise Wrong(place, "spends more than the budget")
    report.ok(f"The {len(awards)} awards are on the ballot, none twice, and stay within the budget.")


def _check_tally(tally: Any, manifest: Json, result: Json, report: Report) -> None:
    place = "tally.json line 1"
    try:
        steps = [
            {"amount": step["award"], "id": step["project"], "reason": step["part"]}
            for step in tally["steps"]
        ]
        awards = [{"amount": award["amount"], "id": award["project"]} for award in tally["allocation"]]
        completion = tally["completion"] or {"raises": None, "stopped": None}
        raises = {"raises": completion["raises"], "stopped": completion["stopped"]}
        counted = [tally[name] for name in ("rule", "parameters", "max_length", "budget", "seed")]
    except (KeyError, TypeError):
        raise Wrong(place, "is not the record of a count") from None
    if steps != result["counted"] or awards != [{"amount": s["amount"], "id": s["id"]} for s in steps]:
        raise Wrong(place, "records another count than result.json")
    if raises != {"raises": result["raises"], "stopped": result["stopped"]}:
        raise Wrong(place, "records another number of raises than result.json")
    rule = manifest["rule"]
    if counted != [rule[name] for name in ("name", "parameters", "max_length", "budget", "seed")]:
        raise Wrong(place, "records a count by another rule than manifest.json names")
    report.ok("The record of the count ends as the result says.")


def _show(award: Json | None) -> str:
    return (
        "nothing" if award is None else "{} for {} ({})".format(award["amount"], award["id"], award["reason"])
    )


def _say_what_nobody_can_check(manifest: Json, box: Box, receipts: Sequence[str], report: Report) -> None:
    if not receipts:
        report.not_checked("No receipt was looked up: --receipt CODE says whether its envelope was there.")
    if not box.reopenings:
        report.not_checked(
            "Nobody but the custodians can show that the ballots are what was in the envelopes; they have "
            "not opened the box a second time before an observer."
        )
    else:
        report.not_checked(
            "That the ballots are what was in the envelopes rests on the custodians, who opened the box "
            f"again before an observer {box.reopenings} time(s) and found the same."
        )
    report.not_checked("Whether each mark on the register stands for a real person who may vote.")
    report.not_checked("Whether a device or the server changed a ballot before it was sealed.")


# --- Canonical JSON


def canonical(value: Any) -> bytes:
    """The one way a value is written: sorted keys, no white space, UTF-8, whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _no_fractions(text: str) -> None:
    raise ValueError("numbers are whole, not " + text)


def _read(line: bytes, place: str) -> Any:
    try:
        value = json.loads(line.decode(), parse_float=_no_fractions, parse_constant=_no_fractions)
        same = canonical(value) == line
    except (ValueError, RecursionError):
        raise Wrong(place, "cannot be read") from None
    if not same:
        raise Wrong(place, "is not written in the one right form")
    return value


def _json_file(files: Files, name: str) -> Any:
    content = files[name]
    if not content.endswith(b"\n"):
        raise Wrong(name, "is cut short")
    return _read(content[:-1], name + " line 1")


# --- Ed25519, after RFC 8032 (section 5.1), checking only

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` (64 bytes) over `message` was made with the key `public` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _Q:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % _Q
    return _same(_times(scalar, _BASE), _plus(nonce, _times(challenge, key)))


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _plus(result, point)
        point, scalar = _plus(point, point), scalar >> 1
    return result


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % _P == 0 and (p[1] * q[2] - q[1] * p[2]) % _P == 0


_BASE = _point(bytes([0x58] + [0x66] * 31)) or (0, 1, 1, 0)


# --- On the command line


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(arguments: Sequence[str] | None = None, say: Say | None = None) -> int:
    """Check the package named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Check a published result and count it again.")
    parser.add_argument("package", help="the package, a .zip file")
    parser.add_argument("--key", help="the council's signing key, as published before the vote")
    parser.add_argument("--head", help="a head of the board that you noted earlier")
    parser.add_argument("--receipt", action="append", default=[], help="a receipt to look up")
    parser.add_argument(
        "--full", action="store_true", help="count every step again, not only the deciding ones"
    )
    options = parser.parse_args(arguments)
    say = say or _print
    try:
        with open(options.package, "rb") as file:
            data = file.read(LARGEST + 1)
        say(f"Checking {options.package}")
        report = check(data, options.key, options.head, options.receipt, options.full, say)
    except Wrong as wrong:
        say(f"  NO    {wrong}")
        say("This package is not right. Do not rely on it, and tell the council what is said above.")
        return 1
    except (OSError, Unreadable) as error:
        say(f"The package cannot be read: {error}")
        return 2
    say("Nothing wrong was found. Not checked:")
    for text in report.unchecked:
        say("  -     " + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
