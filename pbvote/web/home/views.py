"""What is being decided, and what needs you now."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import results, rounds, shortlist
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@everyone
def index() -> Response:
    """The round that needs people most, large; the others below it."""
    main, *others = rounds.visible(db.session, now=now()) or [None]
    proposals = shortlist.public(db.session, voting_round=main) if main else []
    outcomes = results.outcomes(db.session, voting_round=main) if main else {}
    shown = [one for one in proposals if not outcomes or outcomes[one.id] == "funded"]
    return render(
        "home/index.html",
        main=main,
        others=others,
        phase=main.phase(now()) if main else "",
        total=len(proposals),
        count=sum(kind in ("funded", "part") for kind in outcomes.values()),
        given=results.given_out(db.session, voting_round=main) if main else 0,
        outcomes=outcomes,
        some=shortlist.mixed(shown, seed=str(now().date()))[:3],
    )
