"""The officers' first page."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import rounds, workload
from pbvote.web.access import observers
from pbvote.web.context import now
from pbvote.web.dashboard.todo import tasks
from pbvote.web.htmx import render
from pbvote.web.standing import phase_standing

blueprint = Blueprint("dashboard", __name__, url_prefix="/officer")


@blueprint.get("/")
@observers
def index() -> Response:
    present = now()
    shown = [
        {
            "round": one,
            "standing": phase_standing(one, now=present),
            "phase": one.phase(present),
            "tasks": tasks(one, workload.read(db.session, voting_round=one), now=present),
        }
        for one in rounds.every(db.session)
        if not one.imported_from
    ]
    shown.sort(key=lambda one: not one["tasks"])
    return render("dashboard/index.html", shown=shown)
