"""What is being decided, and what needs you now."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import rounds
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@everyone
def index() -> Response:
    return render("home/index.html", rounds=rounds.visible(db.session, now=now()), now=now())
