"""Messages to people: queued with the deed they tell of, rendered and sent by `pbvote jobs`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage
from pbvote.services.keyring import Keyring

SECRET = "outbox-secret"
RETRIES = 8

# Renders and sends one message; the secret (a code) is handed over opened.
Transport = Callable[[OutboxMessage, str | None], None]


def enqueue(
    session: Session,
    *,
    template: str,
    recipient: str,
    now: datetime,
    parameters: dict[str, Any] | None = None,
    language: str = "en",
    channel: str = "email",
    secret: str | None = None,
    keyring: Keyring | None = None,
    due_at: datetime | None = None,
    once_key: str | None = None,
) -> OutboxMessage | None:
    """Queue a message; with `once_key`, at most one such message is ever queued."""
    if once_key and session.scalar(select(OutboxMessage.id).where(OutboxMessage.once_key == once_key)):
        return None
    if secret is not None and keyring is None:
        raise ValueError("A message with a secret needs the keyring.")
    columns = queued(
        template=template, recipient=recipient, parameters=parameters or {}, language=language, now=now
    )
    columns |= {"channel": channel, "due_at": due_at or now, "once_key": once_key}
    if keyring and secret is not None:
        columns["secret"] = keyring.seal(SECRET, secret.encode())
    message = OutboxMessage(**columns)
    session.add(message)
    session.flush()
    return message


def queued(
    *, template: str, recipient: str, parameters: dict[str, Any], language: str, now: datetime
) -> dict[str, Any]:
    """A plain email, due at once, as the columns of its table."""
    return {
        "recipient": recipient,
        "template": template,
        "language": language,
        "parameters": parameters,
        "created_at": now,
        "due_at": now,
    }


def due(session: Session, *, now: datetime, most: int = 50) -> list[int]:
    """Ids of the messages to send now, oldest first."""
    query = (
        select(OutboxMessage.id)
        .where(OutboxMessage.sent_at.is_(None), OutboxMessage.due_at <= now, OutboxMessage.tries < RETRIES)
        .order_by(OutboxMessage.id)
        .limit(most)
    )
    return list(session.scalars(query))


def deliver(
    session: Session, *, message_id: int, transport: Transport, keyring: Keyring, now: datetime
) -> bool:
    """Send one message; a failure is noted and tried again later, ever more slowly."""
    message = session.get(OutboxMessage, message_id, with_for_update={"skip_locked": True})
    if message is None or message.sent_at is not None:
        return False
    opened = keyring.open(SECRET, message.secret) if message.secret else None
    try:
        transport(message, opened.decode() if opened is not None else None)
    except Exception as error:  # one letter that cannot be written must not hold up the others
        message.tries += 1
        message.last_error = type(error).__name__
        message.due_at = now + timedelta(seconds=15 * 2**message.tries)
        session.flush()
        return False
    message.sent_at = now
    message.secret = None
    message.last_error = None
    session.flush()
    return True
