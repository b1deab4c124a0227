"""Is the service alive, and does its database answer?"""

from flask import Blueprint

from pbvote.extensions import db
from pbvote.services import rounds
from pbvote.web.access import everyone
from pbvote.web.context import now

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@everyone
def alive() -> tuple[str, int, dict[str, str]]:
    rounds.visible(db.session, now=now())
    return "ok\n", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}
