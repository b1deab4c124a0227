"""Counting the opened ballots, reading why, and publishing with two signatures."""

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import counting, publishing, results, rounds
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, officers
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other
from pbvote.web.inputs import many_lines
from pbvote.web.publication.forms import SignForm

blueprint = Blueprint("publication", __name__, url_prefix="/officer/rounds/<slug>")


@blueprint.post("/count")
@officers
def count(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    counting.count_round(db.session, voting_round=voting_round, officer_id=account().id, now=now())
    db.session.commit()
    flash(_("The ballots are counted. Read the result below, then sign it."), "success")
    return see_other(url_for("publication.show", slug=slug))


@blueprint.get("/publication")
@officers
def show(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _page(voting_round, SignForm())


@blueprint.post("/publication")
@officers
def sign(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = SignForm()
    if form.validate_on_submit():
        reason = many_lines(form.reason.data)
        try:
            published = publishing.sign_off(
                db.session,
                voting_round=voting_round,
                officer_id=account().id,
                subject=_subject(voting_round, seen=form.subject.data or "", reason=reason),
                reason=reason,
                key_folder=settings().key_folder,
                package_folder=settings().package_folder,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            if published is not None:
                flash(_("The result is published."), "success")
                return see_other(url_for("results.show", slug=slug))
            flash(_("You have signed. The result is published when a second officer signs."), "success")
            return see_other(url_for("publication.show", slug=slug))
    return _page(rounds.find(db.session, slug=slug), form, status=422)


def _subject(voting_round: VotingRound, *, seen: str, reason: str) -> str:
    """What is signed: the result as it was read on the page, with the reason that was typed beside it."""
    if seen != publishing.draft(db.session, voting_round=voting_round, reason="").subject:
        raise Refusal("draft-changed")
    return publishing.draft(db.session, voting_round=voting_round, reason=reason).subject


def _page(voting_round: VotingRound, form: SignForm, *, status: int = 200) -> Response:
    if not form.is_submitted():
        form.reason.data = publishing.reason_waiting(db.session, voting_round=voting_round)
    reason = many_lines(form.reason.data)
    draft = publishing.draft(db.session, voting_round=voting_round, reason=reason)
    changed = publishing.changes(db.session, voting_round=voting_round, draft=draft)
    form.subject.data = publishing.draft(db.session, voting_round=voting_round, reason="").subject
    signed = publishing.signed_by(db.session, voting_round=voting_round, subject=draft.subject)
    return render(
        "publication/show.html",
        status=status,
        managed_round=voting_round,
        draft=draft,
        changed=changed,
        spent=sum(line.amount for line in draft.lines),
        pots=results.preview(
            db.session,
            voting_round=voting_round,
            amounts={line.proposal.id: line.amount for line in draft.lines},
        ),
        signed=signed,
        mine=account().id in signed,
        form=form,
    )
