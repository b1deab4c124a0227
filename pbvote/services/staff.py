"""Officers and their roles: two administrators make, change or reset one, and nobody does it alone."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbvote.box.canonical import canonical
from pbvote.models import Account, AccountRole, Approval, OneTimeCode
from pbvote.models.account import ROLES
from pbvote.services import accounts, outbox, rounds, sign_ins
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import NotFound, Refusal

DEED = "staff"
INVITATION, INVITED = "staff-invitation", "staff-invitation-code"
INVITATION_LIFE = timedelta(days=3)
TRIES = 10
FEWEST_ADMINISTRATORS = 2
# No 0, 1, I, L, O or U.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
KINDS = ("make", "roles", "reset", "enable")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an administrator asks for, waiting for a second one. `kind` is one of KINDS."""

    id: int
    kind: str
    email: str
    name: str
    roles: tuple[str, ...]
    asked_by: Account
    asked_at: datetime


def make_first(
    session: Session, *, email: str, name: str, password: str, keyring: Keyring, now: datetime
) -> tuple[Account, str]:
    """An administrator of a new installation, with the key of their one-time codes.

    Refused as soon as there are two, for those two make everybody else.
    """
    if len(accounts.with_role(session, role="administrator")) >= FEWEST_ADMINISTRATORS:
        raise Refusal("administrators-enough")
    email = _address(email)
    present = session.scalar(select(Account).where(Account.email == email))
    if present is not None and present.roles:
        raise Refusal("officer-there", field="email")
    account, secret = accounts.make_officer(
        session,
        email=email,
        name=name.strip(),
        password=password,
        roles=("administrator", "officer"),
        keyring=keyring,
        now=now,
    )
    rounds.note(session, deed="first-administrator", now=now, account_id=None, made=account.id)
    return account, secret


def everyone(session: Session) -> list[Account]:
    """Everybody who holds a role, also those whose account is closed, by name."""
    query = select(Account).where(Account.roles.any()).order_by(Account.name, Account.id)
    return list(session.scalars(query))


