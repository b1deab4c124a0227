"""A round's register: proving that you live, work or study here, once."""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, load_only

from pbvote.models import AccessCode, Account, Pot, RegisterEntry, VotingRound, Ward
from pbvote.services import ballots, outbox, postcodes, rounds
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import NotAllowed, NotFound, Refusal

OPEN_IN = ("shortlist", "voting-delayed", "voting")
ACCESS_CODE = "access-code"
# No 0, 1, I, L, O or U: what is misread on paper, and what spells words.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What a resident tells about themselves. `postcode` is where they live, work or study."""

    name: str
    connection: str
    postcode: str
    postcode_is_right: bool = False
    old_enough: bool
    wants_reminders: bool = False
    language: str = "en"


def methods(voting_round: VotingRound) -> tuple[str, ...]:
    """The ways this round lets people prove themselves: of "email", "sms" and "access-code"."""
    offered = [str(one) for one in voting_round.sign_up_methods or []]
    return tuple(one for one in ("email", "sms", "access-code") if one in offered) or ("email",)


def connections(voting_round: VotingRound) -> tuple[str, ...]:
    """Who may vote: of "live", "work" and "study"."""
    allowed = {
        "live": voting_round.may_live,
        "work": voting_round.may_work,
        "study": voting_round.may_study,
    }
    return tuple(name for name, may in allowed.items() if may) or ("live",)


def require_method(voting_round: VotingRound, *, channel: str) -> None:
    """Refuse a phone number where only email is offered, and the other way about."""
    if channel not in methods(voting_round):
        raise Refusal("only-email" if channel == "sms" else "only-phone", field="address")


_OF_ACCOUNT = select(RegisterEntry).where(
    RegisterEntry.round_id == bindparam("round"), RegisterEntry.account_id == bindparam("account")
)


def find_entry(
    session: Session,
    *,
    voting_round: VotingRound,
    account: Account | None = None,
    entry: RegisterEntry | None = None,
) -> RegisterEntry | None:
    """The register entry of whoever is signed in, in this round."""
    if entry is not None and entry.round_id == voting_round.id:
        return entry
    if account is None:
        return None
    return session.scalar(_OF_ACCOUNT, {"round": voting_round.id, "account": account.id})


_BRIEFLY = (
    load_only(
        VotingRound.slug,
        VotingRound.proposals_open_at,
        VotingRound.proposals_close_at,
        VotingRound.voting_opens_at,
        VotingRound.voting_closes_at,
        VotingRound.schedule_approved_at,
        VotingRound.shortlist_published_at,
        VotingRound.counted_at,
        VotingRound.published_at,
        VotingRound.archived_at,
    ),
    load_only(RegisterEntry.status, RegisterEntry.ward_id),
    joinedload(VotingRound.pots).load_only(Pot.slug, Pot.ward_id, Pot.position),
)


def _with_entry(where: ColumnElement[bool]) -> Select[VotingRound, RegisterEntry]:
    """A round and one entry of its register; each way to find it has its index, which an OR would not."""
    return (
        select(VotingRound, RegisterEntry)
        .outerjoin(RegisterEntry, and_(RegisterEntry.round_id == VotingRound.id, where))
        .where(VotingRound.slug == bindparam("slug"))
    )


_BY_CODE = _with_entry(RegisterEntry.id == bindparam("entry"))
_BY_ACCOUNT = _with_entry(RegisterEntry.account_id == bindparam("account"))
_PLACES = {
    (by_code, briefly): query.options(*options)
    for by_code, query in ((True, _BY_CODE), (False, _BY_ACCOUNT))
    for briefly, options in ((True, _BRIEFLY), (False, (joinedload(VotingRound.pots),)))
}


