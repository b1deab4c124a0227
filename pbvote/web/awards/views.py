"""Accepting or refusing a grant, and reporting on it."""

from functools import partial

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Award
from pbvote.services import awards, uploads
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, group_members
from pbvote.web.awards import forms
from pbvote.web.context import now, settings
from pbvote.web.errors import show_on
from pbvote.web.files import send_upload
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("awards", __name__, url_prefix="/awards")


@blueprint.get("/<int:award_id>")
@group_members
def show(award_id: int) -> Response:
    award = awards.find(db.session, award_id=award_id, account=account())
    return _page(award, forms.AnswerForm() if award.status == "offered" else forms.ReportForm())


def _page(award: Award, form: forms.AnswerForm | forms.ReportForm, status: int = 200) -> Response:
    return render(
        "awards/show.html",
        award=award,
        proposal=award.proposal,
        round=award.proposal.voting_round,
        spent=awards.spent(award),
        picture_url=partial(url_for, "awards.upload"),
        form=form,
        status=status,
    )


@blueprint.post("/<int:award_id>/answer")
@group_members
def answer(award_id: int) -> Response:
    award = awards.find(db.session, award_id=award_id, account=account())
    form = forms.AnswerForm()
    if form.validate_on_submit():
        try:
            accept = form.answer.data == "accept"
            awards.answer(db.session, award=award, accept=accept, account=account(), now=now())
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            return see_other(url_for("awards.show", award_id=award.id))
    return _page(award, form, status=422)


@blueprint.post("/<int:award_id>/reports")
@group_members
@limiter.limit("30 per hour")
def report(award_id: int) -> Response:
    award = awards.find(db.session, award_id=award_id, account=account())
    form = forms.ReportForm()
    if form.validate_on_submit():
        try:
            _keep(award, form)
        except Refusal as refusal:
            show_on(form, _by_field(refusal))
        else:
            db.session.commit()
            flash(_("Thank you. Your report is saved."), "success")
            return see_other(url_for("awards.show", award_id=award.id))
    return _page(award, form, status=422)


def _keep(award: Award, form: forms.ReportForm) -> None:
    made = awards.report(
        db.session,
        award=award,
        text=form.text.data or "",
        amount=form.spent.data,
        finished=form.finished.data,
        account=account(),
        now=now(),
    )
    if form.picture.data:
        awards.add_picture(
            db.session,
            award=award,
            report=made,
            data=form.picture.data.read(),
            filename=form.picture.data.filename or "",
            alt=form.alt.data or "",
            account=account(),
            folder=settings().upload_folder,
            now=now(),
        )


def _by_field(refusal: Refusal) -> Refusal:
    field = "picture" if refusal.field == "file" else refusal.field
    return Refusal(refusal.code, field=field, **refusal.parameters)


@blueprint.get("/<int:award_id>/uploads/<int:upload_id>")
@group_members
def upload(award_id: int, upload_id: int) -> Response:
    award = awards.find(db.session, award_id=award_id, account=account())
    return send_upload(uploads.find(award.proposal, upload_id=upload_id))
