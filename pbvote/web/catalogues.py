"""Compiled catalogues: made from the .po files when the application starts, and never checked in."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pbvote.settings import ROOT

SOURCES = ROOT / "pbvote" / "translations"


def build(target: Path) -> Path:
    """Compile what is newer than its compiled form; several processes may do so at once."""
    for source in SOURCES.glob("*/LC_MESSAGES/messages.po"):
        compiled = target / source.relative_to(SOURCES).with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            _compile(source, compiled)
    return target


def _compile(source: Path, compiled: Path) -> None:
    compiled.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parent.parent.name)
    handle, part = tempfile.mkstemp(dir=compiled.parent)
    with os.fdopen(handle, "wb") as stream:
        write_mo(stream, catalogue)
    os.replace(part, compiled)
