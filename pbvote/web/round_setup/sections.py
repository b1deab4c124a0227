"""The sections of a round: which form shows each, and which service keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.fields.choices import SelectChoice

from pbvote.extensions import db
from pbvote.models import VotingRound, Ward
from pbvote.services import round_setup
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
    template: str = "round_setup/section.html"


def _save_plain(voting_round: VotingRound, form: Any) -> None:
    round_setup.change(
        db.session, voting_round=voting_round, values=form.values(), officer_id=account().id, now=now()
    )


def _load_plain(form: Any, voting_round: VotingRound) -> None:
    form.load(voting_round)


def _load_pots(form: Any, voting_round: VotingRound) -> None:
    pots = [
        {
            "kept": pot.id,
            "name": pot.name,
            "amount": pot.budget or None,
            "ward": pot.ward_id or forms.EVERYBODY,
        }
        for pot in voting_round.pots
    ]
    form.process(data={"pots": pots})


def _save_pots(voting_round: VotingRound, form: Any) -> None:
    lines = [
        round_setup.PotLine(
            name=row.name.data, budget=row.amount.data, ward_id=row.ward.data or None, pot_id=row.kept.data
        )
        for row in form.rows
    ]
    round_setup.change_pots(
        db.session, voting_round=voting_round, pots=lines, officer_id=account().id, now=now()
    )


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
        parameters=form.parameters(),
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
            "round_setup/money.html",
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
    if section.name == "money":
        form.offer([_one_ward(ward) for ward in round_setup.wards_for_pots(voting_round)])
    return form


def read(voting_round: VotingRound) -> list[tuple[Section, Any]]:
    """Every section with its form as it stands, to be read on one page."""
    return [(section, built(section, voting_round, blank=False)) for section in SECTIONS.values()]


def _one_ward(ward: Ward) -> SelectChoice:
    return SelectChoice(ward.id, _("Only people of %(ward)s", ward=ward.name))