def find_with_round(
    session: Session,
    *,
    slug: str,
    account_id: int | None,
    entry_id: int | None,
    now: datetime,
    briefly: bool = False,
) -> tuple[VotingRound, RegisterEntry | None]:
    """A visible round and the register entry of whoever is signed in, in one reading.

    An access code's own entry goes before the one of an account. Briefly means no more than who may vote
    where and when; what else is asked of them is read when asked.
    """
    by_code = entry_id is not None
    known = {"slug": slug, "entry": entry_id} if by_code else {"slug": slug, "account": account_id}
    found = session.execute(_PLACES[by_code, briefly], known).unique().all()
    if not found or found[0][0].phase(now) == "set-up":
        raise NotFound("round-not-found")
    voting_round, entry = found[0]
    if entry is None and by_code and account_id is not None:
        entry = session.scalar(_OF_ACCOUNT, {"round": voting_round.id, "account": account_id})
    return voting_round, entry


def pots_open_to(voting_round: VotingRound, entry: RegisterEntry) -> list[Pot]:
    """The pots this resident has a ballot in: the borough's and their own ward's."""
    return [pot for pot in voting_round.pots if pot.ward_id in (None, entry.ward_id)]


def check_name(name: str) -> str:
    plain = " ".join(name.split())
    if sum(letter.isalpha() for letter in plain) < 2:
        raise Refusal("name-missing", field="name")
    return plain


def check_postcode(
    session: Session, *, voting_round: VotingRound, postcode: str, is_right: bool = False
) -> tuple[str, Ward | None]:
    """The postcode in its plain form and its ward, None for a postcode unknown but insisted on."""
    plain = postcodes.normalise(postcode)
    ward = postcodes.ward_of(session, postcode=plain)
    if ward is None:
        if not is_right:
            raise Refusal("postcode-unknown", field="postcode")
        return plain, None
    taking_part = {one.id for one in voting_round.wards}
    if taking_part and ward.id not in taking_part:
        raise Refusal("postcode-outside", field="postcode", ward=ward.name)
    return plain, ward


def check_age(voting_round: VotingRound, *, old_enough: bool) -> None:
    if not old_enough:
        raise Refusal("too-young", field="old_enough", age=voting_round.minimum_age)


def register(
    session: Session,
    *,
    voting_round: VotingRound,
    account: Account,
    particulars: Particulars,
    now: datetime,
) -> RegisterEntry:
    """Enter somebody on the register, or give the entry they have.

    Whoever looks like an entry that is there already, or gives a postcode we cannot place, is entered
    as pending with the reason in `doubt`, for an officer to decide; nobody is refused in silence.
    """
    rounds.require_phase(voting_round, *OPEN_IN, now=now)
    known = find_entry(session, voting_round=voting_round, account=account)
    if known is not None:
        return known
    if particulars.connection not in connections(voting_round):
        raise Refusal("connection-not-offered", field="connection")
    name = check_name(particulars.name)
    plain, ward = check_postcode(
        session,
        voting_round=voting_round,
        postcode=particulars.postcode,
        is_right=particulars.postcode_is_right,
    )
    check_age(voting_round, old_enough=particulars.old_enough)
    key = duplicate_key(voting_round, name=name, postcode=plain)
    doubt = _doubt(session, voting_round, key=key, ward=ward)
    entry = RegisterEntry(
        round_id=voting_round.id,
        account_id=account.id,
        status="pending" if doubt else "confirmed",
        doubt=doubt,
        name=name,
        postcode=plain,
        ward_id=ward.id if ward else None,
        connection=particulars.connection,
        old_enough=particulars.old_enough,
        language=particulars.language,
        duplicate_key=key,
        wants_reminders=particulars.wants_reminders,
        began_ballot_on=now.date(),
        registered_on=now.date(),
    )
    return _add(session, voting_round, account, entry)


def _add(
    session: Session, voting_round: VotingRound, account: Account, entry: RegisterEntry
) -> RegisterEntry:
    """The database has the last word: of two taps at once, the second gets what the first made."""
    try:
        with session.begin_nested():
            session.add(entry)
            session.flush()
    except IntegrityError:
        known = find_entry(session, voting_round=voting_round, account=account)
        if known is None:
            raise
        return known
    return entry


