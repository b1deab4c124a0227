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
