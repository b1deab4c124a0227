"""What the site is, how accessible it is, what it keeps and for how long, and its languages."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import retention, rounds
from pbvote.web import languages
from pbvote.web.access import everyone
from pbvote.web.context import now, settings
from pbvote.web.htmx import render

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@everyone
def show() -> Response:
    return render("about/show.html", contact=settings().contact_email)


@blueprint.get("/accessibility")
@everyone
def accessibility() -> Response:
    return render("about/accessibility.html", contact=settings().contact_email)


@blueprint.get("/privacy")
@everyone
def privacy() -> Response:
    shown = [
        (one, retention.contacts_kept_until(one))
        for one in rounds.visible(db.session, now=now())
        if not one.imported_from
    ]
    return render("about/privacy.html", contact=settings().contact_email, rounds=shown)


@blueprint.get("/languages")
@everyone
def choose_language() -> Response:
    return render("about/languages.html", offered=languages.OFFERED)
