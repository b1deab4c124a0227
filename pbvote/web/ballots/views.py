"""Choose, put in order, check, cast, receipt."""

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Pot, Proposal, RegisterEntry, VotingRound
from pbvote.services import ballots, choices, register, rounds, shortlist, sign_ins
from pbvote.services.refusal import Refusal
from pbvote.settings import ROOT
from pbvote.web import access, errors, phone, standing
from pbvote.web.ballots import forms
from pbvote.web.context import now
from pbvote.web.htmx import render, see_other

blueprint = Blueprint("ballots", __name__, url_prefix="/rounds/<slug>")
PAGE_CACHE = "private, no-cache"
RECEIPTS = "receipts.show"


@dataclass(frozen=True)
class Booth:
    """Where a voter stands: their round, their entry, the pot and what is on its ballot."""

    voting_round: VotingRound
    entry: RegisterEntry
    pot: Pot
    proposals: list[Proposal]

    def by_number(self) -> dict[int, Proposal]:
        return {one.number: one for one in self.proposals}

    def draft(self) -> list[int]:
        return choices.only_known(phone.read_draft(self.pot), proposals=self.proposals)

    def url(self, step: str, **values: Any) -> str:
        return url_for(f"ballots.{step}", slug=self.voting_round.slug, pot_slug=self.pot.slug, **values)


