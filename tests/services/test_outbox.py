"""Messages are queued with the deed, sent once, and their codes erased."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage
from pbvote.services import outbox
from pbvote.services.keyring import Keyring


class Post:
    """A post office that can be shut."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str | None]] = []
        self.shut = False

    def __call__(self, message: OutboxMessage, secret: str | None) -> None:
        if self.shut:
            raise OSError("no connection")
        self.sent.append((message.recipient, secret))


@pytest.fixture
def post() -> Post:
    return Post()


def queue(session: Session, now: datetime, keyring: Keyring, **more: object) -> OutboxMessage:
    message = outbox.enqueue(
        session,
        template="sign_in_code",
        recipient="ada@example.com",
        secret="123456",
        keyring=keyring,
        now=now,
        **more,
    )
    assert message is not None
    return message


@pytest.mark.both_databases
def test_a_code_is_sealed_while_it_waits_and_erased_once_sent(
    session: Session, now: datetime, keyring: Keyring, post: Post
) -> None:
    message = queue(session, now, keyring)
    assert b"123456" not in (message.secret or b"")
    assert outbox.deliver(session, message_id=message.id, transport=post, keyring=keyring, now=now)
    assert post.sent == [("ada@example.com", "123456")]
    assert message.secret is None
    assert message.sent_at == now


@pytest.mark.both_databases
def test_a_message_is_sent_once(session: Session, now: datetime, keyring: Keyring, post: Post) -> None:
    message = queue(session, now, keyring)
    for _time in range(2):
        outbox.deliver(session, message_id=message.id, transport=post, keyring=keyring, now=now)
    assert len(post.sent) == 1


def test_a_message_that_cannot_be_sent_waits_ever_longer(
    session: Session, now: datetime, keyring: Keyring, post: Post
) -> None:
    message = queue(session, now, keyring)
    post.shut = True
    waits = []
    for _time in range(3):
        assert not outbox.deliver(session, message_id=message.id, transport=post, keyring=keyring, now=now)
        waits.append(message.due_at - now)
    assert waits == sorted(waits)
    assert len(set(waits)) == 3
    assert outbox.due(session, now=now) == []
    post.shut = False
    assert outbox.due(session, now=now + timedelta(hours=1)) == [message.id]


def test_a_message_with_a_key_is_queued_only_once(session: Session, now: datetime, keyring: Keyring) -> None:
    queue(session, now, keyring, once_key="reminder-1")
    again = outbox.enqueue(
        session, template="sign_in_code", recipient="ada@example.com", now=now, once_key="reminder-1"
    )
    assert again is None


def test_a_later_message_is_not_sent_early(session: Session, now: datetime, keyring: Keyring) -> None:
    message = queue(session, now, keyring, due_at=now + timedelta(hours=2))
    assert outbox.due(session, now=now) == []
    assert outbox.due(session, now=now + timedelta(hours=2)) == [message.id]


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(
    session: Session, now: datetime, keyring: Keyring
) -> None:
    broken = queue(session, now, keyring)

    def write(message: OutboxMessage, secret: str | None) -> None:
        raise KeyError("no such template")

    assert not outbox.deliver(session, message_id=broken.id, transport=write, keyring=keyring, now=now)
    assert broken.last_error == "KeyError"
    assert broken.tries == 1
