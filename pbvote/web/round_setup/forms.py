"""One form for each section of a round."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from pbvote.models import VotingRound
from pbvote.services.round_setup import MOST_POTS, MOST_RAISES, OFFERED_RULES
from pbvote.tally import RULES
from pbvote.tally.completion import CAP
from pbvote.web.fields import MomentField, MoneyField
from pbvote.web.inputs import LineField, WholeNumberField


class SectionForm(FlaskForm):
    submit = SubmitField(_("Save and continue"), widget=GovSubmitInput())

    def reshape(self, pressed: Mapping[str, str]) -> bool:
        """Whether the button that was pressed only adds or takes away fields; nothing is saved then."""
        return False


class Whole:
    """A whole number between two others; also for what cannot be read as one."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __call__(self, _form: Form, field: IntegerField) -> None:
        if field.data is None or not self.low <= field.data <= self.high:
            field.errors = []
            raise StopValidation(
                gettext("Enter a whole number from %(low)s to %(high)s", low=self.low, high=f"{self.high:,}")
            )


class BasicsForm(SectionForm):
    title = StringField(
        _("What the round is called"),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter a name")),
            Length(max=120, message=_("Use at most 120 letters")),
        ],
    )
    summary = TextAreaField(
        _("What it is about, in a sentence or two"),
        description=_("Residents read this first. Say what the money is for."),
        widget=GovTextArea(),
        validators=[
            InputRequired(message=_("Say what the round is about")),
            Length(max=600, message=_("Use at most 600 letters")),
        ],
    )
    contact_email = StringField(
        _("Email address for questions"),
        widget=GovTextInput(),
        validators=[
            Optional(),
            Length(max=254, message=_("The email address is too long")),
            Regexp(
                r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message=_("Enter an address like hello@northbank.example")
            ),
        ],
    )

    def load(self, voting_round: VotingRound) -> None:
        self.process(obj=voting_round)

    def values(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "summary": self.summary.data,
            "contact_email": self.contact_email.data or "",
        }


EVERYBODY = 0


class PotRow(Form):
    """One pot; `kept` is the id of a pot the round has already."""

    kept = IntegerField(widget=HiddenInput(), validators=[Optional()])
    name = LineField(_("Name of the pot"), longest=80)
    amount = MoneyField(_("Amount"), optional=True)
    ward = SelectField(_("Who may vote in it"), widget=GovSelect(), coerce=int, default=EVERYBODY)

    @property
    def is_blank(self) -> bool:
        return not (self.name.data or self.amount.typed or self.amount.data or self.ward.data)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.is_blank:
            return True
        valid = super().validate(extra_validators)
        if not self.name.data:
            self.name.errors = [_("Give the pot a name")]
        if not self.amount.data and not self.amount.errors:
            empty = self.amount.data is None
            self.amount.errors = [
                _("Enter an amount in pounds") if empty else _("Enter an amount that is above 0")
            ]
        return bool(valid) and not self.name.errors and not self.amount.errors


class MoneyForm(SectionForm):
    pots = FieldList(FormField(PotRow), min_entries=1, max_entries=MOST_POTS)
    changed_row: Any = None  # where the focus goes after a row was added or taken away

    def offer(self, wards: list[SelectChoice]) -> None:
        """The wards a pot can be for; also for rows that are added later."""
        self.wards = wards
        for row in self.pots:
            row.form.ward.choices = [SelectChoice(EVERYBODY, _("Everybody who may vote")), *wards]

    def reshape(self, pressed: Mapping[str, str]) -> bool:
        if "add" in pressed and len(self.pots) < MOST_POTS:
            self.changed_row = self.pots.append_entry()
        elif "remove" in pressed:
            self.pots.entries[:] = [row for row in self.pots if row.name != pressed["remove"]]
            if not self.pots.entries:
                self.pots.append_entry()
            self.changed_row = self.pots
        else:
            return False
        self.offer(self.wards)
        return True

    @property
    def rows(self) -> list[PotRow]:
        """Those that say something."""
        return [row.form for row in self.pots if not row.form.is_blank]

    @property
    def total(self) -> int:
        return sum(row.amount.data or 0 for row in self.rows)

    def validate_pots(self, field: FieldList) -> None:
        names: set[str] = set()
        for row in self.rows:
            name = (row.name.data or "").casefold()
            if name in names:
                row.name.errors = [_("Give each pot a name of its own")]
                raise ValidationError("")  # said beside the row
            if name:
                names.add(name)
        if not self.rows:
            raise ValidationError(_("Name at least one pot of money"))


class DatesForm(SectionForm):
    proposals_open_at = MomentField(_("Groups can send proposals from"))
    proposals_close_at = MomentField(_("Proposals close"))
    voting_opens_at = MomentField(_("Voting opens"))
    voting_closes_at = MomentField(_("Voting closes"))
    results_due_at = MomentField(_("The result is out by"))

    def load(self, voting_round: VotingRound) -> None:
        self.process(obj=voting_round)

    def values(self) -> dict[str, Any]:
        return {name: field.data for name, field in self._fields.items() if isinstance(field, MomentField)}


class PlacesForm(SectionForm):
    wards = SelectMultipleField(_("Wards that take part"), widget=GovCheckboxesInput(), coerce=int)
    themes = TextAreaField(
        _("Themes"),
        description=_("What proposals can be about, one a line."),
        widget=GovTextArea(),
        validators=[InputRequired(message=_("Name at least one theme"))],
    )


