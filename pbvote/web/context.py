"""What a view needs of the running application."""

from datetime import UTC, datetime
from typing import cast

from flask import current_app, request, session

from pbvote.services.keyring import Keyring
from pbvote.settings import Settings


def now() -> datetime:
    return datetime.now(UTC)


def settings() -> Settings:
    return cast(Settings, current_app.extensions["pbvote_settings"])


def keyring() -> Keyring:
    return cast(Keyring, current_app.extensions["pbvote_keyring"])


def language() -> str:
    return str(session.get("language", "en"))


def typed_address(field: str = "address") -> str:
    """Whom a code is asked for, or who somebody says they are.

    Limits go by it, since many people share a network's address: a school, a library, a whole mobile network.
    """
    return " ".join(request.form.get(field, "").lower().split())[:254] or "nobody"
