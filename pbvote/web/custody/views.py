"""The key of a round: officers have it made, key holders collect their passphrases and try them out."""

import io
import zipfile

from flask import Blueprint, flash, make_response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Account, RoundKey, VotingRound
from pbvote.services import accounts, keys, opening, rounds
from pbvote.services.refusal import Refusal
from pbvote.web.access import account, custodians, officers
from pbvote.web.context import keyring, now, settings
from pbvote.web.custody.forms import AbandonForm, CollectForm, CustodiansForm, MakeForm, PassphrasesForm
from pbvote.web.errors import show_on
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("custody", __name__, url_prefix="/officer/rounds/<slug>/custody")


@blueprint.get("/")
@officers
def show(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _page(voting_round, _make_form(voting_round), AbandonForm())


@blueprint.post("/key")
@officers
def make(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = _make_form(voting_round)
    if form.validate_on_submit():
        try:
            prepared = keys.prepare(
                db.session,
                voting_round=voting_round,
                key_folder=settings().key_folder,
                officer_id=account().id,
                custodian_ids=form.chosen() if isinstance(form, CustodiansForm) else (),
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            keys.leave_slips(prepared=prepared, key_folder=settings().key_folder, keyring=keyring())
            db.session.commit()
            flash(_("The key is made."), "success")
            return see_other(url_for("custody.show", slug=slug))
    return _page(rounds.find(db.session, slug=slug), form, AbandonForm(), status=422)


@blueprint.post("/abandonment")
@officers
def abandon(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = AbandonForm()
    if form.validate_on_submit():
        try:
            done = keys.abandon(
                db.session,
                voting_round=voting_round,
                reason=form.reason.data or "",
                officer_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            show_on(form, refusal)
        else:
            db.session.commit()
            text = _("The key is given up.") if done else _("A second officer has to give the same reason.")
            flash(text, "success")
            return see_other(url_for("custody.show", slug=slug))
    voting_round = rounds.find(db.session, slug=slug)
    return _page(voting_round, _make_form(voting_round), form, status=422)


@blueprint.get("/mine")
@custodians
def mine(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    return _own_page(voting_round, _passphrases_form(voting_round))


@blueprint.post("/mine/passphrase")
@custodians
def collect(slug: str) -> Response:
    """The one time a passphrase is shown."""
    voting_round = rounds.find(db.session, slug=slug)
    passphrase = keys.collect_slip(
        key=keys.of_round(db.session, round_id=voting_round.id),
        key_folder=settings().key_folder,
        keyring=keyring(),
        account_id=account().id,
    )
    response = render("custody/passphrase.html", managed_round=voting_round, passphrase=passphrase)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/mine/rehearsal")
@custodians
@limiter.limit("20 per 10 minutes")
def rehearse(slug: str) -> Response:
    voting_round = rounds.find(db.session, slug=slug)
    form = _passphrases_form(voting_round)
    if form.validate_on_submit():
        try:
            keys.rehearse(
                db.session,
                voting_round=voting_round,
                key_folder=settings().key_folder,
                passphrases=form.typed(),
                officer_id=account().id,
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            _show(form, refusal)
        else:
            db.session.commit()
            flash(_("These two can open the box together."), "success")
            return see_other(url_for("custody.mine", slug=slug))
    return _own_page(rounds.find(db.session, slug=slug), form, status=422)


@blueprint.post("/mine/opening")
@custodians
@limiter.limit("20 per 10 minutes")
def open_box(slug: str) -> Response:
    """Two key holders open all envelopes, in this one request."""
    voting_round = rounds.find(db.session, slug=slug)
    form = _passphrases_form(voting_round)
    if form.validate_on_submit():
        try:
            opening.open_box(
                db.session,
                voting_round=voting_round,
                key_folder=settings().key_folder,
                officer_id=account().id,
                passphrases=form.typed(),
                now=now(),
            )
        except Refusal as refusal:
            db.session.rollback()
            _show(form, refusal)
        else:
            db.session.commit()
            flash(_("The box is open. All envelopes are accounted for."), "success")
            return see_other(url_for("custody.mine", slug=slug))
    return _own_page(rounds.find(db.session, slug=slug), form, status=422)


@blueprint.get("/mine/key-files.zip")
@custodians
def files(slug: str) -> Response:
    """The wrapped keys, for a key holder's own medium; useless without two passphrases."""
    voting_round = rounds.find(db.session, slug=slug)
    key = keys.of_round(db.session, round_id=voting_round.id)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in keys.wrap_files(key=key, key_folder=settings().key_folder).items():
            archive.writestr(name, content)
    response = make_response(buffer.getvalue())
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-key-files.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _make_form(voting_round: VotingRound) -> CustodiansForm | MakeForm:
    if voting_round.custody != "officers":
        return MakeForm()
    form = CustodiansForm()
    form.offer(accounts.with_role(db.session, role="custodian"))
    return form


def _passphrases_form(voting_round: VotingRound) -> PassphrasesForm:
    form = PassphrasesForm()
    form.offer(_holders(_key(voting_round)))
    return form


def _key(voting_round: VotingRound) -> RoundKey | None:
    return keys.found(db.session, round_id=voting_round.id)


def _holders(key: RoundKey | None) -> list[Account]:
    return accounts.by_ids(db.session, ids=key.custodians if key else [])


def _show(form: PassphrasesForm, refusal: Refusal) -> None:
    """A mistyped passphrase is said beside the field of the person who typed it."""
    if refusal.code == "custodians-two":
        refusal.field = "two"
    if refusal.field and refusal.field.startswith("passphrase_"):
        refusal.field = form.field_of(int(refusal.field.removeprefix("passphrase_")))
    show_on(form, refusal)


def _page(
    voting_round: VotingRound, form: CustodiansForm | MakeForm, giving_up: AbandonForm, *, status: int = 200
) -> Response:
    key = _key(voting_round)
    return render(
        "custody/show.html",
        status=status,
        managed_round=voting_round,
        key=key,
        ready=key is not None and keys.is_rehearsed(key),
        holders=_holders(key),
        form=form,
        giving_up=giving_up,
        candidates=len(accounts.with_role(db.session, role="custodian")),
    )


def _own_page(voting_round: VotingRound, form: PassphrasesForm, *, status: int = 200) -> Response:
    key = _key(voting_round)
    return render(
        "custody/mine.html",
        status=status,
        managed_round=voting_round,
        key=key,
        holders=_holders(key),
        waiting=key is not None
        and keys.has_slip(key=key, key_folder=settings().key_folder, account_id=account().id),
        is_holder=key is not None and account().id in key.custodians,
        collecting=CollectForm(),
        form=form,
        opened=opening.results(db.session, voting_round=voting_round),
        pots={pot.id: pot for pot in voting_round.pots},
    )
