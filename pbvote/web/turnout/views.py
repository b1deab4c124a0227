"""How many have voted, by ward and day. Nothing countable is here, and nothing leads to it."""

from flask import Blueprint
from flask_babel import format_date
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import rounds, turnout
from pbvote.web.access import observers
from pbvote.web.formats import number
from pbvote.web.htmx import render

blueprint = Blueprint("turnout", __name__, url_prefix="/officer/rounds/<slug>/turnout")


@blueprint.get("/")
@observers
def show(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    found = turnout.read(db.session, voting_round=voting_round)
    return render(
        "turnout/show.html",
        managed_round=voting_round,
        turnout=found,
        ward_rows=_rows(
            [(row.ward.name if row.ward else "–", row.voted, row.registered) for row in found.wards]
        ),
        day_rows=_rows([(format_date(day, "d MMMM"), votes, None) for day, votes in found.days]),
    )


def _rows(rows: list[tuple[str, int, int | None]]) -> list[dict[str, object]]:
    longest = max((max(voted, whole or 0) for _, voted, whole in rows), default=1) or 1
    return [
        {
            "name": name,
            "values": [
                {"text": number(value), "share": value / longest}
                for value in (voted, whole)
                if value is not None
            ],
        }
        for name, voted, whole in rows
    ]
