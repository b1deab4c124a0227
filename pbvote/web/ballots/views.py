"""Choose, put in order, check, cast, receipt."""

import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from flask import Blueprint, abort, current_app, make_response, redirect, request, url_for
from flask_babel import get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Pot, Proposal, RegisterEntry, VotingRound
from pbvote.models.database import end_reading
from pbvote.services import ballots, choices, register, rounds, sign_ins
from pbvote.services.ballots import Casting
from pbvote.services.choices import Choice
from pbvote.services.refusal import Refusal
from pbvote.settings import ROOT
from pbvote.web import access, errors, phone, standing
from pbvote.web.ballots import forms
from pbvote.web.ballots.slot import Slot
from pbvote.web.context import now
from pbvote.web.htmx import render, see_other, wants_fragment

blueprint = Blueprint("ballots", __name__, url_prefix="/rounds/<slug>")
PAGE_CACHE = "private, no-cache"
RECEIPTS = "receipts.show"


@dataclass(frozen=True)
class Booth:
    """Where a voter stands: their round, their entry, the pot and what is on its ballot, in their order."""

    voting_round: VotingRound
    entry: RegisterEntry
    pot: Pot

    @cached_property
    def numbers(self) -> list[int]:
        return choices.shuffled(
            choices.numbers(db.session, pot=self.pot),
            order_secret=self.voting_round.order_secret,
            entry_id=self.entry.id,
        )

    def draft(self) -> list[int]:
        return choices.only_known(phone.read_draft(self.pot), known=self.numbers)

    def read(self, numbers: list[int]) -> dict[int, Choice]:
        return choices.read(db.session, pot=self.pot, only=numbers)

    def url(self, step: str, **values: Any) -> str:
        return url_for(f"ballots.{step}", slug=self.voting_round.slug, pot_slug=self.pot.slug, **values)


class Money(NamedTuple):
    """What amounts of a round are written in."""

    currency: str
    minor_units: int


@blueprint.get("/vote")
@access.everyone
def begin(slug: str) -> Response:
    """The big button: to the register, to the only ballot, or to the list of ballots."""
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    entry = access.entry_in(voting_round)
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
    proposal = choices.find(db.session, pot=booth.pot, number=number)
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


def _by_sign_in() -> str:
    """Whole schools and libraries share an address, so each person has a limit of their own."""
    person = access.visitor()
    return str(person.row.id) if person else "nobody"


def _casts_first() -> bool:
    """A first ballot can be cast once only; what is limited is casting again and again."""
    return not request.form.get("replaces")


@blueprint.post("/ballot/<pot_slug>/check")
@access.residents
@access.reading
@limiter.limit("60 per 10 minutes", key_func=_by_sign_in, exempt_when=_casts_first)
def cast(slug: str, pot_slug: str) -> Response:
    """Read without holding up others; at the slot the ballot is judged afresh, under the round's lock."""
    booth = _booth(slug, pot_slug, briefly=True)
    end_reading(db.session)
    ranking = forms.listed(request.form.get("ranking", ""))
    form_key = request.form.get("form_key", "")[:200]
    try:
        _slot().put(
            booth.voting_round.id,
            Casting(
                pot_id=booth.pot.id,
                entry_id=booth.entry.id,
                ranking=ranking,
                idempotency_key=form_key,
                replaces=request.form.get("replaces", "")[:40],
                now=now(),
            ),
        )
    except Refusal as refusal:
        return _refused_cast(slug, pot_slug, refusal, ranking)
    response = see_other(booth.url("receipt"))
    phone.forget_draft(response, booth.pot)
    phone.keep_cast_minute(response, booth.pot, booth.entry, booth.voting_round)
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
    entry = access.entry_in(voting_round)
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
    return {
        "minutes_left": _minutes_left,
        "phase_standing": _phase_standing,
        "translation": translation,
        "wants_fragment": wants_fragment,
    }


