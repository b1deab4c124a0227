"""What happens without anybody asking: messages go out, old sign-ins are forgotten."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click
import structlog
from flask import Flask, current_app
from flask_babel import force_locale

from pbvote.extensions import db
from pbvote.models import OutboxMessage
from pbvote.models.database import begin_write
from pbvote.services import outbox, reminders, sign_ins, transports, uploads, voting
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import Refusal
from pbvote.settings import Settings

log = structlog.get_logger()
TIDY_EVERY = 60
BELIEVED_AFTER = 3600
JUMP = 60


class Clock:
    """Tells a clock that runs from one that was set.

    The board's row `close` cannot be taken back, so a clock that jumped is believed only after it has run on
    for an hour: time for somebody to see the warning and set it right.
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._wall, self._steady = time.time(), _steady()
        self._jumped_at: float | None = None

    def can_be_believed(self) -> bool:
        """Whether the clock says what it would say had nobody set it."""
        steady = _steady()
        jump = (time.time() - self._wall) - (steady - self._steady)
        if abs(jump) <= JUMP:
            self._jumped_at = None
            return True
        self._jumped_at = steady if self._jumped_at is None else self._jumped_at
        if steady - self._jumped_at >= BELIEVED_AFTER:
            self._start()
            return True
        log.error("the clock was set; the board waits until it has run on for an hour", jump=round(jump))
        return False


def _steady() -> float:
    """Seconds that nobody can set; they run on while the computer sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@click.command("jobs")
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
@click.pass_obj
def command(make_app: Callable[[], Flask], once: bool) -> None:
    """Send waiting messages and do what is due, every second."""
    app = make_app()
    clock = Clock()
    tidied = 0.0
    while True:
        due = time.monotonic() - tidied > TIDY_EVERY
        if attempt(app, send_due) and due and look_after(app, clock):
            tidied = time.monotonic()
        if once:
            return
        time.sleep(1)


def look_after(app: Flask, clock: Clock) -> bool:
    """What depends on the date; whether it is done, or must not be done now."""
    if not clock.can_be_believed():
        return True
    if not attempt(app, tidy):
        return False
    attempt(app, follow_calendar)
    return True


def attempt(app: Flask, task: Callable[[Flask], object]) -> bool:
    """Run one task; whatever breaks it is logged, and tried again, so that the others go on."""
    try:
        with app.app_context():
            task(app)
    except Exception as error:
        log.error("a job failed and will be tried again", task=task.__name__, kind=type(error).__name__)
        return False
    return True


def send_due(app: Flask) -> int:
    """Send every message that is due; returns how many went out."""
    settings: Settings = app.extensions["pbvote_settings"]
    keyring: Keyring = app.extensions["pbvote_keyring"]
    waiting = outbox.due(db.session, now=datetime.now(UTC))
    db.session.rollback()
    sent = 0
    for message_id in waiting:
        now = datetime.now(UTC)

        def transport(message: OutboxMessage, secret: str | None, now: datetime = now) -> None:
            send(message, secret, settings=settings, now=now)

        begin_write(db.session)
        done = outbox.deliver(
            db.session, message_id=message_id, transport=transport, keyring=keyring, now=now
        )
        db.session.commit()
        sent += done
    return sent


def tidy(app: Flask) -> None:
    settings: Settings = app.extensions["pbvote_settings"]
    begin_write(db.session)
    sign_ins.forget_expired(db.session, now=datetime.now(UTC))
    reminders.queue_due(db.session, now=datetime.now(UTC))
    db.session.commit()
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    uploads.sweep(db.session, folder=settings.upload_folder, older_than=an_hour_ago)
    db.session.rollback()


def follow_calendar(_app: Flask) -> None:
    """The board's rows for the beginning and the end of voting; what needs people waits for them."""
    now = datetime.now(UTC)
    waiting = voting.waiting_for_the_board(db.session, now=now)
    db.session.rollback()
    for round_id in waiting:
        begin_write(db.session)
        try:
            voting.follow_calendar(db.session, round_id=round_id, now=now)
        except Refusal as refusal:
            db.session.rollback()
            log.warning("the board waits for people", round_id=round_id, why=refusal.code)
        else:
            db.session.commit()


def send(message: OutboxMessage, secret: str | None, *, settings: Settings, now: datetime) -> None:
    """Render a message in its reader's language and hand it to the transport the settings name."""
    template = current_app.jinja_env.get_template(f"emails/{message.template}.txt")
    with force_locale(message.language):
        text = template.render(  # a letter has no page around it, so no page's values either
            secret=secret,
            base_url=settings.base_url,
            council=settings.council,
            **message.parameters,
        )
    subject, _, body = text.strip().partition("\n")
    body = body.strip() + "\n"
    if settings.demo or (message.channel == "email" and not settings.smtp_host):
        transports.to_mailbox(
            settings.mailbox_folder,
            channel=message.channel,
            recipient=message.recipient,
            subject=subject,
            body=body,
            now=now,
        )
    elif message.channel == "sms":
        transports.by_sms_gateway(
            url=settings.sms_url, key=settings.sms_key, recipient=message.recipient, body=body
        )
    else:
        transports.by_smtp(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password,
            tls=settings.smtp_tls,
            sender=settings.mail_from,
            recipient=message.recipient,
            subject=subject,
            body=body,
        )
