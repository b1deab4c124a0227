"""After voting, step by step: close, dice, opening; and destruction at its date."""

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import accounts, board, keys, opening, retention, rounds, voting
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, observers, officers
from pbvote.web.ceremony.forms import CloseForm, DestroyForm, OpenForm, SeedForm
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("ceremony", __name__, url_prefix="/officer/rounds/<slug>/ceremony")


@blueprint.get("/")
@observers
def show(slug: str) -> Response:
    return _page(rounds.find(db.session, slug=slug), _form(rounds.find(db.session, slug=slug)))


@blueprint.post("/close")
@officers
def close(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = CloseForm()
    try:
        voting.close(db.session, voting_round=voting_round, now=now())
    except Refusal as refusal:
        return _refused(slug, form, refusal)
    db.session.commit()
    flash(_("The box is closed. Its seal stands on the board."), "success")
    return see_other(url_for("ceremony.show", slug=slug))


@blueprint.post("/seed")
@officers
def throw(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = SeedForm()
    if not form.validate_on_submit():
        return _page(voting_round, form, status=422)
    try:
        written = opening.write_seed(
            db.session,
            voting_round=voting_round,
            digits=form.digits.data or "",
            officer_id=account().id,
            now=now(),
        )
    except Refusal as refusal:
        return _refused(slug, form, refusal)
    db.session.commit()
    typed = opening.dice_typed(db.session, voting_round=rounds.find(db.session, slug=slug))
    if written:
        flash(_("The dice stand on the board."), "success")
    elif len(set(typed.values())) == 1:
        flash(_("Noted. A second officer has to type the same digits."), "success")
    else:
        flash(_("These are other digits than another officer typed. Look at the dice again."), "warning")
    return see_other(url_for("ceremony.show", slug=slug))


@blueprint.post("/opening")
@officers
def open_box(slug: str) -> Response:
    """With custody by the server: two officers, one after the other."""
    voting_round = rounds.find(db.session, slug=slug)
    form = OpenForm()
    try:
        other = opening.agree_to_open(
            db.session, voting_round=voting_round, officer_id=account().id, now=now()
        )
        if other is not None:
            opening.open_box(
                db.session,
                voting_round=voting_round,
                key_folder=settings().key_folder,
                officer_id=account().id,
                second_officer_id=other,
                now=now(),
            )
    except Refusal as refusal:
        return _refused(slug, form, refusal)
    db.session.commit()
    text = (
        _("The box is open. All envelopes are accounted for.")
        if other is not None
        else _("Noted. A second officer has to agree.")
    )
    flash(text, "success")
    return see_other(url_for("ceremony.show", slug=slug))


@blueprint.get("/retention")
@observers
def kept(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _retention_page(voting_round, DestroyForm())


@blueprint.post("/retention")
@officers
def destroy(slug: str) -> Response:
    """Destroy what has reached its date; nothing goes before."""
    voting_round = rounds.find(db.session, slug=slug)
    gone = retention.run(db.session, voting_round=voting_round, key_folder=settings().key_folder, now=now())
    db.session.commit()
    if gone:
        db.session.close()
        retention.scrub(db.engine)
        flash(_("What was due is destroyed, and the board says so."), "success")
    else:
        flash(_("Nothing is due yet."), "success")
    return see_other(url_for("ceremony.kept", slug=slug))


def _form(voting_round: VotingRound) -> FlaskForm:
    key = keys.found(db.session, round_id=voting_round.id)
    if key is None or key.state in ("prepared", "open"):
        return CloseForm()
    return SeedForm() if voting_round.tie_seed is None else OpenForm()


def _refused(slug: str, form: FlaskForm, refusal: Refusal) -> Response:
    db.session.rollback()
    show_on(form, refusal)
    return _page(rounds.find(db.session, slug=slug), form, status=422)


def _page(voting_round: VotingRound, form: FlaskForm, *, status: int = 200) -> Response:
    key = keys.found(db.session, round_id=voting_round.id)
    typed = opening.dice_typed(db.session, voting_round=voting_round)
    return render(
        "ceremony/show.html",
        status=status,
        managed_round=voting_round,
        key=key,
        over=voting_round.voting_closes_at is not None and now() >= voting_round.voting_closes_at,
        closing=next(iter(board.of_kind(db.session, round_id=voting_round.id, kind="close")), None),
        opened=opening.results(db.session, voting_round=voting_round),
        pots={pot.id: pot for pot in voting_round.pots},
        typed=[
            (one.name or one.email, typed[one.id]) for one in accounts.by_ids(db.session, ids=list(typed))
        ],
        form=form,
    )


def _retention_page(voting_round: VotingRound, form: DestroyForm) -> Response:
    kept_now = retention.schedule(db.session, voting_round=voting_round, key_folder=settings().key_folder)
    return render(
        "ceremony/retention.html",
        managed_round=voting_round,
        kept=kept_now,
        due=[item for item in kept_now if item.is_due(now())],
        destroyed=retention.history(db.session, voting_round=voting_round),
        form=form,
    )
