"""Who works here; what one administrator asks for and another agrees to; coming in by invitation."""

import io

import pyotp
import segno
from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Account
from pbvote.services import staff
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, administrators, everyone
from pbvote.web.context import keyring, now
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other
from pbvote.web.staff.forms import SHORT_NAMES, AppForm, InvitationForm, NewForm, RolesForm

blueprint = Blueprint("staff", __name__, url_prefix="/officer/staff")
ISSUER = "pbvote"


@blueprint.get("/")
@administrators
def index() -> Response:
    return render(
        "staff/index.html",
        people=staff.everyone(db.session),
        wishes=staff.wishes(db.session),
        me=account().id,
        role_names=SHORT_NAMES,
    )


@blueprint.get("/new")
@administrators
def new() -> Response:
    return render("staff/new.html", form=NewForm())


@blueprint.post("/new")
@administrators
def ask_for_new() -> Response:
    form = NewForm()
    if form.validate_on_submit():
        try:
            staff.ask(
                db.session,
                kind="make",
                email=form.email.data or "",
                name=form.name.data or "",
                roles=tuple(form.roles.data or ()),
                administrator_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            return _asked()
    return render("staff/new.html", form=form, status=422)


@blueprint.get("/<int:account_id>")
@administrators
def show(account_id: int) -> Response:
    person = staff.find(db.session, account_id=account_id)
    form = RolesForm(roles=[role.role for role in person.roles])
    return _person(person, form)


@blueprint.post("/<int:account_id>/roles")
@administrators
def ask_for_roles(account_id: int) -> Response:
    person = staff.find(db.session, account_id=account_id)
    form = RolesForm()
    if form.validate_on_submit():
        try:
            staff.ask(
                db.session,
                kind="roles",
                email=str(person.email),
                roles=tuple(form.roles.data or ()),
                administrator_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            return _asked()
    return _person(staff.find(db.session, account_id=account_id), form, status=422)


@blueprint.post("/<int:account_id>/reset")
@administrators
def ask_for_reset(account_id: int) -> Response:
    person = staff.find(db.session, account_id=account_id)
    staff.ask(
        db.session,
        kind="enable" if person.disabled_at else "reset",
        email=str(person.email),
        administrator_id=account().id,
        now=now(),
    )
    db.session.commit()
    return _asked()


@blueprint.post("/<int:account_id>/closure")
@administrators
def close(account_id: int) -> Response:
    person = staff.find(db.session, account_id=account_id)
    staff.close(db.session, account_id=person.id, administrator_id=account().id, now=now())
    db.session.commit()
    flash(_("The account of %(name)s is closed and signed out everywhere.", name=person.name), "success")
    return see_other(url_for("staff.index"))


@blueprint.post("/wishes/<int:wish_id>/agreement")
@administrators
def agree(wish_id: int) -> Response:
    person = staff.agree(
        db.session, wish_id=wish_id, administrator_id=account().id, keyring=keyring(), now=now()
    )
    db.session.commit()
    flash(_("Done, with two administrators: %(name)s.", name=person.name), "success")
    return see_other(url_for("staff.index"))


@blueprint.post("/wishes/<int:wish_id>/refusal")
@administrators
def drop(wish_id: int) -> Response:
    staff.drop(db.session, wish_id=wish_id, administrator_id=account().id, now=now())
    db.session.commit()
    flash(_("Turned down. Nothing has changed."), "success")
    return see_other(url_for("staff.index"))


@blueprint.get("/invitation")
@everyone
def invitation() -> Response:
    return render("staff/invitation.html", form=InvitationForm())


@blueprint.post("/invitation")
@everyone
@limiter.limit("20 per 10 minutes")
def accept_invitation() -> Response:
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            person, _key = staff.accept_invitation(
                db.session,
                email=form.email.data or "",
                code=form.code.data or "",
                password=form.password.data or "",
                keyring=keyring(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.commit()  # a wrong code counts
            show_on(form, refusal)
        else:
            db.session.commit()
            return _app_page(person, AppForm(formdata=None, email=form.email.data, code=form.code.data))
    return render("staff/invitation.html", form=form, status=422)


@blueprint.post("/invitation/app")
@everyone
@limiter.limit("20 per 10 minutes")
def confirm_invitation() -> Response:
    form = AppForm()
    if form.validate_on_submit():
        try:
            staff.confirm_invitation(
                db.session,
                email=form.email.data or "",
                code=form.code.data or "",
                one_time_code=form.one_time_code.data or "",
                keyring=keyring(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.commit()  # a wrong code counts
            show_on(form, refusal)
        else:
            db.session.commit()
            flash(_("All set. Sign in with your password and the next code from the app."), "success")
            return see_other(url_for("sign_in.officer"))
    try:
        person = staff.invited(
            db.session, email=form.email.data or "", code=form.code.data or "", keyring=keyring(), now=now()
        )
    except Refusal as refusal:
        again = InvitationForm(formdata=None, email=form.email.data)
        show_on(again, refusal)
        return render("staff/invitation.html", form=again, status=422)
    return _app_page(person, form, status=422)


def _asked() -> Response:
    flash(_("Asked for. It is done when another administrator agrees."), "success")
    return see_other(url_for("staff.index"))


def _person(person: Account, form: RolesForm, *, status: int = 200) -> Response:
    return render(
        "staff/show.html", person=person, form=form, me=account().id, role_names=SHORT_NAMES, status=status
    )


def _app_page(person: Account, form: AppForm, *, status: int = 200) -> Response:
    key = staff.one_time_key(person, keyring=keyring())
    uri = pyotp.TOTP(key).provisioning_uri(name=str(person.email), issuer_name=ISSUER)
    drawn = io.BytesIO()
    segno.make(uri).save(drawn, kind="svg", scale=5, xmldecl=False, svgclass="pb-qr", lineclass=None)
    response = render(
        "staff/app.html",
        form=form,
        status=status,
        key=" ".join(key[place : place + 4] for place in range(0, len(key), 4)),
        picture=Markup(drawn.getvalue().decode()),  # noqa: S704 (drawn here from our own address)
    )
    response.headers["Cache-Control"] = "no-store"
    return response
