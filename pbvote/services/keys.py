"""The round's key: making it, rehearsing with it, giving it up."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.box import custody, envelope
from pbvote.box.custody import PAIRS, CustodyError
from pbvote.models import Account, RoundKey, VotingRound
from pbvote.services import board, rounds
from pbvote.services.keyring import Keyring
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotAllowed, Refusal

SERVER = "server"
SLIP = "passphrase-slip"
TROUBLES = {
    "wrong-passphrase": "key-wrong-passphrase",
    "damaged-wrap": "key-damaged-wrap",
    "other-round": "key-other-round",
    "other-key": "key-other-key",
    "other-pair": "key-other-pair",
    "missing-key": "key-missing-key",
    "exposed-key": "key-exposed-key",
}


@dataclass(frozen=True)
class Prepared:
    """A new key; `passphrases` by account, to be shown once and kept by nobody but the custodians."""

    key: RoundKey
    passphrases: dict[int, str] = field(default_factory=dict, repr=False)


def of_round(session: Session, *, round_id: int) -> RoundKey:
    """The round's key as the database has it now. Raises Refusal if there is none."""
    key = session.get(RoundKey, round_id, populate_existing=True)
    if key is None:
        raise Refusal("key-not-made")
    return key


def found(session: Session, *, round_id: int) -> RoundKey | None:
    """The round's key, or None before it is made."""
    return session.get(RoundKey, round_id, populate_existing=True)


def held_by(session: Session, *, account_id: int) -> list[VotingRound]:
    """The rounds whose key this custodian holds a part of, newest first, until it is destroyed."""
    query = (
        select(VotingRound, RoundKey.custodians)
        .join(RoundKey, RoundKey.round_id == VotingRound.id)
        .where(RoundKey.state.not_in(("destroyed", "abandoned")))
        .order_by(VotingRound.id.desc())
    )
    return [voting_round for voting_round, holders in session.execute(query) if account_id in holders]