def duplicate_key(voting_round: VotingRound, *, name: str, postcode: str) -> bytes | None:
    """A hash of name and postcode under the round's pepper; None once the pepper is destroyed."""
    if voting_round.register_pepper is None:
        return None
    split = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in split if not unicodedata.combining(one))
    words = sorted("".join(one if one.isalnum() else " " for one in letters).split())
    text = "\0".join([*words, postcode])
    return hmac.new(voting_round.register_pepper, text.encode(), sha256).digest()


def _doubt(
    session: Session, voting_round: VotingRound, *, key: bytes | None, ward: Ward | None
) -> str | None:
    if key is not None:
        query = select(RegisterEntry.id).where(
            RegisterEntry.round_id == voting_round.id,
            RegisterEntry.duplicate_key == key,
            RegisterEntry.status != "withdrawn",
        )
        if session.scalars(query).first() is not None:
            return "same-name-and-postcode"
    if ward is None:
        return "postcode-unknown"
    return "officer-confirms" if voting_round.officers_confirm else None


def decide(
    session: Session,
    *,
    entry: RegisterEntry,
    confirmed: bool,
    officer_id: int,
    reason: str,
    now: datetime,
    ward_id: int | None = None,
) -> None:
    """An officer's answer to a pending entry; the resident is told it, with the reason if it is no."""
    if entry.status != "pending":
        raise Refusal("entry-decided")
    if not confirmed and not reason.strip():
        raise Refusal("reason-missing", field="reason")
    entry.status = "confirmed" if confirmed else "refused"
    entry.decided_by_id = officer_id
    entry.decision_reason = reason.strip()
    entry.ward_id = ward_id or entry.ward_id
    rounds.note(
        session,
        deed=f"register-{entry.status}",
        now=now,
        account_id=officer_id,
        round_id=entry.round_id,
        entry=entry.id,
    )
    _tell(session, entry, now=now)
    session.flush()


def _tell(session: Session, entry: RegisterEntry, *, now: datetime) -> None:
    reached = entry.account and (entry.account.email or entry.account.phone)
    if entry.account is None or not reached:
        return
    outbox.enqueue(
        session,
        template=f"register_{entry.status}",
        channel="email" if entry.account.email else "sms",
        recipient=reached,
        language=entry.language,
        parameters={
            "round_title": entry.voting_round.title,
            "slug": entry.voting_round.slug,
            "reason": entry.decision_reason or "",
        },
        now=now,
    )


def normalise_code(typed: str) -> str:
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def code_hash(keyring: Keyring, *, code: str) -> bytes:
    return keyring.digest(ACCESS_CODE, normalise_code(code))


def enter_by_code(
    session: Session, *, voting_round: VotingRound, code: str, keyring: Keyring, language: str, now: datetime
) -> RegisterEntry:
    """The entry behind a posted access code, made at its first use."""
    rounds.require_phase(voting_round, *OPEN_IN, now=now)
    query = select(AccessCode).where(
        AccessCode.round_id == voting_round.id, AccessCode.code_hash == code_hash(keyring, code=code)
    )
    found = session.scalar(query.with_for_update())
    if found is None or found.revoked_at is not None:
        raise Refusal("access-code-wrong", field="code")
    if found.entry is None:
        entry = RegisterEntry(
            round_id=voting_round.id,
            status="confirmed",
            ward_id=found.ward_id,
            connection="live",
            channel="letter",
            language=language,
            began_ballot_on=now.date(),
            registered_on=now.date(),
        )
        session.add(entry)
        session.flush()
        found.entry_id = entry.id
        session.flush()
        return entry
    return found.entry


def require_confirmed(entry: RegisterEntry | None) -> RegisterEntry:
    if entry is None:
        raise NotFound("entry-missing")
    if entry.status != "confirmed":
        raise NotAllowed(ballots.NOT_CONFIRMED[entry.status])
    return entry
