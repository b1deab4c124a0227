"""Settings come from the environment, and a wrong one stops the start with a sentence."""

from pathlib import Path

import pytest

from pbvote.settings import ROOT, Settings, SettingsError, make_secrets

SECRETS = {"PBVOTE_SECRET_KEY": "s" * 40, "PBVOTE_DATA_KEY": "d" * 40}


def read(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_environment({"PBVOTE_INSTANCE": str(tmp_path), **SECRETS, **more})


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PBVOTE_SECRET_KEY and PBVOTE_DATA_KEY must be set"):
        Settings.from_environment({"PBVOTE_INSTANCE": str(tmp_path)})


def test_a_short_secret_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 32 characters"):
        read(tmp_path, PBVOTE_SECRET_KEY="short")


def test_secrets_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    assert make_secrets(tmp_path)
    first = Settings.from_environment({"PBVOTE_INSTANCE": str(tmp_path)})
    assert not make_secrets(tmp_path)
    assert Settings.from_environment({"PBVOTE_INSTANCE": str(tmp_path)}) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_broken_secrets_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(SettingsError, match=r"secrets\.json cannot be read"):
        Settings.from_environment({"PBVOTE_INSTANCE": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PBVOTE_BASE_URL", "vote.example.org", "must look like https"),
        ("PBVOTE_BASE_URL", "http://vote.example.org", "must begin with https"),
        ("PBVOTE_DEMO", "perhaps", "must be yes or no"),
        ("PBVOTE_SMTP_PORT", "mail", "must be a whole number"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        read(tmp_path, **{name: value})


def test_demo_mode_refuses_any_address_but_this_computer(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="only on 127"):
        read(tmp_path, PBVOTE_DEMO="yes", PBVOTE_BASE_URL="https://vote.example.org")


def test_the_database_lies_in_the_instance_folder_unless_named(tmp_path: Path) -> None:
    assert read(tmp_path).database_url == f"sqlite:///{tmp_path / 'pbvote.sqlite'}"
    named = read(tmp_path, PBVOTE_DATABASE_URL="postgresql://db/pbvote")
    assert named.database_url == "postgresql://db/pbvote"
    assert named.limits_url == named.database_url


def test_the_readme_explains_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    unsaid = ["PBVOTE_" + name.upper() for name in Settings.__annotations__ if name != "testing"]
    assert [name for name in unsaid if name not in readme] == []


def test_secrets_do_not_show_in_the_settings_text(tmp_path: Path) -> None:
    text = repr(read(tmp_path, PBVOTE_SMTP_PASSWORD="hunter2hunter2"))
    assert "hunter2" not in text
    assert "ssss" not in text
    assert "dddd" not in text
