"""Where messages go: a mail server, an SMS gateway in the shape of GOV.UK Notify, or the demo's mailbox."""

import json
import smtplib
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib import error, request

from pbvote.services import mailbox


def to_mailbox(folder: Path, *, channel: str, recipient: str, subject: str, body: str, now: datetime) -> None:
    mailbox.write(folder, channel=channel, recipient=recipient, subject=subject, body=body, now=now)


def by_smtp(
    *,
    host: str,
    port: int,
    user: str,
    password: str,
    tls: bool,
    sender: str,
    recipient: str,
    subject: str,
    body: str,
) -> None:
    """Send one plain-text email; raises OSError (smtplib's errors are OSErrors) to be tried again."""
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = recipient
    letter["Subject"] = subject
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    with smtplib.SMTP(host, port, timeout=20) as server:
        if tls:
            server.starttls()
        if user:
            server.login(user, password)
        server.send_message(letter)


def by_sms_gateway(*, url: str, key: str, recipient: str, body: str) -> None:
    """POST {phone_number, personalisation: {body}} with a bearer key; raises OSError to be tried again."""
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("PBVOTE_SMS_URL must begin with https://")
    payload = json.dumps({"phone_number": recipient, "personalisation": {"body": body}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    call = request.Request(url, data=payload, headers=headers, method="POST")  # noqa: S310 (scheme checked)
    try:
        with request.urlopen(call, timeout=20) as answer:  # noqa: S310 (scheme checked)
            answer.read()
    except error.HTTPError as problem:
        raise OSError(f"gateway answered {problem.code}") from problem