def find(session: Session, *, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or not account.roles:
        raise NotFound("officer-not-found")
    return account


def wishes(session: Session) -> list[Wish]:
    """What waits for a second administrator, oldest first."""
    query = (
        select(Approval, Account)
        .join(Account, Account.id == Approval.officer_id)
        .where(Approval.deed == DEED, Approval.used_at.is_(None), Approval.round_id.is_(None))
        .order_by(Approval.id)
    )
    return [_wish(approval, asked_by) for approval, asked_by in session.execute(query)]


def ask(
    session: Session,
    *,
    kind: str,
    email: str,
    name: str = "",
    roles: tuple[str, ...] = (),
    administrator_id: int,
    now: datetime,
) -> None:
    """Ask for an officer to be made or changed; nothing happens before a second administrator agrees."""
    email = _address(email)
    account = session.scalar(select(Account).where(Account.email == email))
    if kind == "make":
        if account is not None and account.roles:
            raise Refusal("officer-there", field="email")
        if not name.strip():
            raise Refusal("officer-name-missing", field="name")
    elif account is None or not account.roles:
        raise NotFound("officer-not-found")
    if kind in ("make", "roles"):
        _require_roles(session, account, roles)
    subject = _subject(kind, email, name.strip(), roles)
    if any(_subject(one.kind, one.email, one.name, one.roles) == subject for one in wishes(session)):
        raise Refusal("wish-there")
    session.add(Approval(round_id=None, deed=DEED, subject=subject, officer_id=administrator_id, at=now))
    rounds.note(session, deed=f"staff-{kind}-asked", now=now, account_id=administrator_id)
    session.flush()


def agree(
    session: Session, *, wish_id: int, administrator_id: int, keyring: Keyring, now: datetime
) -> Account:
    """The second administrator's yes: the deed is done, and who is invited gets a code by email."""
    approval = _waiting(session, wish_id)
    if approval.officer_id == administrator_id:
        raise Refusal("wish-own")
    asked_by = session.get(Account, approval.officer_id)
    if asked_by is None or asked_by.disabled_at or not asked_by.has_role("administrator"):
        raise Refusal("wish-from-nobody")
    facts = json.loads(approval.subject)
    account = _do(session, facts, keyring=keyring, now=now)
    session.add(
        Approval(
            round_id=None,
            deed=DEED,
            subject=approval.subject,
            officer_id=administrator_id,
            at=now,
            used_at=now,
        )
    )
    approval.used_at = now
    rounds.note(
        session,
        deed=f"staff-{facts['kind']}",
        now=now,
        account_id=administrator_id,
        asked_by=approval.officer_id,
        officer=account.id,
    )
    session.flush()
    return account


def drop(session: Session, *, wish_id: int, administrator_id: int, now: datetime) -> None:
    """Any administrator may turn a wish down."""
    approval = _waiting(session, wish_id)
    session.delete(approval)
    rounds.note(session, deed="staff-dropped", now=now, account_id=administrator_id)
    session.flush()


def close(session: Session, *, account_id: int, administrator_id: int, now: datetime) -> None:
    """Close an account at once and sign it out; one administrator is enough, for nobody gains by it."""
    account = find(session, account_id=account_id)
    if account.id == administrator_id:
        raise Refusal("account-own")
    if account.has_role("administrator"):
        _require_administrators(session, without=account)
    account.disabled_at = now
    sign_ins.end_all(session, account_id=account.id)
    rounds.note(session, deed="staff-closed", now=now, account_id=administrator_id, officer=account.id)
    session.flush()


def accept_invitation(
    session: Session, *, email: str, code: str, password: str, keyring: Keyring, now: datetime
) -> tuple[Account, str]:
    """Set the password of somebody invited; returns the key for their one-time codes.

    The invitation stays good until `confirm_invitation`. A wrong code counts: commit also after a refusal.
    """
    account, _live = _invited(session, email=email, code=code, keyring=keyring, now=now)
    sign_ins.set_password(account, password=password)
    secret = sign_ins.set_totp(account, keyring=keyring)
    session.flush()
    return account, secret


def confirm_invitation(
    session: Session, *, email: str, code: str, one_time_code: str, keyring: Keyring, now: datetime
) -> Account:
    """The first one-time code proves that the app is set up; the invitation is used up then."""
    account, live = _invited(session, email=email, code=code, keyring=keyring, now=now)
    if not sign_ins.accept_one_time_code(account, code=one_time_code, keyring=keyring, now=now):
        raise Refusal("one-time-code-wrong", field="one_time_code")
    session.delete(live)
    rounds.note(session, deed="staff-invitation-used", now=now, account_id=account.id)
    session.flush()
    return account


def invited(session: Session, *, email: str, code: str, keyring: Keyring, now: datetime) -> Account:
    """Whoever holds this invitation. Raises Refusal for a wrong code or one that is used up."""
    return _invited(session, email=email, code=code, keyring=keyring, now=now)[0]


def one_time_key(account: Account, *, keyring: Keyring) -> str:
    """The key of an account's one-time codes, for showing it again while the invitation is open."""
    opened = keyring.open(sign_ins.TOTP, account.totp_secret or b"")
    return opened.decode() if opened else ""


def _invited(
    session: Session, *, email: str, code: str, keyring: Keyring, now: datetime
) -> tuple[Account, OneTimeCode]:
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    key = keyring.digest(INVITATION, str(account.id) if account else "nobody")
    live = session.get(OneTimeCode, key, with_for_update=True)
    if account is None or live is None or live.expires_at <= now or live.tries >= TRIES:
        raise Refusal("invitation-gone", field="code")
    if not secrets.compare_digest(live.code_hash, _code_hash(keyring, key, code)):
        live.tries += 1
        session.flush()
        raise Refusal("invitation-wrong", field="code")
    return account, live


def _invite(session: Session, account: Account, *, keyring: Keyring, now: datetime) -> None:
    code = "".join(secrets.choice(LETTERS) for _ in range(16))
    key = keyring.digest(INVITATION, str(account.id))
    session.execute(delete(OneTimeCode).where(OneTimeCode.address_hash == key))
    session.add(
        OneTimeCode(
            address_hash=key, code_hash=_code_hash(keyring, key, code), expires_at=now + INVITATION_LIFE
        )
    )
    outbox.enqueue(
        session,
        template="staff_invitation",
        recipient=str(account.email),
        language=account.language,
        parameters={"name": account.name, "days": INVITATION_LIFE.days},
        secret="-".join(code[place : place + 4] for place in range(0, 16, 4)),
        keyring=keyring,
        now=now,
    )


def _code_hash(keyring: Keyring, key: bytes, code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return keyring.digest(INVITED, key + plain.encode())


def _do(session: Session, facts: dict[str, Any], *, keyring: Keyring, now: datetime) -> Account:
    account = accounts.find_or_make(session, email=facts["email"], now=now, name=facts["name"])
    roles = tuple(facts["roles"])
    if facts["kind"] == "make" and account.roles:
        raise Refusal("officer-there")
    if facts["kind"] != "make" and not account.roles:
        raise NotFound("officer-not-found")
    if facts["kind"] in ("make", "roles"):
        _require_roles(session, account, roles)
        if facts["kind"] == "make":
            account.name = facts["name"]
        _set_roles(session, account, roles)
    if facts["kind"] in ("make", "reset", "enable"):
        account.disabled_at = None
        account.password_hash = account.totp_secret = None
        _invite(session, account, keyring=keyring, now=now)
    sign_ins.end_all(session, account_id=account.id)
    session.flush()
    return account


def _set_roles(session: Session, account: Account, roles: tuple[str, ...]) -> None:
    for one in account.roles:
        if one.role not in roles:
            session.delete(one)
    held = {one.role for one in account.roles}
    session.add_all(AccountRole(account_id=account.id, role=role) for role in roles if role not in held)
    session.flush()
    session.refresh(account, ["roles"])


def _require_roles(session: Session, account: Account | None, roles: tuple[str, ...]) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise Refusal("roles-missing", field="roles")
    if account is not None and account.has_role("administrator") and "administrator" not in roles:
        _require_administrators(session, without=account)


def _require_administrators(session: Session, *, without: Account) -> None:
    left = [one for one in accounts.with_role(session, role="administrator") if one.id != without.id]
    if len(left) < FEWEST_ADMINISTRATORS:
        raise Refusal("administrators-too-few", field="roles", least=FEWEST_ADMINISTRATORS)


def _address(email: str) -> str:
    try:
        return sign_ins.normalise_address(email if "@" in email else f"{email}@")[1]
    except Refusal as refusal:
        raise Refusal(refusal.code, field="email") from None


def _subject(kind: str, email: str, name: str, roles: tuple[str, ...]) -> str:
    facts = {"kind": kind, "email": email, "name": name, "roles": sorted(roles)}
    return canonical(facts).decode()


def _waiting(session: Session, wish_id: int) -> Approval:
    approval = session.get(Approval, wish_id, with_for_update=True)
    if approval is None or approval.deed != DEED or approval.used_at is not None:
        raise NotFound("wish-not-found")
    return approval


def _wish(approval: Approval, asked_by: Account) -> Wish:
    facts = json.loads(approval.subject)
    return Wish(
        id=approval.id,
        kind=facts["kind"],
        email=facts["email"],
        name=facts["name"],
        roles=tuple(facts["roles"]),
        asked_by=asked_by,
        asked_at=approval.at,
    )
