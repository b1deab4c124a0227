"""The officers' pages about proposals."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db
from pbvote.models import Proposal, VotingRound
from pbvote.services import (
    accounts,
    appeals,
    groups,
    proposal_translations,
    proposals,
    rounds,
    screening,
    shortlisting,
    uploads,
)
from pbvote.services.refusal import NotFound, Refusal
from pbvote.web import languages
from pbvote.web.access import account, officers
from pbvote.web.context import now
from pbvote.web.errors import show_on
from pbvote.web.files import send_upload
from pbvote.web.htmx import render, see_other
from pbvote.web.paging import paged
from pbvote.web.screening import forms

blueprint = Blueprint("screening", __name__, url_prefix="/officer/rounds/<slug>/screening")
OPEN = ("submitted", "changes-asked", "resubmitted")


@blueprint.get("/")
@officers
def index(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = forms.FilterForm(request.args)
    form.offer(voting_round=voting_round, officers=accounts.officers(db.session))
    found = screening.in_round(db.session, voting_round=voting_round, wanted=form.wanted())
    return render(
        "screening/index.html",
        fragment="screening/_found.html",
        managed_round=voting_round,
        form=form,
        listed=paged(found, number=request.args.get("page", 1, type=int)),
        page_url=lambda number: _page_url(slug, number),
        statuses=screening.statuses(db.session, voting_round=voting_round),
        names=forms.STATUSES,
    )


def _page_url(slug: str, number: int) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "page"}
    return url_for("screening.index", slug=slug, **{**kept, "page": number})


def _find(slug: str, number: int) -> tuple[VotingRound, Proposal]:
    voting_round = rounds.find(db.session, slug=slug)
    return voting_round, screening.find(db.session, voting_round=voting_round, number=number)


@blueprint.get("/<int:number>")
@officers
def show(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    return _page(proposal)


def _page(proposal: Proposal, wrong: FlaskForm | None = None) -> Response:
    """The proposal with every form an officer may use now; `wrong` is the one that was refused."""
    me = account()
    shown: dict[str, FlaskForm] = {
        name: kind(formdata=None) for name, kind in FORMS.items() if not isinstance(wrong, kind)
    }
    if wrong is not None:
        shown[next(name for name, kind in FORMS.items() if isinstance(wrong, kind))] = wrong
    opinions = screening.assessments(db.session, proposal=proposal)
    asked = {officer.id for _assessment, officer in opinions}
    others = [one for one in accounts.officers(db.session) if one.id not in asked]
    assign = shown["assign"]
    assert isinstance(assign, forms.AssignForm)
    assign.officer_id.choices = [SelectChoice(one.id, one.name or one.email or "") for one in others]
    return render(
        "screening/show.html",
        managed_round=proposal.voting_round,
        proposal=proposal,
        forms=shown,
        wrong=wrong,
        form=wrong,
        me=me,
        others=others,
        opinions=opinions,
        standing=screening.opinions(db.session, proposal=proposal),
        mine=next((one for one, officer in opinions if officer.id == me.id), None),
        conflict=screening.has_conflict(db.session, proposal=proposal, officer=me),
        appeal=appeals.of_proposal(db.session, proposal=proposal),
        may_decide_appeal=appeals.may_decide(db.session, proposal=proposal, officer=me),
        checks=forms.CHECKS,
        answers=forms.ANSWERS,
        checklist=screening.CHECKLIST,
        is_open=proposal.status in OPEN and proposal.voting_round.shortlist_published_at is None,
        group_gaps=groups.gaps(proposal.group) if proposal.group else [],
        questions=proposals.open_questions(proposal),
        status=422 if wrong is not None else 200,
    )


FORMS: dict[str, type[FlaskForm]] = {
    "assign": forms.AssignForm,
    "opinion": forms.OpinionForm,
    "conflict": forms.ConflictForm,
    "question": forms.QuestionForm,
    "decision": forms.DecisionForm,
    "merger": forms.MergerForm,
    "strike": forms.StrikeForm,
    "appeal": forms.AppealForm,
}


def _do(proposal: Proposal, form: FlaskForm, deed: Callable[[], None], done: str) -> Response:
    """Carry out a deed on a proposal and come back to its page, or show what is wrong."""
    if not form.validate_on_submit():
        return _page(proposal, form)
    try:
        deed()
    except Refusal as refusal:
        show_on(form, refusal)
        return _page(proposal, form)
    db.session.commit()
    flash(done, "success")
    voting_round = proposal.voting_round
    return see_other(url_for("screening.show", slug=voting_round.slug, number=proposal.number))


@blueprint.post("/<int:number>/assessors")
@officers
def assign(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.AssignForm()

    def deed() -> None:
        screening.assign(
            db.session, proposal=proposal, officer_id=form.officer_id.data or 0, by=account(), now=now()
        )

    return _do(proposal, form, deed, _("Asked for an opinion."))


@blueprint.post("/<int:number>/opinion")
@officers
def assess(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.OpinionForm()

    def deed() -> None:
        screening.assess(
            db.session,
            proposal=proposal,
            officer=account(),
            checklist=form.checklist(),
            recommendation=form.recommendation.data,
            note=form.note.data or "",
            now=now(),
        )

    return _do(proposal, form, deed, _("Your opinion is saved."))


@blueprint.post("/<int:number>/conflict")
@officers
def declare_conflict(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)

    def deed() -> None:
        screening.declare_conflict(db.session, proposal=proposal, officer=account(), now=now())

    return _do(proposal, forms.ConflictForm(), deed, _("Noted. Other officers decide about this proposal."))


@blueprint.post("/<int:number>/questions")
@officers
def ask(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.QuestionForm()

    def deed() -> None:
        screening.ask(
            db.session,
            proposal=proposal,
            officer=account(),
            text=form.text.data or "",
            answer_by=form.deadline(),
            now=now(),
        )

    return _do(proposal, form, deed, _("We have written to the group."))


@blueprint.post("/<int:number>/decision")
@officers
def decide(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.DecisionForm()

    def deed() -> None:
        screening.decide(
            db.session,
            proposal=proposal,
            officer=account(),
            decision=form.decision.data,
            reason=form.reason.data or "",
            now=now(),
        )

    return _do(proposal, form, deed, _("Decided. We have written to the group."))


@blueprint.post("/<int:number>/merger")
@officers
def merge(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.MergerForm()

    def deed() -> None:
        screening.merge(
            db.session,
            proposal=proposal,
            into=form.into.data or 0,
            officer=account(),
            reason=form.reason.data or "",
            now=now(),
        )

    return _do(proposal, form, deed, _("Joined. We have written to both groups."))


@blueprint.post("/<int:number>/withdrawal")
@officers
def strike(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.StrikeForm()

    def deed() -> None:
        screening.strike(
            db.session, proposal=proposal, officer=account(), reason=form.reason.data or "", now=now()
        )

    return _do(proposal, form, deed, _("Taken off the ballot. We have written to the group."))


@blueprint.post("/<int:number>/appeal")
@officers
def decide_appeal(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.AppealForm()

    def deed() -> None:
        appeals.decide(
            db.session,
            proposal=proposal,
            officer=account(),
            upheld=form.upheld.data == "yes",
            outcome=form.outcome.data or "",
            now=now(),
        )

    return _do(proposal, form, deed, _("Decided. We have written to the group."))


@blueprint.get("/<int:number>/uploads/<int:upload_id>")
@officers
def upload(slug: str, number: int, upload_id: int) -> Response:
    _round, proposal = _find(slug, number)
    return send_upload(uploads.find(proposal, upload_id=upload_id))


@blueprint.get("/<int:number>/translations")
@officers
def translation(slug: str, number: int) -> Response:
    """The languages, and the form of the one that was chosen."""
    _round, proposal = _find(slug, number)
    into = request.args.get("into", "")
    if into not in languages.OFFERED:
        return _translation_page(proposal, None)
    known = proposal_translations.find(proposal, language=into)
    return _translation_page(proposal, forms.TranslationForm(formdata=None, obj=known, language=into))


@blueprint.post("/<int:number>/translations")
@officers
def translate(slug: str, number: int) -> Response:
    _round, proposal = _find(slug, number)
    form = forms.TranslationForm()
    if form.language.data not in languages.OFFERED:
        raise NotFound()
    if not form.validate_on_submit():
        return _translation_page(proposal, form, status=422)
    named: dict[str, Any] = {
        "proposal": proposal,
        "language": form.language.data,
        "officer": account(),
        "now": now(),
    }
    try:
        if "remove" in request.form:
            proposal_translations.remove(db.session, **named)
            done = _("The translation is gone")
        else:
            proposal_translations.enter(
                db.session,
                title=form.title.data or "",
                summary=form.summary.data or "",
                story=form.story.data or "",
                **named,
            )
            done = _("The translation is saved")
    except Refusal as refusal:
        db.session.rollback()
        show_on(form, refusal)
        return _translation_page(_find(slug, number)[1], form, status=422)
    db.session.commit()
    flash(done, "success")
    return see_other(url_for("screening.translation", slug=slug, number=number))


def _translation_page(
    proposal: Proposal, form: forms.TranslationForm | None, *, status: int = 200
) -> Response:
    into = form.language.data if form is not None else None
    return render(
        "screening/translation.html",
        managed_round=proposal.voting_round,
        proposal=proposal,
        form=form,
        into=into,
        direction=languages.direction(into or "en"),
        known={one.language: one for one in proposal.translations},
        names=languages.OFFERED,
        titles_stand=proposal_translations.titles_stand(proposal.voting_round, now=now()),
        status=status,
    )


@blueprint.get("/shortlist")
@officers
def shortlist(slug: str) -> Response:
    return _shortlist_page(rounds.find(db.session, slug=slug), forms.PublishForm())


def _shortlist_page(voting_round: VotingRound, form: forms.PublishForm, status: int = 200) -> Response:
    return render(
        "screening/shortlist.html",
        managed_round=voting_round,
        form=form,
        readiness=shortlisting.readiness(db.session, voting_round=voting_round),
        pots=[(pot, proposals.on_ballot(db.session, pot=pot)) for pot in voting_round.pots],
        is_closed=voting_round.phase(now()) in ("screening", "voting-delayed"),
        status=status,
    )


@blueprint.post("/shortlist")
@officers
def publish(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = forms.PublishForm()
    if form.validate_on_submit():
        try:
            shortlisting.publish(db.session, voting_round=voting_round, officer=account(), now=now())
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_("The shortlist is public, and the groups on it have been told."), "success")
            return see_other(url_for("screening.shortlist", slug=slug))
    return _shortlist_page(voting_round, form, status=422)
