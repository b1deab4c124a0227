"""Paper ballots: mark the slips, key the sheets twice, seal the batch. What was keyed is never shown."""

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db
from pbvote.models import PaperBatch, VotingRound
from pbvote.services import paper, paper_progress, register_review, rounds
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, officers
from pbvote.web.context import keyring, now
from pbvote.web.errors import show_on, words
from pbvote.web.htmx import render, see_other
from pbvote.web.paper.forms import BatchForm, SheetForm

blueprint = Blueprint("paper", __name__, url_prefix="/officer/rounds/<slug>/paper")


@blueprint.get("/")
@officers
def index(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _index(voting_round, _batch_form(voting_round))


@blueprint.post("/")
@officers
def start(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = _batch_form(voting_round)
    if form.validate_on_submit():
        pot = next(one for one in voting_round.pots if one.id == form.pot.data)
        try:
            batch = paper.new_batch(
                db.session, voting_round=voting_round, pot=pot, name=form.name.data or "", now=now()
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            return see_other(url_for("paper.show", slug=slug, batch_id=batch.id))
    return _index(rounds.find(db.session, slug=slug), form, status=422)


@blueprint.get("/<int:batch_id>")
@officers
def show(slug: str, batch_id: int) -> Response:
    voting_round, batch = _found(slug, batch_id)
    return _show(voting_round, batch)


@blueprint.post("/<int:batch_id>/marks")
@officers
def mark(slug: str, batch_id: int) -> Response:
    voting_round, batch = _found(slug, batch_id)
    entry_id = request.form.get("entry", 0, type=int)
    entry = register_review.find(db.session, voting_round=voting_round, entry_id=entry_id)
    try:
        done = paper.mark_entry(
            db.session,
            voting_round=voting_round,
            batch=batch,
            entry=entry,
            officer_id=account().id,
            now=now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        voting_round, batch = _found(slug, batch_id)
        return _show(voting_round, batch, problem=words(refusal), status=422)
    db.session.commit()
    said = _("%(name)s is marked.") if done else _("Noted. Another officer has to mark %(name)s too.")
    flash(said % {"name": entry.name}, "success")
    return see_other(url_for("paper.show", slug=slug, batch_id=batch_id))


@blueprint.get("/<int:batch_id>/sheets")
@officers
def sheets(slug: str, batch_id: int) -> Response:
    voting_round, batch = _found(slug, batch_id)
    form = SheetForm()
    form.number.data = _next(batch)
    return _sheets(voting_round, batch, form)


@blueprint.post("/<int:batch_id>/sheets")
@officers
def key(slug: str, batch_id: int) -> Response:
    voting_round, batch = _found(slug, batch_id)
    form = SheetForm()
    if form.validate_on_submit():
        try:
            outcome = paper.key_sheet(
                db.session,
                voting_round=voting_round,
                batch=batch,
                number=form.number.data or 0,
                ranking=form.choices(),
                officer_id=account().id,
                keyring=keyring(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_keyed(outcome, form.number.data or 0), "success")
            return see_other(url_for("paper.sheets", slug=slug, batch_id=batch_id))
    voting_round, batch = _found(slug, batch_id)
    return _sheets(voting_round, batch, form, status=422)


@blueprint.post("/<int:batch_id>/seal")
@officers
def seal(slug: str, batch_id: int) -> Response:
    voting_round, batch = _found(slug, batch_id)
    try:
        number = paper.seal_batch(
            db.session,
            voting_round=voting_round,
            batch=batch,
            officer_id=account().id,
            keyring=keyring(),
            now=now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        voting_round, batch = _found(slug, batch_id)
        return _show(voting_round, batch, problem=words(refusal), status=422)
    db.session.commit()
    flash(_("Sealed: %(number)s sheets. Keep the paper locked away.", number=number), "success")
    return see_other(url_for("paper.index", slug=slug))


def _found(slug: str, batch_id: int) -> tuple[VotingRound, PaperBatch]:
    voting_round = rounds.find(db.session, slug=slug)
    return voting_round, paper_progress.find(db.session, voting_round=voting_round, batch_id=batch_id)


def _batch_form(voting_round: VotingRound) -> BatchForm:
    form = BatchForm()
    form.pot.choices = [SelectChoice(str(pot.id), pot.name) for pot in voting_round.pots]
    if len(voting_round.pots) == 1 and not form.is_submitted():
        form.pot.data = voting_round.pots[0].id
    return form


def _index(voting_round: VotingRound, form: BatchForm, *, status: int = 200) -> Response:
    batches = [
        {
            "batch": batch,
            "pot": pot,
            "progress": paper_progress.read(db.session, batch=batch, keyring=keyring()),
            "spoilt": paper_progress.spoilt(db.session, batch=batch) if batch.sealed_at else 0,
        }
        for pot, batch in paper_progress.batches(db.session, voting_round=voting_round)
    ]
    return render("paper/index.html", managed_round=voting_round, batches=batches, form=form, status=status)


def _show(voting_round: VotingRound, batch: PaperBatch, *, problem: str = "", status: int = 200) -> Response:
    text = request.args.get("name", "")[:100]
    return render(
        "paper/show.html",
        managed_round=voting_round,
        batch=batch,
        progress=paper_progress.read(db.session, batch=batch, keyring=keyring()),
        waiting=paper_progress.marks_waiting(db.session, batch=batch),
        text=text,
        found=register_review.search(db.session, voting_round=voting_round, text=text),
        me=account().id,
        problem=problem,
        status=status,
    )


def _sheets(voting_round: VotingRound, batch: PaperBatch, form: SheetForm, *, status: int = 200) -> Response:
    return render(
        "paper/sheets.html",
        managed_round=voting_round,
        batch=batch,
        progress=paper_progress.read(db.session, batch=batch, keyring=keyring()),
        next_sheet=_next(batch),
        form=form,
        status=status,
    )


def _next(batch: PaperBatch) -> int | None:
    progress = paper_progress.read(db.session, batch=batch, keyring=keyring())
    return paper_progress.next_sheet(db.session, batch=batch, progress=progress, officer_id=account().id)


def _keyed(outcome: str, number: int) -> str:
    match outcome:
        case "first":
            return _("Sheet %(number)s is kept. Somebody else has to key it too.", number=number)
        case "differ":
            return _("Sheet %(number)s: the two keyings differ. A third person has to key it.", number=number)
        case _:
            return _("Sheet %(number)s is done.", number=number)