def _minutes_left() -> int | None:
    """Minutes until a resident is signed out."""
    person = access.visitor()
    if person is None:
        return None
    return max(0, int((person.row.expires_at - now()).total_seconds() // 60))


def _phase_standing(voting_round: VotingRound) -> Any:
    return standing.phase_standing(voting_round, now=now())


def translation(proposal: Choice | Proposal) -> Any:
    """The proposal's text in the reader's language, if an officer entered one."""
    language = _language()
    return next((one for one in proposal.translations if one.language == language), None)


def _language() -> str:
    return str(get_locale() or "en").split("_")[0]


def _booth(
    slug: str, pot_slug: str, *, phases: tuple[str, ...] = ("voting",), briefly: bool = False
) -> Booth:
    voting_round = access.round_with_entry(slug, briefly=briefly)
    rounds.require_phase(voting_round, *phases, now=now())
    entry = access.entry_in(voting_round)
    if entry is not None and entry.status != "confirmed" and request.method == "GET":
        abort(redirect(url_for("registering.waiting", slug=slug), code=303))
    entry = register.require_confirmed(entry)
    pot = choices.pot_for(voting_round, slug=pot_slug, entry=entry)
    return Booth(voting_round, entry, pot)


def _receipt_check(booth: Booth) -> str:
    """Where a receipt is checked."""
    return url_for(RECEIPTS, slug=booth.voting_round.slug) if RECEIPTS in current_app.view_functions else ""


def _standing_receipt(booth: Booth) -> str:
    return ballots.current_receipt(db.session, pot_id=booth.pot.id, entry_id=booth.entry.id)


def _choose_page(
    booth: Booth, *, draft: list[int], filters: forms.Filters, error: str = "", status: int = 200
) -> Response:
    units = booth.voting_round.minor_units
    on_ballot = choices.read(db.session, pot=booth.pot)
    shown = [on_ballot[number] for number in _narrowed(booth, filters, draft) if number in on_ballot]
    return render(
        "ballots/choose.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        draft=draft,
        filters=filters,
        shown=shown,
        items=_items(booth, shown, draft),
        error=error,
        struck=choices.struck(db.session, pot=booth.pot),
        wards=sorted({ward for one in on_ballot.values() for ward in one.wards}, key=attrgetter("name")),
        themes=sorted(
            {one.theme for one in on_ballot.values() if one.theme}, key=attrgetter("position", "name")
        ),
        bands=forms.bands(on_ballot.values(), minor_units=units),
        changing=bool(_standing_receipt(booth)),
        tag=phone.tag(booth.pot, booth.entry),
    )


def _narrowed(booth: Booth, filters: forms.Filters, draft: list[int]) -> list[int]:
    """What the filters leave of the ballot, in the voter's order."""
    if not filters.used:
        return booth.numbers
    wish = filters.wish(minor_units=booth.voting_round.minor_units)
    found = choices.search(db.session, pot=booth.pot, wish=wish)
    return [number for number in booth.numbers if number in found and (not filters.mine or number in draft)]


def _items(booth: Booth, shown: list[Choice], draft: list[int]) -> Markup:
    """The list of choices; what one of them looks like is the same for every voter, so it is kept."""
    story, language, units = booth.url("story", number=0), _language(), booth.voting_round.minor_units
    ticked, currency = set(draft), booth.voting_round.currency
    made = [_item(one, one.number in ticked, story, language, currency, units) for one in shown]
    return Markup("").join(made)


@lru_cache(maxsize=4096)
def _item(choice: Choice, ticked: bool, story: str, language: str, currency: str, units: int) -> Markup:
    """One choice as HTML. All it shows is among the arguments, so it is never out of date."""
    made = current_app.jinja_env.get_template("ballots/_choice.html").render(
        one=choice,
        ticked=ticked,
        story=story.removesuffix("0") + str(choice.number),
        voting_round=Money(currency, units),
        translation=translation,
    )
    return Markup(made)  # noqa: S704 (made by our own template, which escapes)


def _slot() -> Slot:
    slot: Slot = current_app.extensions["pbvote_slot"]
    return slot


def _sent_choices(booth: Booth) -> list[int]:
    """The draft with what was ticked and unticked on the page that was sent."""
    merged = choices.merge(
        booth.draft(),
        ticked=forms.numbers(request.form.getlist("picked")),
        shown=forms.listed(request.form.get("shown", "")) or booth.numbers,
        chosen_order=forms.listed(request.form.get("chosen", "")),
    )
    return choices.only_known(merged, known=booth.numbers)


def _sent_order(booth: Booth) -> list[int]:
    given = choices.only_known(forms.listed(request.form.get("ranking", "")), known=booth.numbers)
    return given[: booth.voting_round.max_length]


def _removed() -> int | None:
    return forms.number(request.args.get("removed"))


def _order_page(booth: Booth, ranking: list[int], *, error: str = "", status: int = 200) -> Response:
    removed, moved = _removed(), forms.number(request.args.get("moved"))
    known = booth.read([*ranking, *(number for number in (removed, moved) if number)])
    return render(
        "ballots/order.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        ranking=ranking,
        chosen=[known[number] for number in ranking if number in known],
        removed=known.get(removed or 0),
        place=forms.number(request.args.get("place")) or 1,
        moved=known.get(moved or 0),
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
        known = number in booth.numbers and len(ranking) < booth.voting_round.max_length
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
    known = booth.read(ranking)
    return render(
        "ballots/check.html",
        fragment="ballots/_check.html",
        status=status,
        booth=booth,
        voting_round=booth.voting_round,
        chosen=[known[number] for number in ranking if number in known],
        form_key=form_key,
        replaces=replaces,
        error=error,
    )


def _refused_cast(slug: str, pot_slug: str, refusal: Refusal, ranking: list[int]) -> Response:
    """Show the vote again with the reason; only what can still be cast is kept."""
    booth = _booth(slug, pot_slug)
    kept = choices.only_known(ranking, known=booth.numbers)
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
