"""Proving that you may vote: an address and a code, or a posted code; then who and where you are."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import VotingRound
from pbvote.services import postcodes, register, rounds, sign_ins
from pbvote.services.refusal import Refusal
from pbvote.web import access
from pbvote.web.context import keyring, now, typed_address
from pbvote.web.errors import show_on
from pbvote.web.htmx import render
from pbvote.web.registering import answers
from pbvote.web.registering.forms import (
    AddressForm,
    AgeForm,
    CodeForm,
    ConnectionForm,
    LetterForm,
    NameForm,
    PostcodeForm,
)

blueprint = Blueprint("registering", __name__, url_prefix="/rounds/<slug>/register")


@blueprint.get("/")
@access.everyone
def address(slug: str) -> Response:
    voting_round = _open_round(slug)
    person = access.visitor()
    if person is not None and (person.account is not None or access.entry_in(voting_round)):
        return _next(voting_round)
    return _address_page(voting_round, AddressForm())


@blueprint.post("/")
@access.everyone
@limiter.limit("10 per 10 minutes;60 per day", key_func=typed_address)
@limiter.limit("300 per 10 minutes;3000 per day")
def send_code(slug: str) -> Response:
    voting_round = _open_round(slug)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            channel, canonical = sign_ins.normalise_address(form.address.data or "")
            register.require_method(voting_round, channel=channel)
            sign_ins.send_code(
                db.session, address=canonical, keyring=keyring(), language=_language(), now=now()
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            answers.keep(voting_round, address=canonical)
            return _go("code", voting_round)
    return _address_page(voting_round, form, status=422)


@blueprint.get("/code")
@access.everyone
def code(slug: str) -> Response:
    voting_round = _open_round(slug)
    sent_to = answers.load(voting_round).get("address")
    if not sent_to:
        return _go("address", voting_round)
    return _page("code", voting_round, CodeForm(), address=sent_to)


@blueprint.post("/code")
@access.everyone
@limiter.limit("120 per 10 minutes")
def confirm_code(slug: str) -> Response:
    voting_round = _open_round(slug)
    sent_to = answers.load(voting_round).get("address")
    if not sent_to:
        return _go("address", voting_round)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            account = sign_ins.confirm_code(
                db.session,
                address=sent_to,
                code=form.code.data or "",
                keyring=keyring(),
                language=_language(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.commit()  # a wrong try counts
            show_on(form, refusal)
        else:
            access.sign_in_browser(account=account)
            db.session.commit()
            return _next(voting_round)
    return _page("code", voting_round, form, status=422, address=sent_to)


@blueprint.get("/letter")
@access.everyone
def letter(slug: str) -> Response:
    """The address in the letter's QR code; a scanner that follows links uses nothing up."""
    voting_round = _open_round(slug)
    return _page("letter", voting_round, LetterForm(code=request.args.get("code", "")[:60]))


