"""Postcodes and the wards they lie in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from pbvote.models import Postcode, Ward
from pbvote.services.refusal import Refusal

# The columns of the ONS Postcode Directory and the National Statistics Postcode Lookup, old and new names.
POSTCODE_COLUMNS = ("pcds", "pcd8", "pcd7", "pcd", "postcode")
WARD_COLUMN = re.compile(r"osward|ward|ward_code|wd\d\dcd")
ENDED_COLUMN = "doterm"
BATCH = 5000


@dataclass(frozen=True)
class Brought:
    """How many postcodes came in, and how many rows lay in wards we do not know or have been ended."""

    taken: int
    elsewhere: int
    ended: int


def normalise(typed: str) -> str:
    """A postcode without spaces, in capitals; Refusal if it cannot be one."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    if not re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", plain):
        raise Refusal("postcode-invalid", field="postcode")
    return plain


def shown(plain: str) -> str:
    """As people write it, with its space."""
    return f"{plain[:-3]} {plain[-3:]}" if len(plain) > 4 else plain


def ward_of(session: Session, *, postcode: str) -> Ward | None:
    """The ward of a normalised postcode, if the table knows it."""
    found = session.get(Postcode, postcode)
    return found.ward if found else None


def bring_in(session: Session, *, rows: Iterable[Mapping[str, str]]) -> Brought:
    """Replace the table by the live postcodes of `rows` that lie in our wards.

    `rows` are those of an ONSPD or NSPL extract, read with `csv.DictReader`.
    """
    wards = {ward.code: ward.id for ward in session.scalars(select(Ward))}
    if not wards:
        raise Refusal("postcodes-no-wards")
    counts = {"elsewhere": 0, "ended": 0}
    found = dict(_rows(rows, wards, counts))
    if not found:
        raise Refusal("postcodes-none-ours")
    session.execute(delete(Postcode))
    waiting = [{"code": code, "ward_id": ward_id} for code, ward_id in found.items()]
    for start in range(0, len(waiting), BATCH):
        session.execute(insert(Postcode), waiting[start : start + BATCH])
    session.flush()
    return Brought(len(found), counts["elsewhere"], counts["ended"])


def _rows(
    rows: Iterable[Mapping[str, str]], wards: Mapping[str, int], counts: dict[str, int]
) -> Iterator[tuple[str, int]]:
    names: tuple[str, str, str] | None = None
    for row in rows:
        names = names or _columns(row)
        code_name, ward_name, ended_name = names
        code = "".join((row[code_name] or "").split()).upper()
        if ended_name and (row[ended_name] or "").strip():
            counts["ended"] += 1
        elif (ward_id := wards.get((row[ward_name] or "").strip())) is None:
            counts["elsewhere"] += 1
        elif code:
            yield code, ward_id


def _columns(row: Mapping[str, str]) -> tuple[str, str, str]:
    plain = {str(name).strip().lower().lstrip("\ufeff"): str(name) for name in row}
    code = next((plain[name] for name in POSTCODE_COLUMNS if name in plain), None)
    ward = next((plain[name] for name in plain if WARD_COLUMN.fullmatch(name)), None)
    if code is None or ward is None:
        raise Refusal("postcodes-columns-missing")
    return code, ward, plain.get(ENDED_COLUMN, "")
