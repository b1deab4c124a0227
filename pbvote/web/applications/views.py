"""Writing a proposal, section by section, and sending it."""

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db, limiter
from pbvote.models import Proposal
from pbvote.services import (
    appeals,
    application_gaps,
    awards,
    groups,
    proposals,
    results,
    rounds,
    shortlist,
    uploads,
)
from pbvote.services.proposals import SECTIONS
from pbvote.services.refusal import NotFound, Refusal
from pbvote.web.access import account, group_members
from pbvote.web.applications import forms
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.files import send_upload
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("applications", __name__)
FORMS = {
    "project": forms.ProjectForm,
    "place": forms.PlaceForm,
    "money": forms.MoneyForm,
    "dates": forms.DatesForm,
}


def _own(proposal_id: int) -> Proposal:
    return proposals.find(db.session, proposal_id=proposal_id, account=account())


@blueprint.get("/rounds/<slug>/applications/new")
@group_members
def new(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    rounds.require_phase(voting_round, "collecting", now=now())
    mine = groups.of_account(db.session, account=account())
    if not mine:
        return see_other(url_for("groups.new", round=slug))
    form = forms.BeginForm(group=request.args.get("group", mine[0].id, type=int))
    form.group.choices = [SelectChoice(group.id, group.name) for group in mine]
    return render("applications/new.html", voting_round=voting_round, form=form, groups=mine)


@blueprint.post("/rounds/<slug>/applications/new")
@group_members
@limiter.limit("60 per hour")
def begin(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    mine = groups.of_account(db.session, account=account())
    form = forms.BeginForm()
    form.group.choices = [SelectChoice(group.id, group.name) for group in mine]
    if form.validate_on_submit():
        group = groups.find(db.session, group_id=form.group.data, account=account())
        proposal = proposals.begin(db.session, voting_round=voting_round, group=group, now=now())
        db.session.commit()
        return see_other(url_for("applications.show", proposal_id=proposal.id))
    return render("applications/new.html", voting_round=voting_round, form=form, groups=mine, status=422)


@blueprint.get("/applications/<int:proposal_id>")
@group_members
def show(proposal_id: int) -> Response:
    """The task list while the group may write, and after that what became of the proposal."""
    proposal = _own(proposal_id)
    if proposal.is_editable:
        return render(
            "applications/tasks.html",
            proposal=proposal,
            gaps=application_gaps.gaps_by_section(proposal),
            sections=SECTIONS,
            questions=proposals.open_questions(proposal),
            answer_by=proposals.answer_by(proposal),
        )
    return render(
        "applications/status.html",
        proposal=proposal,
        appeal=appeals.of_proposal(db.session, proposal=proposal),
        may_appeal=proposal.voting_round.shortlist_published_at is None,
        award=awards.of_proposal(db.session, proposal=proposal),
        line=results.line(db.session, proposal=proposal),
        public=shortlist.is_out(proposal.voting_round),
    )


@blueprint.get("/applications/<int:proposal_id>/group")
@group_members
def group(proposal_id: int) -> Response:
    """The group's facts, on the way through a proposal."""
    proposal = _own(proposal_id)
    assert proposal.group is not None
    return render(
        "applications/group.html",
        proposal=proposal,
        group=proposal.group,
        gaps=groups.gaps_by_section(proposal.group),
    )


@blueprint.get("/applications/<int:proposal_id>/parts/<section>")
@group_members
def section(proposal_id: int, section: str) -> Response:
    proposal = _own(proposal_id)
    if not proposal.is_editable:
        return see_other(url_for("applications.show", proposal_id=proposal.id))
    return _section_page(proposal, section, _form(proposal, section))


def _form(proposal: Proposal, section: str) -> forms.SectionForm:
    if section not in FORMS:
        raise NotFound()
    return FORMS[section].of(proposal)


@blueprint.post("/applications/<int:proposal_id>/parts/<section>")
@group_members
def save_section(proposal_id: int, section: str) -> Response:
    proposal = _own(proposal_id)
    form = _form(proposal, section)
    changed = False
    if form.validate_on_submit():
        try:
            proposals.save(
                db.session,
                proposal=proposal,
                section=section,
                values=form.values(proposal),
                seen=form.seen,
                account=account(),
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
            changed = refusal.code == "section-changed"
        else:
            db.session.commit()
            return see_other(_next(proposal, section))
    if changed:
        form.version.raw_data = None
        form.version.data = proposal.version
    return _section_page(proposal, section, form, changed=changed, status=422)


def _next(proposal: Proposal, section: str) -> str:
    """The same page for more lines, else the task list."""
    if request.form.get("go") == "stay":
        return url_for("applications.section", proposal_id=proposal.id, section=section)
    return url_for("applications.show", proposal_id=proposal.id)


def _section_page(
    proposal: Proposal, section: str, form: forms.SectionForm, changed: bool = False, status: int = 200
) -> Response:
    return render(
        f"applications/{section}.html",
        proposal=proposal,
        voting_round=proposal.voting_round,
        form=form,
        section=section,
        changed=changed,
        kept=proposals.content(proposal, section=section),
        most=application_gaps.most(proposal.voting_round, pot=proposal.pot),
        status=status,
    )


@blueprint.get("/applications/<int:proposal_id>/pictures")
@group_members
def pictures(proposal_id: int) -> Response:
    return _pictures_page(_own(proposal_id), forms.PictureForm(), forms.DocumentForm())


def _pictures_page(
    proposal: Proposal, picture: forms.PictureForm, document: forms.DocumentForm, status: int = 200
) -> Response:
    return render(
        "applications/pictures.html", proposal=proposal, form=picture, document_form=document, status=status
    )


@blueprint.post("/applications/<int:proposal_id>/pictures")
@group_members
@limiter.limit("60 per hour")
def add_picture(proposal_id: int) -> Response:
    proposal = _own(proposal_id)
    form = forms.PictureForm()
    if form.validate_on_submit():
        try:
            proposals.require_editable(db.session, proposal=proposal, now=now())
            uploads.keep_picture(
                db.session,
                proposal=proposal,
                data=form.file.data.read(),
                filename=form.file.data.filename or "",
                alt=form.alt.data or "",
                account=account(),
                folder=settings().upload_folder,
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_("Your picture has been saved."), "success")
            return see_other(url_for("applications.pictures", proposal_id=proposal.id))
    return _pictures_page(proposal, form, forms.DocumentForm(formdata=None), status=422)


@blueprint.post("/applications/<int:proposal_id>/documents")
@group_members
@limiter.limit("60 per hour")
def add_document(proposal_id: int) -> Response:
    proposal = _own(proposal_id)
    form = forms.DocumentForm()
    if form.validate_on_submit():
        try:
            proposals.require_editable(db.session, proposal=proposal, now=now())
            uploads.keep_document(
                db.session,
                proposal=proposal,
                data=form.document.data.read(),
                filename=form.document.data.filename or "",
                account=account(),
                folder=settings().upload_folder,
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, Refusal(refusal.code, field="document", **refusal.parameters))
        else:
            db.session.commit()
            flash(_("Your document has been saved."), "success")
            return see_other(url_for("applications.pictures", proposal_id=proposal.id))
    return _pictures_page(proposal, forms.PictureForm(formdata=None), form, status=422)


@blueprint.get("/applications/<int:proposal_id>/uploads/<int:upload_id>")
@group_members
def upload(proposal_id: int, upload_id: int) -> Response:
    return send_upload(uploads.find(_own(proposal_id), upload_id=upload_id))


@blueprint.post("/applications/<int:proposal_id>/uploads/<int:upload_id>/removal")
@group_members
def remove_upload(proposal_id: int, upload_id: int) -> Response:
    proposal = _own(proposal_id)
    proposals.require_editable(db.session, proposal=proposal, now=now())
    uploads.remove(db.session, proposal=proposal, upload_id=upload_id)
    db.session.commit()
    return see_other(url_for("applications.pictures", proposal_id=proposal.id))


@blueprint.get("/applications/<int:proposal_id>/questions/<int:question_id>")
@group_members
def question(proposal_id: int, question_id: int) -> Response:
    proposal = _own(proposal_id)
    asked = next((one for one in proposals.open_questions(proposal) if one.id == question_id), None)
    if asked is None:
        raise NotFound("question-not-found")
    form = forms.AnswerForm(answer=asked.answer)
    return render("applications/question.html", proposal=proposal, question=asked, form=form)


@blueprint.post("/applications/<int:proposal_id>/questions/<int:question_id>")
@group_members
def answer(proposal_id: int, question_id: int) -> Response:
    proposal = _own(proposal_id)
    asked = next((one for one in proposals.open_questions(proposal) if one.id == question_id), None)
    if asked is None:
        raise NotFound("question-not-found")
    form = forms.AnswerForm()
    if form.validate_on_submit():
        try:
            proposals.save_answer(
                db.session,
                proposal=proposal,
                question_id=question_id,
                text=form.answer.data or "",
                account=account(),
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            return see_other(url_for("applications.show", proposal_id=proposal.id))
    return render("applications/question.html", proposal=proposal, question=asked, form=form, status=422)


@blueprint.get("/applications/<int:proposal_id>/check")
@group_members
def check(proposal_id: int) -> Response:
    proposal = _own(proposal_id)
    if not proposal.is_editable:
        return see_other(url_for("applications.show", proposal_id=proposal.id))
    return _check_page(proposal, forms.ConfirmForm())


def _check_page(proposal: Proposal, form: forms.ConfirmForm, status: int = 200) -> Response:
    return render(
        "applications/check.html",
        proposal=proposal,
        voting_round=proposal.voting_round,
        gaps=application_gaps.gaps(proposal),
        questions=proposals.open_questions(proposal),
        form=form,
        status=status,
    )


@blueprint.post("/applications/<int:proposal_id>/submission")
@group_members
def submit(proposal_id: int) -> Response:
    proposal = _own(proposal_id)
    form = forms.ConfirmForm()
    try:
        proposals.submit(db.session, proposal=proposal, account=account(), now=now())
    except Refusal as refusal:
        show_on(form, refusal)
        return _check_page(proposal, form, status=422)
    db.session.commit()
    return see_other(url_for("applications.show", proposal_id=proposal.id))