@blueprint.post("/letter")
@access.everyone
@limiter.limit("120 per 10 minutes")
def enter_by_letter(slug: str) -> Response:
    voting_round = _open_round(slug)
    form = LetterForm()
    if form.validate_on_submit():
        try:
            entry = register.enter_by_code(
                db.session,
                voting_round=voting_round,
                code=form.code.data or "",
                keyring=keyring(),
                language=_language(),
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            access.sign_in_browser(entry=entry)
            db.session.commit()
            return _next(voting_round)
    return _page("letter", voting_round, form, status=422)


@blueprint.get("/name")
@access.residents
def name(slug: str) -> Response:
    voting_round = _open_round(slug)
    return _ask(voting_round, "name", NameForm(name=answers.load(voting_round).get("name", "")))


@blueprint.post("/name")
@access.residents
@access.reading
def keep_name(slug: str) -> Response:
    voting_round = _open_round(slug)
    form = NameForm()
    if form.validate_on_submit():
        try:
            answers.keep(voting_round, name=register.check_name(form.name.data or ""))
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            return _next(voting_round)
    return _page("name", voting_round, form, status=422)


@blueprint.get("/connection")
@access.residents
def connection(slug: str) -> Response:
    voting_round = _open_round(slug)
    return _ask(voting_round, "connection", ConnectionForm())


@blueprint.post("/connection")
@access.residents
@access.reading
def keep_connection(slug: str) -> Response:
    voting_round = _open_round(slug)
    form = ConnectionForm()
    if form.validate_on_submit() and form.connection.data in register.connections(voting_round):
        answers.keep(voting_round, connection=form.connection.data)
        return _next(voting_round)
    if not form.errors:
        show_on(form, Refusal("connection-not-offered"))
    return _page("connection", voting_round, form, status=422)


@blueprint.get("/postcode")
@access.residents
def postcode(slug: str) -> Response:
    voting_round = _open_round(slug)
    known = answers.load(voting_round).get("postcode", "")
    return _ask(voting_round, "postcode", PostcodeForm(postcode=postcodes.shown(known)))


@blueprint.post("/postcode")
@access.residents
@access.reading
@limiter.limit("600 per 10 minutes")
def keep_postcode(slug: str) -> Response:
    voting_round = _open_round(slug)
    form = PostcodeForm()
    unknown = False
    if form.validate_on_submit():
        is_right = "is_right" in request.form
        try:
            plain, _ward = register.check_postcode(
                db.session, voting_round=voting_round, postcode=form.postcode.data or "", is_right=is_right
            )
        except Refusal as refusal:
            unknown = refusal.code == "postcode-unknown"
            show_on(form, refusal)
        else:
            answers.keep(voting_round, postcode=plain, postcode_is_right=is_right)
            return _next(voting_round)
    return _page("postcode", voting_round, form, status=422, unknown=unknown)


@blueprint.get("/age")
@access.residents
def age(slug: str) -> Response:
    voting_round = _open_round(slug)
    return _ask(voting_round, "age", AgeForm())


@blueprint.post("/age")
@access.residents
def finish(slug: str) -> Response:
    """The last answer: with it the resident is entered on the register."""
    voting_round = _open_round(slug)
    account = access.account()
    given = answers.load(voting_round)
    form = AgeForm()
    if form.validate_on_submit():
        try:
            register.register(
                db.session,
                voting_round=voting_round,
                account=account,
                particulars=register.Particulars(
                    name=given.get("name", ""),
                    connection=given.get("connection", register.connections(voting_round)[0]),
                    postcode=given.get("postcode", ""),
                    postcode_is_right=given.get("postcode_is_right", False),
                    old_enough=request.form.get("old_enough") == "yes",
                    wants_reminders=form.wants_reminders.data,
                    language=_language(),
                ),
                now=now(),
            )
        except Refusal as refusal:
            if refusal.code != "too-young":
                return _next(voting_round)  # an earlier answer is missing: ask for it
            show_on(form, Refusal(refusal.code, **refusal.parameters))
        else:
            db.session.commit()
            answers.forget()
            return _next(voting_round)
    return _page("age", voting_round, form, status=422)


@blueprint.get("/waiting")
@access.residents
def waiting(slug: str) -> Response:
    """For those whose entry an officer has to look at first, or has refused."""
    voting_round = _open_round(slug)
    entry = access.entry_in(voting_round)
    if entry is None or entry.status == "confirmed":
        return _next(voting_round)
    return render("registering/waiting.html", voting_round=voting_round, entry=entry)


def _open_round(slug: str) -> VotingRound:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    rounds.require_phase(voting_round, *register.OPEN_IN, now=now())
    return voting_round


def _next(voting_round: VotingRound) -> Response:
    """On to the first question without an answer, or to the ballot."""
    entry = access.entry_in(voting_round)
    if entry is not None:
        if entry.status == "confirmed":
            return redirect(url_for("ballots.begin", slug=voting_round.slug), code=303)
        return _go("waiting", voting_round)
    given = answers.load(voting_round)
    if "name" not in given:
        return _go("name", voting_round)
    if len(register.connections(voting_round)) > 1 and "connection" not in given:
        return _go("connection", voting_round)
    return _go("age" if "postcode" in given else "postcode", voting_round)


def _go(step: str, voting_round: VotingRound) -> Response:
    return redirect(url_for(f"registering.{step}", slug=voting_round.slug), code=303)


def _ask(voting_round: VotingRound, step: str, form: Any) -> Response:
    """A question, unless the visitor is on the register already."""
    if access.entry_in(voting_round) is not None:
        return _next(voting_round)
    access.account()
    return _page(step, voting_round, form)


def _page(step: str, voting_round: VotingRound, form: Any, *, status: int = 200, **values: Any) -> Response:
    given = answers.load(voting_round)
    return render(
        f"registering/{step}.html",
        status=status,
        voting_round=voting_round,
        form=form,
        connections=register.connections(voting_round),
        connection=given.get("connection", register.connections(voting_round)[0]),
        **values,
    )


def _address_page(voting_round: VotingRound, form: AddressForm, *, status: int = 200) -> Response:
    offered = register.methods(voting_round)
    form.address.label.text = {
        (True, True): _("Email address or mobile phone number"),
        (False, True): _("Mobile phone number"),
    }.get(("email" in offered, "sms" in offered), _("Email address"))
    return _page("address", voting_round, form, status=status, methods=offered)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"
