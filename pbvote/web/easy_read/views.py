"""A round in easy words: one idea per line, a picture beside each part."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import register, rounds, shortlist
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render

blueprint = Blueprint("easy_read", __name__, url_prefix="/rounds/<slug>")


@blueprint.get("/easy-read")
@everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    return render(
        "easy_read/show.html",
        voting_round=voting_round,
        phase=voting_round.phase(now()),
        total=len(shortlist.public(db.session, voting_round=voting_round)),
        methods=register.methods(voting_round),
    )
