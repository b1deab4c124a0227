"""Signing in: a code by email or text for everyone, password and one-time code for officers."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import phonenumbers
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from pbvote.models import Account, OneTimeCode, RegisterEntry, SignIn
from pbvote.services import outbox
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import Refusal

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
RESIDENT_LIFE = timedelta(hours=12)
OFFICER_LIFE = timedelta(hours=8)
ADDRESS, CODE, TOTP = "sign-in-address", "sign-in-code", "totp-secret"

_hasher = PasswordHasher()
# Checked when no such officer exists, so that the answer takes the same time.
_NOBODY = _hasher.hash(secrets.token_hex(16))


def normalise_address(address: str) -> tuple[str, str]:
    """An email address or phone number as ("email" | "sms", canonical form); Refusal if neither."""
    text = address.strip()
    if "@" in text:
        try:
            found = validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise Refusal("email-invalid", field="address") from None
        return "email", found.normalized.lower()
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        raise Refusal("address-invalid", field="address") from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Refusal("phone-invalid", field="address")
    return "sms", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def send_code(
    session: Session, *, address: str, keyring: Keyring, now: datetime, language: str = "en"
) -> None:
    """Send a fresh six-digit code; the same for people known and unknown."""
    channel, canonical = normalise_address(address)
    code = f"{secrets.randbelow(1_000_000):06d}"
    key = keyring.digest(ADDRESS, canonical)
    session.execute(delete(OneTimeCode).where(OneTimeCode.address_hash == key))
    session.add(
        OneTimeCode(address_hash=key, code_hash=_code_hash(keyring, key, code), expires_at=now + CODE_LIFE)
    )
    outbox.enqueue(
        session,
        template="sign_in_code",
        channel=channel,
        recipient=canonical,
        language=language,
        parameters={"minutes": int(CODE_LIFE.total_seconds() // 60)},
        secret=code,
        keyring=keyring,
        now=now,
    )


def confirm_code(
    session: Session,
    *,
    address: str,
    code: str,
    keyring: Keyring,
    now: datetime,
    language: str = "en",
) -> Account:
    """The account behind `address`, made if new. A wrong try is counted: commit also after a refusal."""
    channel, canonical = normalise_address(address)
    key = keyring.digest(ADDRESS, canonical)
    live = session.get(OneTimeCode, key, with_for_update=True)
    if live is None or live.expires_at <= now:
        raise Refusal("code-expired", field="code")
    if live.tries >= CODE_TRIES:
        raise Refusal("code-used-up", field="code")
    digits = "".join(ch for ch in code if ch.isdigit())
    if not secrets.compare_digest(live.code_hash, _code_hash(keyring, key, digits)):
        live.tries += 1
        session.flush()
        raise Refusal("code-wrong", field="code", left=CODE_TRIES - live.tries)
    session.delete(live)
    column = Account.email if channel == "email" else Account.phone
    account = session.scalar(select(Account).where(column == canonical))
    if account is None:
        account = Account(created_at=now, language=language)
        setattr(account, "email" if channel == "email" else "phone", canonical)
        session.add(account)
    session.flush()
    if account.disabled_at is not None:
        raise Refusal("account-disabled", field="code")
    return account


def _code_hash(keyring: Keyring, address_key: bytes, code: str) -> bytes:
    return keyring.digest(CODE, address_key + code.encode())


def check_officer(
    session: Session, *, email: str, password: str, code: str, keyring: Keyring, now: datetime
) -> Account:
    """The officer with this password and current one-time code; one refusal for every mistake."""
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    if account is not None and (not account.roles or account.disabled_at):
        account = None
    try:
        _hasher.verify((account and account.password_hash) or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        raise Refusal("officer-sign-in-wrong") from None
    if account is None or not accept_one_time_code(account, code=code, keyring=keyring, now=now):
        raise Refusal("officer-sign-in-wrong")
    session.flush()
    return account


def accept_one_time_code(account: Account, *, code: str, keyring: Keyring, now: datetime) -> bool:
    """Check an RFC 6238 code one step either way, each step at most once."""
    secret = keyring.open(TOTP, account.totp_secret) if account.totp_secret else None
    if secret is None:
        return False
    totp = pyotp.TOTP(secret.decode())
    digits = "".join(ch for ch in code if ch.isdigit())
    step = int(now.timestamp()) // totp.interval
    for candidate in (step - 1, step, step + 1):
        unused = account.totp_last_step is None or candidate > account.totp_last_step
        if unused and secrets.compare_digest(totp.generate_otp(candidate), digits):
            account.totp_last_step = candidate
            return True
    return False


def set_password(account: Account, *, password: str) -> None:
    if len(password) < 12:
        raise Refusal("password-short", field="password", least=12)
    account.password_hash = _hasher.hash(password)


def set_totp(account: Account, *, keyring: Keyring, secret: str | None = None) -> str:
    """Give the account a new one-time-code secret and return it (base32), to be shown once."""
    secret = secret or pyotp.random_base32()
    account.totp_secret = keyring.seal(TOTP, secret.encode())
    account.totp_last_step = None
    return secret


def start(
    session: Session,
    *,
    now: datetime,
    account: Account | None = None,
    entry: RegisterEntry | None = None,
    strong: bool = False,
) -> str:
    """Open a session and return its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=_token_hash(token),
            account_id=account.id if account else None,
            entry_id=entry.id if entry else None,
            strong=strong,
            created_at=now,
            expires_at=now + (OFFICER_LIFE if strong else RESIDENT_LIFE),
        )
    )
    session.flush()
    return token


_BY_TOKEN = select(SignIn).where(SignIn.token_hash == bindparam("token_hash"))


def find(session: Session, *, token: str, now: datetime) -> SignIn | None:
    """The live session behind a token."""
    row = session.scalar(_BY_TOKEN, {"token_hash": _token_hash(token)})
    if row is None or row.expires_at <= now:
        return None
    if row.account is not None and row.account.disabled_at is not None:
        return None
    return row


def extend(session: Session, *, token: str, now: datetime) -> None:
    """Let a resident's session run on from now; an officer's ends when it was to end."""
    row = session.scalar(select(SignIn).where(SignIn.token_hash == _token_hash(token)))
    if row is not None and not row.strong:
        row.expires_at = now + RESIDENT_LIFE
        session.flush()


def end(session: Session, *, token: str) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == _token_hash(token)))


def end_all(session: Session, *, account_id: int) -> None:
    """Sign an account out everywhere."""
    session.execute(delete(SignIn).where(SignIn.account_id == account_id))


def forget_expired(session: Session, *, now: datetime) -> None:
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at <= now))


def _token_hash(token: str) -> bytes:
    return sha256(b"pbvote-sign-in" + token.encode()).digest()
