"""Messages really leave: over SMTP, over HTTP, into the demo's mailbox."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from pbvote.services import mailbox, transports


class Collector:
    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: object, session: object, envelope) -> str:
        self.letters.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[tuple[Controller, Collector]]:
    collector = Collector()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(collector, hostname="127.0.0.1", port=port)
    controller.start()
    yield controller, collector
    controller.stop()


def test_an_email_reaches_the_mail_server(mail_server: tuple[Controller, Collector]) -> None:
    controller, collector = mail_server
    transports.by_smtp(
        host="127.0.0.1",
        port=controller.port,
        user="",
        password="",
        tls=False,
        sender="pbvote@northbank.example",
        recipient="ada@example.com",
        subject="Your code",
        body="It is 123456.\n",
    )
    recipients, text = collector.letters[0]
    assert recipients == ["ada@example.com"]
    assert "Subject: Your code" in text
    assert "It is 123456." in text


def test_a_mail_server_that_is_away_is_an_error_to_try_again() -> None:
    with pytest.raises(OSError, match="refused"):
        transports.by_smtp(
            host="127.0.0.1",
            port=1,
            user="",
            password="",
            tls=False,
            sender="a@b.example",
            recipient="c@d.example",
            subject="s",
            body="b",
        )


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[dict[str, object]], list[int]]]:
    calls: list[dict[str, object]] = []
    answers = [201]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calls.append({"auth": self.headers["Authorization"], **json.loads(body)})
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sms", calls, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_text_message_reaches_the_gateway(gateway) -> None:
    url, calls, _answers = gateway
    transports.by_sms_gateway(url=url, key="k1", recipient="+447700900982", body="Your code")
    assert calls == [
        {
            "auth": "Bearer k1",
            "phone_number": "+447700900982",
            "personalisation": {"body": "Your code"},
        }
    ]


def test_a_gateway_that_refuses_is_an_error_to_try_again(gateway) -> None:
    url, _calls, answers = gateway
    answers[0] = 503
    with pytest.raises(OSError, match="503"):
        transports.by_sms_gateway(url=url, key="k1", recipient="+447700900982", body="Your code")


def test_the_demo_mailbox_shows_the_newest_message_first(tmp_path: Path, now: datetime) -> None:
    for subject in ("first", "second"):
        transports.to_mailbox(
            tmp_path,
            channel="email",
            recipient="ada@example.com",
            subject=subject,
            body="Hello",
            now=datetime.now(now.tzinfo),
        )
    assert [letter.subject for letter in mailbox.read_all(tmp_path)] == ["second", "first"]


def test_the_mailbox_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    assert mailbox.read(tmp_path / "box", name="../secret") is None
