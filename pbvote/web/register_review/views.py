"""The register as officers see it: doubts, lists brought in, letters, and numbers by ward."""

from flask import Blueprint, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db, limiter
from pbvote.models import RegisterEntry, VotingRound
from pbvote.services import access_codes, register_review, rounds, staff
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, officers
from pbvote.web.context import keyring, now
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other
from pbvote.web.paging import paged
from pbvote.web.register_review import letters
from pbvote.web.register_review.forms import DecisionForm, LettersForm, ListForm

blueprint = Blueprint("register_review", __name__, url_prefix="/officer/rounds/<slug>/register")
DOUBTS = {
    "same-name-and-postcode": lambda: _("Somebody with this name and postcode is on the register already"),
    "postcode-unknown": lambda: _("We do not know this postcode"),
    "officer-confirms": lambda: _("In this round an officer confirms everybody"),
}


@blueprint.get("/")
@officers
def index(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    text = request.args.get("name", "")[:100]
    waiting = register_review.waiting(db.session, voting_round=voting_round)
    return render(
        "register_review/index.html",
        managed_round=voting_round,
        listing=paged(waiting, number=request.args.get("page", 1, type=int), size=25),
        doubt=_doubt,
        counts=register_review.counts(db.session, voting_round=voting_round),
        lists=_lists(voting_round),
        me=account().id,
        text=text,
        found=register_review.search(db.session, voting_round=voting_round, text=text),
    )


@blueprint.get("/<int:entry_id>")
@officers
def entry(slug: str, entry_id: int) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    found = register_review.find(db.session, voting_round=voting_round, entry_id=entry_id)
    form = _decision_form(voting_round)
    form.ward.data = found.ward_id or 0
    return _entry(voting_round, found, form)


@blueprint.post("/<int:entry_id>")
@officers
def decide(slug: str, entry_id: int) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    found = register_review.find(db.session, voting_round=voting_round, entry_id=entry_id)
    form = _decision_form(voting_round)
    if form.validate_on_submit():
        yes = form.answer.data == "yes"
        try:
            register_review.decide(
                db.session,
                entry=found,
                confirmed=yes,
                reason=form.reason.data or "",
                ward_id=form.ward.data or None,
                officer_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            said = _("%(name)s may vote.") if yes else _("%(name)s is refused, and is told why.")
            flash(said % {"name": found.name}, "success")
            return see_other(url_for("register_review.index", slug=slug))
    voting_round = rounds.find(db.session, slug=slug)
    found = register_review.find(db.session, voting_round=voting_round, entry_id=entry_id)
    return _entry(voting_round, found, form, status=422)


@blueprint.get("/list")
@officers
def list_form(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return render("register_review/list.html", managed_round=voting_round, form=ListForm())


@blueprint.post("/list")
@officers
def bring_in(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = ListForm()
    if form.validate_on_submit():
        try:
            rows = register_review.read_list(
                db.session, voting_round=voting_round, text=_text(form.file.data)
            )
            brought = register_review.bring_in(
                db.session, voting_round=voting_round, rows=rows, officer_id=account().id, now=now()
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            said = ngettext(
                "%(num)s person brought in. Another officer has to confirm the list.",
                "%(num)s people brought in. Another officer has to confirm the list.",
                brought.entered,
            )
            if brought.known:
                said += " " + _("On the register before: %(known)s.", known=brought.known)
            flash(said, "success")
            return see_other(url_for("register_review.index", slug=slug))
    voting_round = rounds.find(db.session, slug=slug)
    return render("register_review/list.html", managed_round=voting_round, form=form, status=422)


@blueprint.get("/list/<int:importer_id>")
@officers
def brought_list(slug: str, importer_id: int) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    people = register_review.listed_by(db.session, voting_round=voting_round, importer_id=importer_id)
    return render(
        "register_review/brought.html",
        managed_round=voting_round,
        importer=staff.find(db.session, account_id=importer_id),
        listing=paged(people, number=request.args.get("page", 1, type=int), size=50),
        me=account().id,
    )


@blueprint.post("/list/<int:importer_id>")
@officers
def confirm_list(slug: str, importer_id: int) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    yes = request.form.get("answer") == "yes"
    number = register_review.confirm_lists(
        db.session,
        voting_round=voting_round,
        importer_id=importer_id,
        confirmed=yes,
        officer_id=account().id,
        now=now(),
    )
    db.session.commit()
    flash(
        ngettext("%(num)s person may vote now.", "%(num)s people may vote now.", number)
        if yes
        else _("The list is thrown out. Nobody of it may vote."),
        "success",
    )
    return see_other(url_for("register_review.index", slug=slug))


@blueprint.get("/letters")
@officers
def letters_form(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _letters(voting_round, _letters_form(voting_round))


@blueprint.post("/letters")
@officers
@limiter.limit("20 per hour")
def make_letters(slug: str) -> Response:
    """Make the codes, keep their hashes, and hand the letters over as one PDF, once."""
    voting_round = rounds.find(db.session, slug=slug)
    form = _letters_form(voting_round)
    if form.validate_on_submit():
        try:
            made = access_codes.make(
                db.session,
                voting_round=voting_round,
                batch=form.batch.data or "",
                recipients=_recipients(voting_round, form),
                officer_id=account().id,
                keyring=keyring(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            # Printing takes seconds; nobody else has to wait, for the codes are kept by now.
            printed = letters.pdf(rounds.find(db.session, slug=slug), made)
            response = make_response(printed)
            response.content_type = "application/pdf"
            response.headers["Content-Disposition"] = f'attachment; filename="{slug}-letters.pdf"'
            response.headers["Cache-Control"] = "no-store"
            return response
    return _letters(rounds.find(db.session, slug=slug), form, status=422)


@blueprint.post("/letters/release")
@officers
def release(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    batch = request.form.get("batch", "")
    access_codes.release(
        db.session, voting_round=voting_round, batch=batch, officer_id=account().id, now=now()
    )
    db.session.commit()
    flash(_("The codes of “%(batch)s” work from now on.", batch=batch), "success")
    return see_other(url_for("register_review.letters_form", slug=slug))


@blueprint.post("/letters/revoke")
@officers
def revoke(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    batch = request.form.get("batch", "")
    access_codes.revoke(
        db.session, voting_round=voting_round, batch=batch, officer_id=account().id, now=now()
    )
    db.session.commit()
    flash(_("The codes of “%(batch)s” that nobody has used work no more.", batch=batch), "success")
    return see_other(url_for("register_review.letters_form", slug=slug))


def _doubt(entry: RegisterEntry) -> str:
    return DOUBTS[entry.doubt]() if entry.doubt in DOUBTS else _("An officer should look at this")


def _lists(voting_round: VotingRound) -> list[dict[str, object]]:
    waiting = register_review.lists_waiting(db.session, voting_round=voting_round)
    return [
        {"importer": staff.find(db.session, account_id=importer), "people": people}
        for importer, people in waiting.items()
    ]


def _decision_form(voting_round: VotingRound) -> DecisionForm:
    form = DecisionForm()
    choices = [SelectChoice(str(ward.id), ward.name) for ward in voting_round.wards]
    form.ward.choices = [SelectChoice("0", _("Choose a ward")), *choices]
    return form


def _entry(
    voting_round: VotingRound, found: RegisterEntry, form: DecisionForm, *, status: int = 200
) -> Response:
    return render(
        "register_review/entry.html",
        managed_round=voting_round,
        entry=found,
        doubt=_doubt(found),
        alike=register_review.alike(db.session, entry=found),
        form=form,
        status=status,
    )


def _letters_form(voting_round: VotingRound) -> LettersForm:
    form = LettersForm()
    people = len(access_codes.without_email(db.session, voting_round=voting_round))
    on_register = ngettext(
        "%(num)s person of the register without an email address",
        "%(num)s people of the register without an email address",
        people,
    )
    form.to.choices = [
        SelectChoice("addresses", _("Every address of a file")),
        SelectChoice("register", on_register),
    ]
    return form


def _letters(voting_round: VotingRound, form: LettersForm, *, status: int = 200) -> Response:
    return render(
        "register_review/letters.html",
        managed_round=voting_round,
        form=form,
        batches=access_codes.batches(db.session, voting_round=voting_round),
        me=account().id,
        most=access_codes.MOST_LETTERS,
        offered="access-code" in (voting_round.sign_up_methods or []),
        status=status,
    )


def _recipients(voting_round: VotingRound, form: LettersForm) -> list[access_codes.Recipient]:
    if form.to.data == "register":
        return access_codes.registered(db.session, voting_round=voting_round)
    if not form.file.data:
        raise Refusal("letters-none", field="file")
    return access_codes.addresses(db.session, voting_round=voting_round, text=_text(form.file.data))


def _text(file: FileStorage) -> str:
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("file-not-text", field="file") from None
