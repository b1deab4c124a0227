"""Looking a receipt up; saving one's own as text or as a picture to scan."""

import io

import segno
from flask import Blueprint, abort, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import VotingRound
from pbvote.services import ballots, receipts, rounds
from pbvote.services.refusal import Refusal
from pbvote.web import access
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.htmx import render
from pbvote.web.receipts.forms import ReceiptForm

blueprint = Blueprint("receipts", __name__, url_prefix="/rounds/<slug>/receipts")


@blueprint.get("/")
@access.everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    form = ReceiptForm(receipt=request.args.get("receipt", "")[:60])
    return render("receipts/show.html", voting_round=voting_round, form=form)


@blueprint.post("/")
@access.everyone
@limiter.limit("30 per minute")
def look_up(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    form = ReceiptForm()
    if form.validate_on_submit():
        try:
            found = receipts.look_up(db.session, voting_round=voting_round, typed=form.receipt.data or "")
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            return render(
                "receipts/show.html",
                fragment="receipts/_found.html",
                voting_round=voting_round,
                form=form,
                looked_up=True,
                found=found,
            )
    return render("receipts/show.html", voting_round=voting_round, form=form, status=422)


@blueprint.get("/mine/<pot_slug>.txt")
@access.residents
def text(slug: str, pot_slug: str) -> Response:
    """The voter's own receipt, to keep; it says nothing about the vote."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    code = _own(voting_round, pot_slug)
    lines = [voting_round.title, _("Receipt"), code, "", _("Check it here:"), _address(slug, code)]
    response = make_response("\n".join(lines) + "\n")
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-receipt.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/mine/<pot_slug>.svg")
@access.residents
def picture(slug: str, pot_slug: str) -> Response:
    """The receipt's address as a QR code."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    drawn = io.BytesIO()
    address = _address(slug, _own(voting_round, pot_slug))
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=4, light="#ffffff")
    response = make_response(drawn.getvalue())
    response.headers["Content-Type"] = "image/svg+xml"
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(voting_round: VotingRound, pot_slug: str) -> str:
    entry = access.entry_in(voting_round)
    pot = next((one for one in voting_round.pots if one.slug == pot_slug), None)
    if entry is None or pot is None:
        abort(404)
    code = ballots.current_receipt(db.session, pot_id=pot.id, entry_id=entry.id)
    if not code:
        abort(404)
    return code


def _address(slug: str, code: str) -> str:
    return settings().base_url.rstrip("/") + url_for("receipts.show", slug=slug, receipt=code)
