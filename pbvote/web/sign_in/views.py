"""A code for everyone; password and one-time code for officers."""

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.services import keys, sign_ins
from pbvote.services.refusal import Refusal
from pbvote.web import access, phone
from pbvote.web.context import keyring, language, now, typed_address
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other
from pbvote.web.sign_in.forms import AddressForm, CodeForm, OfficerForm

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


def _typed_email() -> str:
    return typed_address("email")


def _typed_email_here() -> str:
    """Whom somebody tries to be, and from where: the officers of a town hall share one address, and a
    stranger elsewhere must not keep them out."""
    return f"{get_remote_address()} {_typed_email()}"


def _remember_target() -> None:
    target = access.local_path(request.args.get("next"))
    if target:
        session["after_sign_in"] = target


def _target(default: str) -> str:
    return access.local_path(session.pop("after_sign_in", None)) or default


@blueprint.get("/")
@access.everyone
def address() -> Response:
    _remember_target()
    return render("sign_in/address.html", form=AddressForm())


@blueprint.post("/")
@access.everyone
@limiter.limit("10 per 10 minutes;60 per day", key_func=typed_address)
@limiter.limit("300 per 10 minutes;3000 per day")
def send_code() -> Response:
    form = AddressForm()
    if form.validate_on_submit():
        try:
            sign_ins.send_code(
                db.session,
                address=form.address.data or "",
                keyring=keyring(),
                language=language(),
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            db.session.commit()
            session["signing_in"] = form.address.data
            return see_other(url_for("sign_in.code"))
    return render("sign_in/address.html", form=form, status=422)


@blueprint.get("/code")
@access.everyone
def code() -> Response:
    if "signing_in" not in session:
        return redirect(url_for("sign_in.address"), code=303)
    return render("sign_in/code.html", form=CodeForm(), address=session["signing_in"])


@blueprint.post("/code")
@access.everyone
@limiter.limit("120 per 10 minutes")
def confirm_code() -> Response:
    if "signing_in" not in session:
        return redirect(url_for("sign_in.address"), code=303)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            account = sign_ins.confirm_code(
                db.session,
                address=session["signing_in"],
                code=form.code.data or "",
                keyring=keyring(),
                language=language(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.commit()  # a wrong try counts
            show_on(form, refusal)
        else:
            target = _target(url_for("home.index"))
            access.sign_in_browser(account=account)
            db.session.commit()
            return see_other(target)
    return render("sign_in/code.html", form=form, address=session["signing_in"], status=422)


@blueprint.get("/officer")
@access.everyone
def officer() -> Response:
    _remember_target()
    return render("sign_in/officer.html", form=OfficerForm())


@blueprint.post("/officer")
@access.everyone
@limiter.limit("10 per 10 minutes", key_func=_typed_email_here)
@limiter.limit("200 per hour", key_func=_typed_email)
@limiter.limit("100 per 10 minutes")
def confirm_officer() -> Response:
    form = OfficerForm()
    if form.validate_on_submit():
        try:
            account = sign_ins.check_officer(
                db.session,
                email=form.email.data or "",
                password=form.password.data or "",
                code=form.code.data or "",
                keyring=keyring(),
                now=now(),
            )
        except Refusal as refusal:
            show_on(form, refusal)
        else:
            desk = account.has_role("officer", "administrator", "observer")
            held = keys.held_by(db.session, account_id=account.id)
            if desk or not held:
                first = url_for("dashboard.index" if desk else "home.index")
            else:
                first = url_for("custody.mine", slug=held[0].slug)
            target = _target(first)
            access.sign_in_browser(account=account, strong=True)
            db.session.commit()
            return see_other(target)
    return render("sign_in/officer.html", form=form, status=422)


@blueprint.get("/out")
@access.everyone
def leaving() -> Response:
    return render("sign_in/out.html", title=_("Sign out"))


@blueprint.post("/out")
@access.everyone
def sign_out() -> Response:
    access.sign_out_browser()
    db.session.commit()
    response = see_other(url_for("home.index"))
    phone.forget_all(response)
    return response
