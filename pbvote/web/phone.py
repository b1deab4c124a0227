"""What a voter's own phone keeps for us, sealed: the draft of a ballot and the minute of casting.

Neither is stored anywhere else: a draft with a name in a database would be a vote with a name, and the
minute beside a mark on the register would tell the order in which people voted.
"""

from datetime import UTC, datetime
from hashlib import sha256

from flask import abort, request
from werkzeug.wrappers import Response

from pbvote.box.draft import NoDraft, open_draft, seal_draft
from pbvote.models import Pot, RegisterEntry, VotingRound
from pbvote.web.access import Visitor, visitor
from pbvote.web.context import keyring, now, settings

DRAFT, CAST = "draft", "cast"
CAST_PURPOSE = "cast-minute"


def read_draft(pot: Pot) -> list[int]:
    """The draft for this pot, empty if there is none that this session may read."""
    person = _person()
    value = request.cookies.get(_name(DRAFT, pot))
    if not value:
        return []
    try:
        return list(
            open_draft(
                _secret(),
                value,
                session_id=_session_id(person),
                pot_id=pot.id,
                now=int(now().timestamp()),
            )
        )
    except NoDraft:
        return []


def keep_draft(response: Response, pot: Pot, ranking: list[int], *, voting_round: VotingRound) -> None:
    person = _person()
    sealed = seal_draft(
        _secret(),
        ranking,
        session_id=_session_id(person),
        pot_id=pot.id,
        expires=int(person.row.expires_at.timestamp()),
        capacity=voting_round.max_length,
    )
    _set(response, _name(DRAFT, pot), sealed, until=person.row.expires_at)


def forget_draft(response: Response, pot: Pot) -> None:
    _delete(response, _name(DRAFT, pot))


def forget_all(response: Response) -> None:
    """On signing out: drafts and minutes, and what scripts kept."""
    starts = (_prefix() + f"{DRAFT}-", _prefix() + f"{CAST}-")
    for name in request.cookies:
        if name.startswith(starts):
            _delete(response, name)
    response.headers["Clear-Site-Data"] = '"storage"'


def keep_cast_minute(response: Response, pot: Pot, entry: RegisterEntry, voting_round: VotingRound) -> None:
    text = f"{pot.id} {entry.id} {int(now().timestamp()) // 60 * 60}"
    sealed = keyring().seal(CAST_PURPOSE, text.encode()).hex()
    _set(response, _name(CAST, pot), sealed, until=voting_round.voting_closes_at or now())


def cast_minute(pot: Pot, entry: RegisterEntry) -> datetime | None:
    """When this phone cast this person's ballot; None on every other phone."""
    value = request.cookies.get(_name(CAST, pot), "")
    try:
        opened = keyring().open(CAST_PURPOSE, bytes.fromhex(value))
    except ValueError:
        return None
    pot_id, entry_id, stamp = opened.decode().split() if opened else ("", "", "")
    if (pot_id, entry_id) != (str(pot.id), str(entry.id)):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def tag(pot: Pot, entry: RegisterEntry) -> str:
    """The name under which scripts keep this person's draft for this pot."""
    return keyring().digest("draft-tag", f"{pot.id} {entry.id}").hex()[:16]


def _person() -> Visitor:
    person = visitor()
    if person is None:
        abort(403)
    return person


def _session_id(person: Visitor) -> str:
    return sha256(person.token.encode()).hexdigest()


def _secret() -> bytes:
    return settings().data_key.encode()


def _prefix() -> str:
    return "__Host-" if settings().https else ""


def _name(kind: str, pot: Pot) -> str:
    return f"{_prefix()}{kind}-{pot.id}"


def _set(response: Response, name: str, value: str, *, until: datetime) -> None:
    response.set_cookie(
        name, value, expires=until, path="/", secure=settings().https, httponly=True, samesite="Lax"
    )


def _delete(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings().https, httponly=True, samesite="Lax")
