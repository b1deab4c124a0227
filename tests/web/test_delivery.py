"""How answers travel: headers, caching, compression, static files."""

import gzip

import brotli
import pytest
from flask import Flask

from tests.person import Person


def test_every_answer_carries_a_strict_policy(person: Person) -> None:
    for path in ("/", "/sign-in/", "/no-such-page", "/health"):
        headers = person.open(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_are_compressed_for_browsers_that_can(person: Person, encoding: str, unpack) -> None:
    plain = person.client.get("/sign-in/").get_data()
    packed = person.client.get("/sign-in/", headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert b"<h1" in unpack(packed.get_data())
    assert len(packed.get_data()) < len(plain)


def test_static_files_are_kept_for_a_year_under_a_name_that_changes_with_them(app: Flask) -> None:
    digest = app.extensions["pbvote_static_digest"]
    answer = app.test_client().get(f"/static/{digest}/css/base.css", headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"
    answer.close()
    assert app.test_client().get("/static/elsewhere/css/base.css").status_code == 404


def test_pages_of_signed_in_people_are_not_stored(person: Person) -> None:
    assert person.open("/").headers["Cache-Control"] == "private, no-cache"
    person.sign_in("ada@example.com")
    assert person.open("/").headers["Cache-Control"] == "no-store"


def test_a_post_without_its_token_changes_nothing_and_is_explained(person: Person) -> None:
    answer = person.client.post("/sign-in/", data={"address": "ada@example.com"})
    assert answer.status_code == 422
    assert "open too long" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/no-such-page", 404), ("DELETE", "/sign-in/", 405)],
)
def test_errors_have_pages_in_plain_words(person: Person, method: str, path: str, status: int) -> None:
    answer = person.client.open(path, method=method)
    assert answer.status_code == status
    assert "<h1" in answer.get_data(as_text=True)


def test_the_cookie_of_a_real_site_cannot_leave_https(settings) -> None:
    from dataclasses import replace

    from pbvote.app import create_app

    app = create_app(replace(settings, demo=False, base_url="https://vote.example.org"))
    answer = app.test_client().get("/sign-in/", base_url="https://vote.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-pbvote=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    app.extensions["pbvote_rate_limits"].dispose()


def test_a_page_never_sends_people_to_another_site_after_signing_in(person: Person) -> None:
    person.open("/sign-in/?next=https://evil.example/")
    person.submit(address="ada@example.com")
    person.submit(code=person.latest_code("ada@example.com"))
    assert person.page.request.host == "localhost"
    assert person.path == "/"
