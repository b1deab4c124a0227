"""The sections of a round: which form shows each, and which service keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import round_setup
from pbvote.services.refusal import Refusal
from pbvote.web.access import account
from pbvote.web.context import now
from pbvote.web.round_setup import forms

Save = Callable[[VotingRound, Any], None]


@dataclass(frozen=True)
class Section:
    """`load` fills the form from the round, `save` keeps what it holds."""

    name: str
    title: Any
    hint: Any
    form: type[forms.SectionForm]
    load: Callable[[Any, VotingRound], None]
    save: Save


def _save_plain(voting_round: VotingRound, form: Any) -> None:
    round_setup.change(
        db.session, voting_round=voting_round, values=form.values(), officer_id=account().id, now=now()
    )


def _load_plain(form: Any, voting_round: VotingRound) -> None:
    form.load(voting_round)


def _load_pots(form: Any, voting_round: VotingRound) -> None:
    wards = {ward.id: ward.name for ward in round_setup.every_ward(db.session)}
    lines = []
    for pot in voting_round.pots:
        pounds, pence = divmod(pot.budget, 100)
        amount = f"{pounds:,}.{pence:02d}" if pence else f"{pounds:,}"
        tail = f": {wards[pot.ward_id]}" if pot.ward_id else ""
        lines.append(f"{pot.name}: {amount}{tail}")
    form.pots.data = "\n".join(lines)


def _save_pots(voting_round: VotingRound, form: Any) -> None:
    wards = {ward.name.lower(): ward.id for ward in round_setup.every_ward(db.session)}
    pots = [_pot(line, wards) for line in form.pots.data.splitlines() if line.strip()]
    round_setup.change_pots(
        db.session, voting_round=voting_round, pots=pots, officer_id=account().id, now=now()
    )


def _pot(line: str, wards: dict[str, int]) -> tuple[str, int, int | None]:
    name, *rest = (part.strip() for part in line.split(":"))
    amount = rest[0].replace("£", "").replace(",", "").replace(" ", "") if rest else ""
    pounds, _point, pence = amount.partition(".")
    readable = pounds.isascii() and pounds.isdigit() and len(pounds) < 12 and pence in ("", *_PENCE)
    if not name or not readable or len(rest) > 2:
        raise Refusal("pot-unreadable", field="pots", line=line.strip()[:60])
    ward = None
    if len(rest) == 2:
        if rest[1].lower() not in wards:
            raise Refusal("pot-ward-unknown", field="pots", ward=rest[1][:60])
        ward = wards[rest[1].lower()]
    return name, int(pounds) * 100 + int(pence or 0), ward


_PENCE = tuple(f"{pence:02d}" for pence in range(100))


def _load_places(form: Any, voting_round: VotingRound) -> None:
    form.wards.data = [ward.id for ward in voting_round.wards]
    form.themes.data = "\n".join(theme.name for theme in voting_round.themes)


def _save_places(voting_round: VotingRound, form: Any) -> None:
    round_setup.change_places(
        db.session,
        voting_round=voting_round,
        ward_ids=form.wards.data or [],
        themes=form.themes.data.splitlines(),
        officer_id=account().id,
        now=now(),
    )


def _save_count(voting_round: VotingRound, form: Any) -> None:
    round_setup.change_rule(
        db.session,
        voting_round=voting_round,
        rule=form.rule.data,
        parameters={},
        part_funding=bool(form.part_funding.data),
        dice_method=form.dice_method.data,
        officer_id=account().id,
        now=now(),
    )


SECTIONS = {
    section.name: section
    for section in (
        Section("basics", _("Name and purpose"), "", forms.BasicsForm, _load_plain, _save_plain),
        Section(
            "money",
            _("Money"),
            _("Most rounds have one pot. People vote once in each pot that is open to them."),
            forms.MoneyForm,
            _load_pots,
            _save_pots,
        ),
        Section(
            "dates",
            _("Dates"),
            _("All times are London time. Nothing has to be switched on: each phase begins by itself."),
            forms.DatesForm,
            _load_plain,
            _save_plain,
        ),
        Section("places", _("Wards and themes"), "", forms.PlacesForm, _load_places, _save_places),
        Section(
            "grants",
            _("Size of grants"),
            _("A proposal outside these limits cannot be sent."),
            forms.GrantsForm,
            _load_plain,
            _save_plain,
        ),
        Section("people", _("Who may vote"), "", forms.PeopleForm, _load_plain, _save_plain),
        Section(
            "ballot",
            _("Ballot and secrecy"),
            _(
                "A full ranking of many projects can be unlike any other, so somebody could sell their vote "
                "and prove it with the published ballots. In 159 real elections about a third of the ballots "
                "were unique. Publishing only the counts avoids that, but then only auditors can recount."
            ),
            forms.BallotForm,
            _load_plain,
            _save_plain,
        ),
        Section("count", _("Rule of the count"), "", forms.CountForm, _load_plain, _save_count),
    )
}


def built(section: Section, voting_round: VotingRound, *, blank: bool) -> Any:
    """The section's form, filled from the round (`blank`: only its choices)."""
    form: Form = section.form()
    if section.name == "places":
        form.wards.choices = [SelectChoice(ward.id, ward.name) for ward in round_setup.every_ward(db.session)]
    if not blank:
        section.load(form, voting_round)
    return form
