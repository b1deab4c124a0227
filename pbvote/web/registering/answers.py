"""Answers given so far, kept sealed in the visitor's own cookie until the last one is in."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask import session

from pbvote.models import VotingRound
from pbvote.web.context import keyring

PURPOSE = "registering"


def load(voting_round: VotingRound) -> dict[str, Any]:
    kept = session.get(PURPOSE)
    opened = keyring().open(PURPOSE, urlsafe_b64decode(kept)) if kept else None
    answers: dict[str, Any] = json.loads(opened) if opened else {}
    return answers if answers.get("round") == voting_round.id else {}


def keep(voting_round: VotingRound, **answers: Any) -> None:
    both = {**load(voting_round), **answers, "round": voting_round.id}
    session[PURPOSE] = urlsafe_b64encode(keyring().seal(PURPOSE, json.dumps(both).encode())).decode()


def forget() -> None:
    session.pop(PURPOSE, None)
