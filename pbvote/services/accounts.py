"""Accounts of officers and the roles they hold."""

from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, AccountRole
from pbvote.services.keyring import Keyring
from pbvote.services.sign_ins import TOTP, set_password, set_totp


def find_or_make(session: Session, *, email: str, now: datetime, name: str = "") -> Account:
    email = email.strip().lower()
    account = session.scalar(select(Account).where(Account.email == email))
    if account is None:
        account = Account(email=email, name=name, created_at=now)
        session.add(account)
        session.flush()
    return account


def make_officer(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    roles: tuple[str, ...],
    keyring: Keyring,
    now: datetime,
    totp_secret: str | None = None,
) -> tuple[Account, str]:
    """An officer's account with roles; returns it with its one-time-code secret (base32)."""
    account = find_or_make(session, email=email, now=now, name=name)
    set_password(account, password=password)
    secret = set_totp(account, keyring=keyring, secret=totp_secret)
    held = {role.role for role in account.roles}
    account.roles.extend(AccountRole(role=role) for role in roles if role not in held)
    session.flush()
    return account, secret


def with_role(session: Session, *, role: str) -> list[Account]:
    query = (
        select(Account)
        .join(AccountRole)
        .where(AccountRole.role == role, Account.disabled_at.is_(None))
        .order_by(Account.id)
    )
    return list(session.scalars(query))


def officers(session: Session) -> list[Account]:
    """Everybody who works on rounds, by name."""
    found = {one.id: one for role in ("officer", "administrator") for one in with_role(session, role=role)}
    return sorted(found.values(), key=lambda one: (one.name, one.id))


def demo_one_time_codes(session: Session, *, keyring: Keyring, now: datetime) -> list[tuple[Account, str]]:
    """Each officer with the code their app would show now; for the demo's mailbox alone."""
    query = select(Account).where(Account.totp_secret.is_not(None)).order_by(Account.id)
    shown = []
    for account in session.scalars(query):
        secret = keyring.open(TOTP, account.totp_secret or b"")
        if secret is not None:
            shown.append((account, _next_code(account, secret.decode(), now)))
    return shown


def _next_code(account: Account, secret: str, now: datetime) -> str:
    """The current code, or the next one when the current was used already."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // totp.interval
    if account.totp_last_step is not None and account.totp_last_step >= step:
        step = min(account.totp_last_step + 1, step + 1)
    return totp.generate_otp(step)


def by_ids(session: Session, *, ids: list[int]) -> list[Account]:
    """The accounts in the order of `ids`."""
    found = {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(ids)))}
    return [found[one] for one in ids if one in found]
