"""The task list of a round, its sections, its approval and its moved dates."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import accounts, rehearsal, round_setup, rounds
from pbvote.services.refusal import Refusal
from pbvote.tally import RULES
from pbvote.web.access import account, officers
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on, words
from pbvote.web.fields import LONDON
from pbvote.web.htmx import render, see_other
from pbvote.web.round_setup.forms import BasicsForm, DatesForm, MoveForm
from pbvote.web.round_setup.sections import SECTIONS, built, read

blueprint = Blueprint("round_setup", __name__, url_prefix="/officer/rounds")


@blueprint.get("/new")
@officers
def new() -> Response:
    return render("round_setup/new.html", form=BasicsForm())


@blueprint.post("/new")
@officers
def create() -> Response:
    form = BasicsForm()
    if not form.validate_on_submit():
        return render("round_setup/new.html", form=form, status=422)
    voting_round = round_setup.create(
        db.session,
        title=form.title.data or "",
        summary=form.summary.data or "",
        contact_email=form.contact_email.data or "",
        council=settings().council,
        officer_id=account().id,
        demo=settings().demo,
        now=now(),
    )
    db.session.commit()
    return see_other(url_for("round_setup.tasks", slug=voting_round.slug))


@blueprint.get("/<slug>/set-up")
@officers
def tasks(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _tasks(voting_round)


def _tasks(voting_round: VotingRound, *, problem: str = "", status: int = 200) -> Response:
    subject = round_setup.subject(voting_round)
    return render(
        "round_setup/tasks.html",
        status=status,
        managed_round=voting_round,
        phase=voting_round.phase(now()),
        sections=SECTIONS.values(),
        read=read(voting_round),
        missing=round_setup.missing(voting_round),
        subject=subject,
        approvers=rounds.approvers(
            db.session, voting_round=voting_round, deed=round_setup.SCHEDULE, subject=subject
        ),
        me=account().id,
        changes=round_setup.date_changes(db.session, voting_round=voting_round),
        problem=problem,
    )


@blueprint.get("/<slug>/set-up/<section>")
@officers
def section(slug: str, section: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    if section not in SECTIONS:
        abort(404)
    return _section(voting_round, section, built(SECTIONS[section], voting_round, blank=False))


@blueprint.post("/<slug>/set-up/<section>")
@officers
def save_section(slug: str, section: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    if section not in SECTIONS:
        abort(404)
    form = built(SECTIONS[section], voting_round, blank=True)
    if form.reshape(request.form):
        return _section(voting_round, section, form)
    if form.validate_on_submit():
        try:
            SECTIONS[section].save(voting_round, form)
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_("Saved: %(section)s", section=SECTIONS[section].title), "success")
            return see_other(url_for("round_setup.tasks", slug=slug))
    return _section(rounds.find(db.session, slug=slug), section, form, status=422)


def _section(voting_round: VotingRound, name: str, form: Any, *, status: int = 200) -> Response:
    return render(
        SECTIONS[name].template,
        status=status,
        managed_round=voting_round,
        section=SECTIONS[name],
        form=form,
        fixed=voting_round.schedule_approved_at is not None,
        rules=[RULES[name] for name in round_setup.OFFERED_RULES],
    )


@blueprint.post("/<slug>/approval")
@officers
def approve(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    try:
        done = round_setup.approve(
            db.session,
            voting_round=voting_round,
            seen=request.form.get("subject", ""),
            officer_id=account().id,
            now=now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        return _tasks(rounds.find(db.session, slug=slug), problem=words(refusal), status=422)
    db.session.commit()
    flash(
        _("The round is approved. Its dates are in force.")
        if done
        else _("You have approved the round. A second officer must approve it too."),
        "success",
    )
    return see_other(url_for("round_setup.tasks", slug=slug))


@blueprint.get("/<slug>/dates/move")
@officers
def moving(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _moving(voting_round, MoveForm())


def _moving(voting_round: VotingRound, form: MoveForm, *, status: int = 200) -> Response:
    moves = round_setup.moves_asked(db.session, voting_round=voting_round, now=now())
    people = accounts.by_ids(db.session, ids=[move.officer_id for move in moves])
    names = {one.id: one.name or one.email for one in people}
    return render(
        "round_setup/move.html",
        managed_round=voting_round,
        form=form,
        moves=[(move, names.get(move.officer_id, ""), _as_typed(move.to)) for move in moves],
        dates={field.name: field.label.text for field in DatesForm() if field.name in round_setup.DATES},
        me=account().id,
        status=status,
    )


def _as_typed(moment: datetime) -> str:
    return moment.astimezone(LONDON).replace(tzinfo=None).isoformat()


@blueprint.post("/<slug>/dates/move")
@officers
def move(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = MoveForm()
    if form.validate_on_submit():
        try:
            done = round_setup.move_date(
                db.session,
                voting_round=voting_round,
                name=form.name.data,
                to=form.to.data,
                reason=form.reason.data or "",
                officer_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(
                _("The date is moved, and everyone who takes part is being told.")
                if done
                else _("Noted. The date moves when a second officer agrees."),
                "success",
            )
            return see_other(url_for("round_setup.tasks", slug=slug))
    return _moving(rounds.find(db.session, slug=slug), form, status=422)


@blueprint.get("/<slug>/rehearsal")
@officers
def rehearse(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return render(
        "round_setup/rehearsal.html",
        managed_round=voting_round,
        pots=rehearsal.rehearse(db.session, voting_round=voting_round, now=now()),
        rules=RULES,
    )