@blueprint.get("/vote")
@access.everyone
def begin(slug: str) -> Response:
    """The big button: to the register, to the only ballot, or to the list of ballots."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    entry = _entry(voting_round)
    if entry is None or entry.status != "confirmed":
        step = "address" if entry is None else "waiting"
        return redirect(url_for(f"registering.{step}", slug=slug), code=303)
    pots = register.pots_open_to(voting_round, entry)
    if len(pots) == 1 and voting_round.phase(now()) == "voting":
        return redirect(url_for("ballots.choose", slug=slug, pot_slug=pots[0].slug), code=303)
    marks = choices.marks(db.session, entry=entry)
    return render(
        "ballots/index.html",
        voting_round=voting_round,
        phase=voting_round.phase(now()),
        ballots=[(pot, marks.get(pot.id), bool(phone.read_draft(pot))) for pot in pots],
    )


@blueprint.get("/ballot/<pot_slug>/")
@access.residents
def choose(slug: str, pot_slug: str) -> Response:
    booth = _booth(slug, pot_slug)
    response = _choose_page(booth, draft=booth.draft(), filters=forms.Filters.read(request.args))
    response.headers["Cache-Control"] = PAGE_CACHE
    return response


@blueprint.post("/ballot/<pot_slug>/")
@access.residents
@access.reading
def keep_choices(slug: str, pot_slug: str) -> Response:
    """Every button of the choose page comes here: go on, look for something, read a story."""
    booth = _booth(slug, pot_slug)
    filters = forms.Filters.read(request.form)
    draft = _sent_choices(booth)
    going_on = "find" not in request.form and "read" not in request.form
    try:
        choices.require_length(booth.voting_round, draft, finished=going_on)
    except Refusal as refusal:
        return _choose_page(booth, draft=draft, filters=filters, error=errors.words(refusal), status=422)
    reading = forms.number(request.form.get("read"))
    if reading is not None:
        target = booth.url("story", number=reading)
    elif "find" in request.form:
        target = booth.url("choose", **filters.arguments(), _anchor="found")
    else:
        target = booth.url("order")
    response = see_other(target)
    phone.keep_draft(response, booth.pot, draft, voting_round=booth.voting_round)
    return response


@blueprint.get("/ballot/<pot_slug>/story/<int:number>")
@access.residents
def story(slug: str, pot_slug: str, number: int) -> Response:
    booth = _booth(slug, pot_slug)
    proposal = booth.by_number().get(number)
    if proposal is None:
        abort(404)
    return render(
        "ballots/story.html",
        fragment="ballots/_story.html",
        booth=booth,
        voting_round=booth.voting_round,
        proposal=proposal,
        shown_translation=translation(proposal),
    )


@blueprint.get("/ballot/<pot_slug>/order")
@access.residents
def order(slug: str, pot_slug: str) -> Response:
    booth = _booth(slug, pot_slug)
    draft = booth.draft()
    if not draft and not _removed():
        return redirect(booth.url("choose"), code=303)
    return _order_page(booth, draft)


@blueprint.post("/ballot/<pot_slug>/order")
@access.residents
@access.reading
def keep_order(slug: str, pot_slug: str) -> Response:
    """Every button of the order page comes here."""
    booth = _booth(slug, pot_slug)
    ranking, said = _reorder(booth, _sent_order(booth))
    if "go" in request.form:
        try:
            choices.require_length(booth.voting_round, ranking, finished=True)
        except Refusal as refusal:
            return _order_page(booth, ranking, error=errors.words(refusal), status=422)
        target = booth.url("check")
    elif "more" in request.form:
        target = booth.url("choose")
    else:
        target = booth.url("order", **said)
    response = see_other(target)
    phone.keep_draft(response, booth.pot, ranking, voting_round=booth.voting_round)
    return response


@blueprint.get("/ballot/<pot_slug>/check")
@access.residents
def check(slug: str, pot_slug: str) -> Response:
    booth = _booth(slug, pot_slug)
    draft = booth.draft()
    if not draft:
        return redirect(booth.url("choose"), code=303)
    return _check_page(booth, draft, form_key=secrets.token_urlsafe(24), replaces=_standing_receipt(booth))


@blueprint.post("/ballot/<pot_slug>/check")
@access.residents
@limiter.limit("60 per 10 minutes")
def cast(slug: str, pot_slug: str) -> Response:
    booth = _booth(slug, pot_slug)
    ranking = forms.listed(request.form.get("ranking", ""))
    form_key = request.form.get("form_key", "")[:200]
    try:
        ballots.cast_ballot(
            db.session,
            voting_round=booth.voting_round,
            pot=booth.pot,
            entry=booth.entry,
            ranking=ranking,
            idempotency_key=form_key,
            replaces=request.form.get("replaces", "")[:40],
            now=now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        return _refused_cast(slug, pot_slug, refusal, ranking)
    response = see_other(booth.url("receipt"))
    phone.forget_draft(response, booth.pot)
    phone.keep_cast_minute(response, booth.pot, booth.entry, booth.voting_round)
    db.session.commit()
    return response


@blueprint.get("/ballot/<pot_slug>/receipt")
@access.residents
def receipt(slug: str, pot_slug: str) -> Response:
    booth = _booth(slug, pot_slug, phases=("voting", "closed", "counted", "published", "archived"))
    marks = choices.marks(db.session, entry=booth.entry)
    if booth.pot.id not in marks:
        return redirect(booth.url("choose"), code=303)
    todo = [pot for pot in register.pots_open_to(booth.voting_round, booth.entry) if pot.id not in marks]
    return render(
        "ballots/receipt.html",
        booth=booth,
        voting_round=booth.voting_round,
        phase=booth.voting_round.phase(now()),
        mark=marks[booth.pot.id],
        minute=phone.cast_minute(booth.pot, booth.entry),
        receipt=_standing_receipt(booth),
        receipt_check=_receipt_check(booth),
        todo=todo,
    )


@blueprint.get("/ballot/worker.js")
@access.everyone
def worker(slug: str) -> Response:
    """The script behind the offline copy; its place here limits it to the ballots of one round."""
    response = make_response((ROOT / "static" / "js" / "ballot-worker.js").read_text())
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/ballot/stay")
@access.residents
def stay(slug: str) -> Response:
    """Stay signed in: the time-out starts anew, and drafts with it."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    person = access.visitor()
    entry = _entry(voting_round)
    if person is None:
        abort(403)
    kept = {pot: phone.read_draft(pot) for pot in voting_round.pots} if entry else {}
    back = access.local_path(request.form.get("back")) or url_for("ballots.begin", slug=slug)
    if "pot" in request.form:  # pressed on the page of a ballot, which sends its choices along
        booth = _booth(slug, request.form["pot"])
        ordering = "ranking" in request.form
        kept[booth.pot] = _sent_order(booth) if ordering else _sent_choices(booth)
        back = booth.url("order" if ordering else "choose")
    sign_ins.extend(db.session, token=person.token, now=now())
    db.session.commit()
    response = see_other(back)
    for pot, draft in kept.items():
        if draft:
            phone.keep_draft(response, pot, draft[: voting_round.max_length], voting_round=voting_round)
    return response


@blueprint.context_processor
def around() -> dict[str, Any]:
    return {"minutes_left": _minutes_left, "phase_standing": _phase_standing, "translation": translation}


