"""Every route, tried by every kind of person: who may not open it gets no further than the door."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from pbvote.extensions import db
from pbvote.services.keyring import Keyring
from tests.factories import PASSWORD, make_officer
from tests.person import Person

ROLES = ("officer", "administrator", "custodian", "observer")
ADMITTED = {
    "everyone": {"stranger", "resident", *ROLES},
    "residents": {"resident", *ROLES},
    "group_members": {"resident", *ROLES},
    "officers": {"officer", "administrator"},
    "administrators": {"administrator"},
    "custodians": {"custodian"},
    "observers": {"observer", "officer", "administrator"},
}


@pytest.fixture
def people(app: Flask, session: Session, keyring: Keyring, now) -> dict[str, Person]:
    """One signed-in person of each kind, and a stranger."""
    made = {role: make_officer(session, keyring=keyring, now=now, roles=(role,)) for role in ROLES}
    session.commit()
    found = {"stranger": Person(app), "resident": Person(app)}
    found["resident"].sign_in("resident@example.com")
    for role, account in made.items():
        found[role] = Person(app)
        found[role].sign_in_officer(str(account.email), PASSWORD)
    return found


def _path(app: Flask, rule: Rule) -> str:
    """An address of the rule that names nothing that exists."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        values[name] = 999_999 if kind == "IntegerConverter" else "no-such-thing"
    with app.test_request_context():
        return str(app.url_for(rule.endpoint, **values))


def _routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        audience = app.view_functions[rule.endpoint].audience  # type: ignore[attr-defined]
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, _path(app, rule), audience


def test_every_route_lets_in_exactly_its_audience(app: Flask, people: dict[str, Person]) -> None:
    tokens = {}
    for kind, person in people.items():
        person.open("/sign-in/")
        tokens[kind] = person.csrf()
    wrong = []
    for method, path, audience in _routes(app):
        if path == "/sign-in/out":
            continue  # it would end the sessions the other routes are tried with
        for kind, person in people.items():
            data = {"csrf_token": tokens[kind]} if method == "POST" else None
            answer = person.client.open(path, method=method, data=data)
            sent_to_door = answer.status_code == 303 and "/sign-in/" in answer.headers.get("Location", "")
            turned_away = answer.status_code == 403 or (sent_to_door and kind == "stranger")
            if kind in ADMITTED[audience]:
                if sent_to_door and audience != "everyone":
                    wrong.append(f"{kind} is kept out of {method} {path}")
            elif not turned_away:
                wrong.append(f"{kind} gets into {method} {path}: {answer.status_code}")
    assert wrong == []


def test_no_page_breaks_on_an_address_that_names_nothing(app: Flask, people: dict[str, Person]) -> None:
    broken = []
    for method, path, _audience in _routes(app):
        for kind, person in people.items():
            if method == "GET" and person.client.get(path).status_code >= 500:
                broken.append(f"{kind}: {path}")
    assert broken == []


def test_reading_a_page_writes_nothing(app: Flask, people: dict[str, Person]) -> None:
    writes: list[str] = []

    def watch(_connection, _cursor, statement: str, *_rest) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            writes.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    for method, path, _audience in _routes(app):
        if method == "GET":
            for person in people.values():
                person.client.get(path)
    event.remove(engine, "before_cursor_execute", watch)
    assert writes == []
