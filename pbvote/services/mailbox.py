"""The development mailbox: sent messages as files, one each."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

MOST = 200


@dataclass(frozen=True)
class Letter:
    """One message as it went out; `name` sorts by time."""

    name: str
    channel: str
    recipient: str
    subject: str
    body: str
    sent_at: str


def write(folder: Path, *, channel: str, recipient: str, subject: str, body: str, now: datetime) -> Letter:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    letter = Letter(name, channel, recipient, subject, body, now.isoformat())
    part = folder / f"{name}.part"
    part.write_text(json.dumps(asdict(letter), ensure_ascii=False))
    part.rename(folder / f"{name}.json")
    return letter


def read_all(folder: Path) -> list[Letter]:
    """The newest messages first."""
    if not folder.is_dir():
        return []
    names = sorted((path.stem for path in folder.glob("*.json")), reverse=True)[:MOST]
    found = (read(folder, name=name) for name in names)
    return [letter for letter in found if letter]


def read(folder: Path, *, name: str) -> Letter | None:
    if not re.fullmatch(r"\d{8}T\d{12}-[0-9a-f]{6}", name):
        return None
    try:
        return Letter(**json.loads((folder / f"{name}.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
