"""`pbvote jobs` sends what waits."""

from click.testing import CliRunner
from flask import Flask

from pbvote.cli import commands
from pbvote.services import mailbox
from pbvote.settings import Settings
from tests.person import Person


def test_a_code_asked_for_arrives_in_the_mailbox_with_its_digits(
    app: Flask, person: Person, settings: Settings
) -> None:
    person.open("/sign-in/")
    person.submit(address="ada@example.com")
    code = person.latest_code("ada@example.com")
    result = CliRunner().invoke(commands, ["jobs", "--once"], obj=lambda: app)
    assert result.exit_code == 0, result.output
    letters = mailbox.read_all(settings.mailbox_folder)
    assert [letter.recipient for letter in letters] == ["ada@example.com"]
    assert code in letters[0].subject
    assert "10 minutes" in letters[0].body


def test_a_message_sent_is_not_sent_again(app: Flask, person: Person, settings: Settings) -> None:
    person.open("/sign-in/")
    person.submit(address="ada@example.com")
    for _time in range(2):
        CliRunner().invoke(commands, ["jobs", "--once"], obj=lambda: app)
    assert len(mailbox.read_all(settings.mailbox_folder)) == 1
    person.open("/mailbox/")
    assert "ada@example.com" in person.text


def test_every_letter_can_be_written(app: Flask) -> None:
    """Each template is rendered with believable values, in the way `pbvote jobs` does it."""
    values = {
        "secret": "123456",
        "base_url": "http://localhost",
        "council": "Northbank Council",
        "minutes": 10,
        "title": "A pond",
        "round": "Spring grants",
        "slug": "spring-grants",
        "number": 7,
        "amount": 500_00,
        "currency": "GBP",
        "minor_units": 2,
        "correction": "",
        "field": "voting_closes_at",
        "to": "2027-05-12T16:00:00+00:00",
        "reason": "The bus strike.",
    }
    with app.app_context():
        names = [name for name in app.jinja_env.list_templates() if name.startswith("emails/")]
        for name in ("emails/sign_in_code.txt", "emails/result.txt", "emails/date_moved.txt"):
            assert name in names
            text = app.jinja_env.get_template(name).render(**values)
            assert text.strip().splitlines()[0].strip()
