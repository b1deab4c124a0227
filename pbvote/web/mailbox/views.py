"""Every message sent, newest first, and each demo officer's current one-time code."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import accounts, mailbox
from pbvote.web.access import everyone
from pbvote.web.context import keyring, now, settings
from pbvote.web.htmx import render

blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox")


@blueprint.get("/")
@everyone
def index() -> Response:
    officers = accounts.demo_one_time_codes(db.session, keyring=keyring(), now=now())
    return render(
        "mailbox/index.html",
        fragment="mailbox/_messages.html",
        messages=mailbox.read_all(settings().mailbox_folder),
        officers=officers,
    )


@blueprint.get("/<name>")
@everyone
def message(name: str) -> Response:
    found = mailbox.read(settings().mailbox_folder, name=name)
    if found is None:
        abort(404)
    return render("mailbox/message.html", message=found)
