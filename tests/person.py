"""A person with a browser that has no JavaScript: opens pages, fills in forms, presses buttons."""

import itertools
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from pbvote.extensions import db
from pbvote.models import Account, OutboxMessage
from pbvote.services import accounts
from pbvote.services.outbox import SECRET

_addresses = itertools.count(1)


class Person:
    """Follows redirects; `page` is the last answer, `text` its words."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        number = next(_addresses)
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.page: TestResponse
        self.path = "/"

    def open(self, path: str, **options: Any) -> TestResponse:
        options.setdefault("environ_overrides", {"REMOTE_ADDR": self.address})
        self.page = self.client.get(path, follow_redirects=True, **options)
        self.path = self.page.request.path
        return self.page

    @property
    def status(self) -> int:
        return self.page.status_code

    @property
    def tree(self) -> Element:
        return html5lib.parse(self.page.get_data(as_text=True), namespaceHTMLElements=False)

    @property
    def text(self) -> str:
        body = self.tree.find(".//body")
        assert body is not None
        return " ".join("".join(body.itertext()).split())

    def forms(self) -> list[Element]:
        return list(self.tree.iter("form"))

    def form(self, action: str | None = None) -> Element:
        """The only form of the page's main part, or the one whose action holds `action`."""
        root = self.tree.find(".//main")
        found = [
            form
            for form in (root if root is not None else self.tree).iter("form")
            if form.get("method", "get").lower() == "post"
            and (not action or action in form.get("action", ""))
        ]
        assert found, f"no form {action or ''} on {self.path}"
        return found[0]

    def submit(
        self, action: str | None = None, button: tuple[str, str] | None = None, **fields: Any
    ) -> TestResponse:
        """Send the form as it stands, with `fields` typed over it; None clears a field."""
        form = self.form(action)
        values = _values(form)
        for name, value in fields.items():
            values = [(key, old) for key, old in values if key != name]
            if value is not None:
                many = value if isinstance(value, list | tuple) else [value]
                values.extend((name, one) for one in many)
        if button:
            values.append(button)
        return self.send(form.get("action") or self.path, values)

    def send(self, path: str, values: list[tuple[str, Any]]) -> TestResponse:
        data: dict[str, list[Any]] = {}
        for key, value in values:
            data.setdefault(key, []).append(value)
        self.page = self.client.post(
            path, data=data, follow_redirects=True, environ_overrides={"REMOTE_ADDR": self.address}
        )
        self.path = self.page.request.path
        return self.page

    def csrf(self) -> str:
        """A token for a hand-made POST, taken from any page that has one."""
        for field in self.tree.iter("input"):
            if field.get("name") == "csrf_token":
                return str(field.get("value"))
        self.open("/sign-in/")
        return self.csrf()

    def sign_in(self, email: str) -> None:
        """Sign in by the code that is sent."""
        self.open("/sign-in/")
        self.submit(address=email)
        self.submit(code=self.latest_code(email))
        assert self.status == 200, self.text

    def latest_code(self, recipient: str) -> str:
        with self.app.app_context():
            query = select(OutboxMessage).where(OutboxMessage.recipient == recipient)
            message = db.session.scalars(query.order_by(OutboxMessage.id.desc())).first()
            assert message is not None
            assert message.secret is not None
            opened = self.app.extensions["pbvote_keyring"].open(SECRET, message.secret)
            return str(opened.decode())

    def sign_in_officer(self, email: str, password: str) -> None:
        from pbvote.web.context import now

        self.open("/sign-in/officer")
        with self.app.app_context():
            account = db.session.scalar(select(Account).where(Account.email == email))
            keyring = self.app.extensions["pbvote_keyring"]
            shown = accounts.demo_one_time_codes(db.session, keyring=keyring, now=now())
            codes = {owner.id: code for owner, code in shown}
            assert account is not None
            code = codes[account.id]
        self.submit(email=email, password=password, code=code)
        assert self.status == 200, self.text


def _values(form: Element) -> list[tuple[str, str]]:
    """What a browser would send for the form as it stands, buttons left out."""
    values: list[tuple[str, str]] = []
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        kind = field.get("type", "text")
        if field.tag == "input" and kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                values.append((name, field.get("value", "on")))
        elif field.tag == "input" and kind not in ("submit", "button", "file", "image"):
            values.append((name, field.get("value", "")))
        elif field.tag == "textarea":
            values.append((name, "".join(field.itertext()).removeprefix("\n")))
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            values.extend((name, option.get("value", "".join(option.itertext()))) for option in chosen)
    return values