def prepare(
    session: Session,
    *,
    voting_round: VotingRound,
    key_folder: Path,
    officer_id: int,
    custodian_ids: tuple[int, ...] = (),
    now: datetime,
) -> Prepared:
    """Make the round's key, or a new one as long as voting has not opened.

    With custody by officers the private key is wrapped for each pair of the three custodians and forgotten.
    """
    lock_round(session, round_id=voting_round.id)
    key = session.get(RoundKey, voting_round.id, populate_existing=True)
    if key is not None and key.state not in ("prepared", "abandoned"):
        raise Refusal("key-in-use")
    private = envelope.new_key()
    public = envelope.public_key(private)
    if voting_round.custody == "officers":
        passphrases = _wrap(session, voting_round.id, key_folder, custodian_ids, private, public)
    else:
        custodian_ids, passphrases = (), {}
        custody.write_secret_file(_key_file(key_folder, voting_round.id, public), private)
        custody.rehearse_with_key(private, round_id=voting_round.id, public=public)
    if key is None:
        key = RoundKey(round_id=voting_round.id)
        session.add(key)
    key.state = "prepared"
    key.public_key, key.signing_public_key = public, board.new_signing_key(key_folder=key_folder)
    key.custody, key.custodians, key.made_at = voting_round.custody, list(custodian_ids), now
    key.rehearsed_pairs = [] if passphrases else [SERVER]
    _announce(session, voting_round, key, now)
    rounds.note(session, deed="key-made", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return Prepared(key, passphrases)


def leave_slips(*, prepared: Prepared, key_folder: Path, keyring: Keyring) -> None:
    """Leave each custodian's passphrase in the key folder, sealed, until they collect it once."""
    for number, account_id in enumerate(prepared.key.custodians, start=1):
        sealed = keyring.seal(SLIP, prepared.passphrases[account_id].encode())
        custody.write_secret_file(_slip_file(key_folder, prepared.key, number), sealed)


def has_slip(*, key: RoundKey, key_folder: Path, account_id: int) -> bool:
    """Whether a passphrase waits for this custodian."""
    if account_id not in key.custodians:
        return False
    return _slip_file(key_folder, key, key.custodians.index(account_id) + 1).exists()


def collect_slip(*, key: RoundKey, key_folder: Path, keyring: Keyring, account_id: int) -> str:
    """The custodian's passphrase, shown once and then destroyed here. Raises Refusal if it was shown."""
    if account_id not in key.custodians:
        raise NotAllowed("not-a-custodian")
    path = _slip_file(key_folder, key, key.custodians.index(account_id) + 1)
    try:
        opened = keyring.open(SLIP, custody.read_secret_file(path))
    except CustodyError as error:
        raise Refusal("slip-collected") from error
    custody.destroy_file(path)
    if opened is None:
        raise Refusal("slip-collected")
    return opened.decode()


def rehearse(
    session: Session,
    *,
    voting_round: VotingRound,
    key_folder: Path,
    passphrases: dict[int, str],
    officer_id: int,
    now: datetime,
) -> tuple[int, int]:
    """Two custodians (account → passphrase) open a test envelope together. Returns their pair."""
    lock_round(session, round_id=voting_round.id)
    key = of_round(session, round_id=voting_round.id)
    if key.custody != "officers":
        raise Refusal("key-held-by-server")
    if key.state != "prepared":
        raise Refusal("key-in-use")
    typed = _numbered(key, passphrases)
    pair = (min(typed), max(typed))
    try:
        wrap = custody.read_secret_file(_wrap_file(key_folder, key, pair))
        custody.rehearse(wrap, typed, round_id=voting_round.id, public=key.public_key)
    except CustodyError as error:
        raise _refusal(error, key) from error
    if list(pair) not in key.rehearsed_pairs:
        key.rehearsed_pairs = sorted([*key.rehearsed_pairs, list(pair)])
        board.append(session, round_id=voting_round.id, kind="rehearsal", payload={"pair": list(pair)})
    rounds.note(session, deed="key-rehearsed", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return pair


def is_rehearsed(key: RoundKey) -> bool:
    """Whether the box may be used: the server opened a test envelope, or all three pairs did."""
    if key.custody == "server":
        return SERVER in key.rehearsed_pairs
    return all(list(pair) in key.rehearsed_pairs for pair in PAIRS)


def private_key(
    *, key: RoundKey, round_id: int, key_folder: Path, passphrases: dict[int, str] | None = None
) -> bytes:
    """The private key: from the key file, or from two custodians' passphrases (by account).

    Raises Refusal for a wrong passphrase, a missing or swapped key file, or one custodian alone.
    """
    try:
        if key.custody == "server":
            private = custody.read_secret_file(_key_file(key_folder, round_id, key.public_key))
            if envelope.public_key(private) != key.public_key:
                raise CustodyError("other-key")
            return private
        typed = _numbered(key, passphrases or {})
        wrap = custody.read_secret_file(_wrap_file(key_folder, key, (min(typed), max(typed))))
        return custody.unwrap(wrap, typed, round_id=round_id, public=key.public_key)
    except CustodyError as error:
        raise _refusal(error, key) from error


def abandon(
    session: Session, *, voting_round: VotingRound, reason: str, officer_id: int, now: datetime
) -> bool:
    """Give the key up for lost, once two officers say so; ballots in the box can never be read.

    Returns whether it was done, or whether a second officer is still needed.
    """
    lock_round(session, round_id=voting_round.id)
    key = of_round(session, round_id=voting_round.id)
    if key.state not in ("prepared", "open", "closed"):
        raise Refusal("key-not-abandonable")
    if not reason.strip():
        raise Refusal("reason-missing", field="reason")
    subject = f"{key.public_key.hex()}:{reason.strip()}"
    said = rounds.approve(
        session, voting_round=voting_round, deed="abandon", subject=subject, officer_id=officer_id, now=now
    )
    if said < 2:
        return False
    key.state = "abandoned"
    payload = {"reason": reason.strip(), "day": now.date().isoformat()}
    board.append(session, round_id=voting_round.id, kind="abandoned", payload=payload)
    rounds.note(session, deed="key-abandoned", now=now, account_id=officer_id, round_id=voting_round.id)
    return True


def wrap_files(*, key: RoundKey, key_folder: Path) -> dict[str, bytes]:
    """The wrapped keys by file name, for the custodians' own media; useless without two passphrases."""
    if key.custody != "officers":
        raise Refusal("key-held-by-server")
    paths = [_wrap_file(key_folder, key, pair) for pair in PAIRS]
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def destroy_files(*, round_id: int, key_folder: Path) -> int:
    """Overwrite and remove every key file of the round; say how many there were."""
    return sum(custody.destroy_file(path) for path in sorted(key_folder.glob(f"round-{round_id}-*.key")))


def _announce(session: Session, voting_round: VotingRound, key: RoundKey, now: datetime) -> None:
    payload = {
        "custody": key.custody,
        "day": now.date().isoformat(),
        "dice": voting_round.dice_method,
        "public_key": key.public_key.hex(),
        "signing_key": key.signing_public_key.hex(),
        "title": voting_round.title,
    }
    board.append(session, round_id=voting_round.id, kind="setup", payload=payload)


def _wrap(
    session: Session,
    round_id: int,
    key_folder: Path,
    custodian_ids: tuple[int, ...],
    private: bytes,
    public: bytes,
) -> dict[int, str]:
    accounts = [session.get(Account, one) for one in custodian_ids]
    if len(set(custodian_ids)) != 3 or not all(one and one.has_role("custodian") for one in accounts):
        raise Refusal("custodians-three", field="custodians")
    passphrases = {number: custody.new_passphrase() for number in (1, 2, 3)}
    wraps = custody.wrap_for_officers(private, passphrases, round_id=round_id)
    for (first, second), wrap in wraps.items():
        name = f"round-{round_id}-{public.hex()[:16]}-{first}-{second}.key"
        custody.write_secret_file(key_folder / name, wrap)
    return {one: passphrases[number] for number, one in enumerate(custodian_ids, start=1)}


def _numbered(key: RoundKey, passphrases: dict[int, str]) -> dict[int, str]:
    strangers = set(passphrases) - set(key.custodians)
    if strangers:
        raise NotAllowed("not-a-custodian")
    if len(passphrases) != 2:
        raise Refusal("custodians-two")
    return {key.custodians.index(one) + 1: typed for one, typed in passphrases.items()}


def _refusal(error: CustodyError, key: RoundKey) -> Refusal:
    if error.custodian is not None:
        place = list(key.custodians)[error.custodian - 1]
        return Refusal("key-mistyped", field=f"passphrase_{place}")
    return Refusal(TROUBLES[error.reason])


def _key_file(key_folder: Path, round_id: int, public: bytes) -> Path:
    return key_folder / f"round-{round_id}-{public.hex()[:16]}.key"


def _slip_file(key_folder: Path, key: RoundKey, number: int) -> Path:
    return key_folder / f"round-{key.round_id}-{key.public_key.hex()[:16]}-slip-{number}.key"


def _wrap_file(key_folder: Path, key: RoundKey, pair: tuple[int, int]) -> Path:
    return key_folder / f"round-{key.round_id}-{key.public_key.hex()[:16]}-{pair[0]}-{pair[1]}.key"