def _minutes_left() -> int | None:
    """Minutes until a resident is signed out."""
    person = access.visitor()
    if person is None:
        return None
    return max(0, int((person.row.expires_at - now()).total_seconds() // 60))


def _phase_standing(voting_round: VotingRound) -> Any:
    return standing.phase_standing(voting_round, now=now())


def translation(proposal: Proposal) -> Any:
    """The proposal's text in the reader's language, if an officer entered one."""
    language = str(get_locale() or "en").split("_")[0]
    return next((one for one in proposal.translations if one.language == language), None)


def _entry(voting_round: VotingRound) -> RegisterEntry | None:
    person = access.visitor()
    if person is None:
        return None
    return register.find_entry(
        db.session, voting_round=voting_round, account=person.account, entry=person.entry
    )


def _booth(slug: str, pot_slug: str, *, phases: tuple[str, ...] = ("voting",)) -> Booth:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    rounds.require_phase(voting_round, *phases, now=now())
    entry = register.require_confirmed(_entry(voting_round))
    pot = choices.pot_for(voting_round, slug=pot_slug, entry=entry)
    proposals = choices.shuffled(
        choices.on_ballot(db.session, pot=pot),
        order_secret=voting_round.order_secret,
        entry_id=entry.id,
    )
    return Booth(voting_round, entry, pot, proposals)


def _receipt_check(booth: Booth) -> str:
    """Where a receipt is checked."""
    return url_for(RECEIPTS, slug=booth.voting_round.slug) if RECEIPTS in current_app.view_functions else ""


def _standing_receipt(booth: Booth) -> str:
    return ballots.current_receipt(db.session, pot_id=booth.pot.id, entry_id=booth.entry.id)


def _choose_page(
    booth: Booth, *, draft: list[int], filters: forms.Filters, error: str = "", status: int = 200
) -> Response:
    units = booth.voting_round.minor_units
    shown = filters.narrow(booth.proposals, draft=draft, minor_units=units)
    return render(
        "ballots/choose.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        draft=draft,
        filters=filters,
        shown=shown,
        error=error,
        struck=choices.struck(db.session, pot=booth.pot),
        wards=shortlist.wards_in_use(booth.proposals),
        themes=shortlist.themes_in_use(booth.proposals),
        bands=forms.bands(booth.proposals, minor_units=units),
        changing=bool(_standing_receipt(booth)),
        tag=phone.tag(booth.pot, booth.entry),
    )


def _sent_choices(booth: Booth) -> list[int]:
    """The draft with what was ticked and unticked on the page that was sent."""
    merged = choices.merge(
        booth.draft(),
        ticked=forms.numbers(request.form.getlist("picked")),
        shown=forms.listed(request.form.get("shown", "")) or list(booth.by_number()),
        chosen_order=forms.listed(request.form.get("chosen", "")),
    )
    return choices.only_known(merged, proposals=booth.proposals)


def _sent_order(booth: Booth) -> list[int]:
    given = choices.only_known(forms.listed(request.form.get("ranking", "")), proposals=booth.proposals)
    return given[: booth.voting_round.max_length]


def _removed() -> int | None:
    return forms.number(request.args.get("removed"))


def _order_page(booth: Booth, ranking: list[int], *, error: str = "", status: int = 200) -> Response:
    known = booth.by_number()
    return render(
        "ballots/order.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        ranking=ranking,
        chosen=[known[number] for number in ranking],
        removed=known.get(_removed() or 0),
        place=forms.number(request.args.get("place")) or 1,
        moved=known.get(forms.number(request.args.get("moved")) or 0),
        error=error,
        tag=phone.tag(booth.pot, booth.entry),
    )


def _reorder(booth: Booth, ranking: list[int]) -> tuple[list[int], dict[str, Any]]:
    """The ranking after the pressed button, and what to say about it."""
    for place, number in _typed_places(ranking):
        ranking = choices.put_at(ranking, number=number, place=place)
    how, _dash, rest = request.form.get("move", "").partition("-")
    number = forms.number(rest.partition("-")[0]) or 0
    if how == "back":
        place = forms.number(rest.partition("-")[2]) or 1
        known = number in booth.by_number() and len(ranking) < booth.voting_round.max_length
        ranking = choices.put_back(ranking, number=number, place=place) if known else ranking
        return ranking, {"moved": number}
    if how == "remove" and number in ranking:
        place = ranking.index(number) + 1
        return choices.move(ranking, number=number, how=how), {"removed": number, "place": place}
    if how:
        return choices.move(ranking, number=number, how=how), {"moved": number, "_anchor": f"o{number}"}
    return ranking, {}


def _typed_places(ranking: list[int]) -> list[tuple[int, int]]:
    """Places picked in the lists that differ from where the choices stood, the first places first."""
    typed = ((forms.number(request.form.get(f"place-{number}")), number) for number in ranking)
    return sorted(
        (place, number) for place, number in typed if place is not None and place != ranking.index(number) + 1
    )


def _check_page(
    booth: Booth, ranking: list[int], *, form_key: str, replaces: str, error: str = "", status: int = 200
) -> Response:
    known = booth.by_number()
    return render(
        "ballots/check.html",
        fragment="ballots/_check.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        chosen=[known[number] for number in ranking],
        form_key=form_key,
        replaces=replaces,
        error=error,
    )


def _refused_cast(slug: str, pot_slug: str, refusal: Refusal, ranking: list[int]) -> Response:
    """Show the vote again with the reason; only what can still be cast is kept."""
    booth = _booth(slug, pot_slug)
    kept = choices.only_known(ranking, proposals=booth.proposals)
    if not kept or len(kept) > booth.voting_round.max_length:
        raise refusal
    response = _check_page(
        booth,
        kept,
        form_key=secrets.token_urlsafe(24),
        replaces=_standing_receipt(booth),
        error=errors.words(refusal),
        status=422,
    )
    phone.keep_draft(response, booth.pot, kept, voting_round=booth.voting_round)
    return response
