"""What became of each grant of a round: taken or not, what was spent, what the groups tell."""

from functools import partial

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import awards, rounds, uploads
from pbvote.web.access import observers
from pbvote.web.context import now
from pbvote.web.files import send_upload
from pbvote.web.htmx import render

blueprint = Blueprint("grants", __name__, url_prefix="/officer/rounds/<slug>/grants")


@blueprint.get("/")
@observers
def show(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    rounds.require_phase(voting_round, "published", "archived", now=now())
    return render(
        "grants/show.html",
        managed_round=voting_round,
        standing=awards.standing(db.session, voting_round=voting_round),
        spent_of=awards.spent,
        picture_url=partial(url_for, "grants.upload", slug=slug),
    )


@blueprint.get("/<int:award_id>/uploads/<int:upload_id>")
@observers
def upload(slug: str, award_id: int, upload_id: int) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    award = awards.find_in_round(db.session, voting_round=voting_round, award_id=award_id)
    return send_upload(uploads.find(award.proposal, upload_id=upload_id))
