"""What a group may do once its proposal is sent: take it back, appeal, put up a poster."""

import segno
from flask import Blueprint, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import appeals, proposals, rounds, shortlist
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, everyone, group_members
from pbvote.web.applications import forms
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("afterwards", __name__)


@blueprint.get("/applications/<int:proposal_id>/withdrawal")
@group_members
def withdrawal(proposal_id: int) -> Response:
    proposal = proposals.find(db.session, proposal_id=proposal_id, account=account())
    return render("applications/withdrawal.html", proposal=proposal, form=forms.ConfirmForm())


@blueprint.post("/applications/<int:proposal_id>/withdrawal")
@group_members
def withdraw(proposal_id: int) -> Response:
    proposal = proposals.find(db.session, proposal_id=proposal_id, account=account())
    proposals.withdraw(db.session, proposal=proposal, account=account(), now=now())
    db.session.commit()
    return see_other(url_for("applications.show", proposal_id=proposal.id))


@blueprint.get("/applications/<int:proposal_id>/appeal")
@group_members
def appeal(proposal_id: int) -> Response:
    proposal = proposals.find(db.session, proposal_id=proposal_id, account=account())
    if appeals.of_proposal(db.session, proposal=proposal) is not None:
        return see_other(url_for("applications.show", proposal_id=proposal.id))
    return render("applications/appeal.html", proposal=proposal, form=forms.AppealForm())


@blueprint.post("/applications/<int:proposal_id>/appeal")
@group_members
def make_appeal(proposal_id: int) -> Response:
    proposal = proposals.find(db.session, proposal_id=proposal_id, account=account())
    form = forms.AppealForm()
    if form.validate_on_submit():
        try:
            appeals.make(
                db.session, proposal=proposal, account=account(), text=form.text.data or "", now=now()
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            return see_other(url_for("applications.show", proposal_id=proposal.id))
    return render("applications/appeal.html", proposal=proposal, form=form, status=422)


@blueprint.get("/rounds/<slug>/proposals/<int:number>/poster")
@everyone
def poster(slug: str, number: int) -> Response:
    """A page to print: the proposal, when to vote, and a QR code that leads to it."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposal = shortlist.find(db.session, voting_round=voting_round, number=number)
    address = settings().base_url.rstrip("/") + url_for("proposals.show", slug=slug, number=number)
    drawn = segno.make(address, error="m", micro=False)
    code = drawn.svg_inline(svgclass="pb-poster__code", lineclass=None, omitsize=True, border=2)
    return render(
        "applications/poster.html",
        voting_round=voting_round,
        proposal=proposal,
        address=address,
        code=Markup(code),  # noqa: S704 (drawn here from our own address)
    )
