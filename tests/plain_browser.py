"""A browser that reads no more than a form's fields: for runs that need thousands of pages."""

import html
import re
import secrets

from flask import Flask
from werkzeug.test import TestResponse

FIELD = re.compile(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"')


class PlainBrowser:
    """Somebody signed in already, at an address of their own."""

    def __init__(self, app: Flask, token: str) -> None:
        self.page: TestResponse
        self.client = app.test_client()
        number = secrets.randbelow(1 << 24)  # a forked process must not follow its parent's count
        self.address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        with self.client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True

    def open(self, path: str) -> str:
        return html.unescape(self.client.get(path, environ_overrides=self.address).get_data(as_text=True))

    def send(self, path: str, page: str, **fields: str) -> int:
        """Send the form of `page` with `fields` typed in; the status of the answer."""
        self.page = self.client.post(
            path, data={**dict(FIELD.findall(page)), **fields}, environ_overrides=self.address
        )
        return self.page.status_code

    @property
    def text(self) -> str:
        """The answer to the form that was sent last."""
        return html.unescape(self.page.get_data(as_text=True))

    def cast(self, ballot: str, ranking: list[int]) -> bool:
        """From the ballot at this path to the answer after casting; whether it leads to a receipt."""
        page = self.open(ballot)
        text = ",".join(map(str, ranking))
        if self.send(ballot + "order", page, ranking=text, go="yes") != 303:
            return False
        page = self.open(ballot + "check")
        return 'id="cast"' in page and self.send(ballot + "check", page) == 303
