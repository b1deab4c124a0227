"""Every setting once, typed, from the environment; a missing secret stops the start."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECRET_NAMES = ("secret_key", "data_key")


class SettingsError(Exception):
    """A setting that stops the start, with what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """See README, "Settings", for what each one means."""

    secret_key: str = field(repr=False)
    data_key: str = field(
        repr=False
    )  # seals one-time-code secrets, outbox secrets, drafts; keyed hashes of addresses
    instance: Path = ROOT / "instance"
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    council: str = "Northbank Council"
    contact_email: str = "hello@northbank.example"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: bool = True
    mail_from: str = "pbvote@northbank.example"
    sms_url: str = ""
    sms_key: str = field(default="", repr=False)
    redis_url: str = ""
    trusted_proxies: int = 0
    log_level: str = "INFO"
    testing: bool = False

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.instance / 'pbvote.sqlite'}")
        if len(self.secret_key) < 32 or len(self.data_key) < 32:
            raise SettingsError(
                "PBVOTE_SECRET_KEY and PBVOTE_DATA_KEY must each be at least 32 characters long. "
                "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
            )
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise SettingsError("PBVOTE_BASE_URL must look like https://vote.example.org")
        if address.scheme == "http" and not self.on_loopback:
            raise SettingsError("PBVOTE_BASE_URL must begin with https:// unless it is on this computer.")
        if self.demo and not self.on_loopback:
            raise SettingsError("PBVOTE_DEMO shows codes on screen, so it runs only on 127.0.0.1.")

    @property
    def on_loopback(self) -> bool:
        return (urlsplit(self.base_url).hostname or "") in LOOPBACK

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def limits_url(self) -> str:
        """Where the rate limiter counts."""
        if self.database_url.startswith("sqlite"):
            return f"sqlite:///{self.instance / 'limits.sqlite'}"
        return self.database_url

    @property
    def key_folder(self) -> Path:
        return self.instance / "keys"

    @property
    def upload_folder(self) -> Path:
        return self.instance / "uploads"

    @property
    def package_folder(self) -> Path:
        return self.instance / "packages"

    @property
    def mailbox_folder(self) -> Path:
        return self.instance / "mailbox"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read PBVOTE_* variables; secrets may lie in instance/secrets.json instead."""
        environment = os.environ if environment is None else environment
        given: dict[str, object] = {}
        for name, kind in cls.__annotations__.items():
            raw = environment.get("PBVOTE_" + name.upper())
            if raw is not None:
                given[name] = _parse(name, kind, raw)
        instance = given.setdefault("instance", ROOT / "instance")
        assert isinstance(instance, Path)
        for name, value in _read_secrets(instance).items():
            given.setdefault(name, value)
        missing = [name for name in SECRET_NAMES if name not in given]
        if missing:
            names = " and ".join("PBVOTE_" + name.upper() for name in missing)
            raise SettingsError(
                f"{names} must be set. On your own computer `pbvote secrets` makes them once, "
                "in the instance folder."
            )
        return cls(**given)  # type: ignore[arg-type]  # the parser below gives each its type


def _parse(name: str, kind: object, raw: str) -> object:
    label = str(getattr(kind, "__name__", kind))
    if label == "bool":
        if raw.lower() not in ("0", "1", "true", "false", "yes", "no", ""):
            raise SettingsError(f"PBVOTE_{name.upper()} must be yes or no.")
        return raw.lower() in ("1", "true", "yes")
    if label == "int":
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"PBVOTE_{name.upper()} must be a whole number.") from None
    return Path(raw).resolve() if label == "Path" else raw


def _read_secrets(instance: Path) -> dict[str, str]:
    try:
        stored = json.loads((instance / "secrets.json").read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"instance/secrets.json cannot be read: {error}") from None
    return {name: str(stored[name]) for name in SECRET_NAMES if name in stored}


def make_secrets(instance: Path) -> bool:
    """Write instance/secrets.json (0600) unless it is there; say whether it was made."""
    instance.mkdir(parents=True, exist_ok=True)
    target = instance / "secrets.json"
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as stream:
        json.dump({name: secrets.token_hex(32) for name in SECRET_NAMES}, stream)
    return True