class GrantsForm(SectionForm):
    grant_min = MoneyField(_("Smallest grant"))
    grant_max = MoneyField(_("Largest grant"))

    def load(self, voting_round: VotingRound) -> None:
        self.process(obj=voting_round)

    def values(self) -> dict[str, Any]:
        return {"grant_min": self.grant_min.data, "grant_max": self.grant_max.data}


CONNECTIONS = ("live", "work", "study")


class PeopleForm(SectionForm):
    connections = SelectMultipleField(
        _("Who may vote"),
        widget=GovCheckboxesInput(),
        choices=[
            SelectChoice("live", _("People who live here")),
            SelectChoice("work", _("People who work here")),
            SelectChoice("study", _("People who study here")),
        ],
    )
    minimum_age = IntegerField(_("How old they must be"), widget=GovTextInput(), validators=[Whole(1, 99)])
    sign_up_methods = SelectMultipleField(
        _("How people can sign up"),
        widget=GovCheckboxesInput(),
        choices=[
            SelectChoice("email", _("A code by email")),
            SelectChoice("sms", _("A code by text message")),
            SelectChoice("access-code", _("A code in a letter")),
        ],
    )
    officers_confirm = BooleanField(
        _("An officer confirms each person before they can vote"), widget=GovCheckboxInput()
    )

    def load(self, voting_round: VotingRound) -> None:
        self.process(obj=voting_round)
        self.connections.data = [name for name in CONNECTIONS if getattr(voting_round, f"may_{name}")]

    def values(self) -> dict[str, Any]:
        chosen = self.connections.data or []
        return {
            **{f"may_{name}": name in chosen for name in CONNECTIONS},
            "minimum_age": self.minimum_age.data,
            "sign_up_methods": self.sign_up_methods.data,
            "officers_confirm": bool(self.officers_confirm.data),
        }

    def validate_sign_up_methods(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one way to sign up"))


class BallotForm(SectionForm):
    min_length = IntegerField(
        _("Fewest projects a person must choose"), widget=GovTextInput(), validators=[Whole(1, 50)]
    )
    max_length = IntegerField(
        _("Most projects a person can choose"), widget=GovTextInput(), validators=[Whole(1, 50)]
    )
    publication_level = RadioField(
        _("What is published of the ballots"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("ballots", _("Every ballot, without names. Anyone can recount the result")),
            SelectChoice("rank-counts", _("Only how often each project was put first, second and so on")),
        ],
    )
    custody = RadioField(
        _("Who can open the ballot box"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("officers", _("Two of three key holders together. The strongest choice")),
            SelectChoice("server", _("The server. Weaker: only for small groups and trials")),
        ],
    )

    def load(self, voting_round: VotingRound) -> None:
        self.process(obj=voting_round)

    def values(self) -> dict[str, Any]:
        return {
            name: self._fields[name].data
            for name in ("min_length", "max_length", "publication_level", "custody")
        }


def _rules() -> list[SelectChoice]:
    return [SelectChoice(name, _(RULES[name].title)) for name in OFFERED_RULES]


class CountForm(SectionForm):
    """Of a rule's parameters it offers those that verify.py recounts and that a council may want to set."""

    rule = RadioField(
        _("How the ballots are counted"),
        widget=GovRadioInput(),
        choices=_rules(),
        validators=[InputRequired(message=_("Choose one of the rules"))],
    )
    step = MoneyField(
        _("How much bigger each share gets at each step"),
        description=_(
            "Equal Shares only. While money is left, everybody's share grows by this much and the count "
            "starts again. If you leave it empty, it is a thousandth of a share."
        ),
        optional=True,
    )
    cap = WholeNumberField(
        _("The most steps that are made"),
        description=_("Equal Shares only. If you leave it empty, it is %(most)s.", most=f"{CAP:,}"),
        validators=[Optional(), Whole(1, MOST_RAISES)],
    )
    part_funding = BooleanField(
        _("Money left over may fund one more project in part"), widget=GovCheckboxInput()
    )
    dice_method = TextAreaField(
        _("How the dice for ties are thrown"),
        description=_(
            "Dice are thrown in public after voting closes. Say who throws them, where, and how many."
        ),
        widget=GovTextArea(),
        validators=[
            InputRequired(message=_("Say how the dice are thrown")),
            Length(max=600, message=_("Use at most 600 letters")),
        ],
    )

    def load(self, voting_round: VotingRound) -> None:
        given = voting_round.rule_parameters
        self.process(obj=voting_round, data={name: given.get(name) for name in ("step", "cap")})

    def validate_step(self, field: MoneyField) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter an amount that is above 0"))

    def parameters(self) -> dict[str, int]:
        """Those that were typed; the rule knows what it does without them."""
        typed = {"step": self.step.data, "cap": self.cap.data}
        return {name: value for name, value in typed.items() if value is not None}


class MoveForm(SectionForm):
    name = RadioField(
        _("Which date"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("proposals_open_at", _("Groups can send proposals from")),
            SelectChoice("proposals_close_at", _("Proposals close")),
            SelectChoice("voting_opens_at", _("Voting opens")),
            SelectChoice("voting_closes_at", _("Voting closes")),
            SelectChoice("results_due_at", _("The result is out by")),
        ],
        validators=[InputRequired(message=_("Choose which date to move"))],
    )
    to = MomentField(_("New date and time"))
    reason = TextAreaField(
        _("Why it moves"),
        description=_("Everyone who takes part gets this reason in a message."),
        widget=GovTextArea(),
        validators=[
            InputRequired(message=_("Give a reason")),
            Length(max=600, message=_("Use at most 600 letters")),
        ],
    )
