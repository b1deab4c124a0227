"""One form for each section of a proposal."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovFileInput, GovRadioInput
from wtforms import FieldList, Form, FormField, IntegerField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from pbvote.models import Proposal
from pbvote.services import proposals
from pbvote.services.proposals import MOST_LINES
from pbvote.web.fields import MoneyField
from pbvote.web.inputs import DatePartsField, LineField, TextField, WholeNumberField

EVERYWHERE = "all"
SPARE_LINES = 3


class SectionForm(FlaskForm):
    """`version` is the proposal's version the writer had before them."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def values(self, proposal: Proposal) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def seen(self) -> int:
        return self.version.data or 0


class ProjectForm(SectionForm):
    title = LineField(_("Title"), longest=80)
    summary = TextField(_("In a sentence or two"), longest=250, counted=True)
    story = TextField(_("The whole story"), longest=5000, counted=True)
    theme_id = RadioField(
        _("What is it about?"),
        widget=GovRadioInput(),
        coerce=int,
        validators=[Optional()],
        validate_choice=False,
    )

    @classmethod
    def of(cls, proposal: Proposal) -> "ProjectForm":
        form = cls(data=proposals.content(proposal, section="project") | {"version": proposal.version})
        form.theme_id.choices = [SelectChoice(theme.id, theme.name) for theme in proposal.voting_round.themes]
        return form

    def values(self, proposal: Proposal) -> dict[str, Any]:
        return {name: self[name].data for name in ("title", "summary", "story", "theme_id")}


class PlaceForm(SectionForm):
    pot_id = RadioField(
        _("Which money do you ask for?"), widget=GovRadioInput(), coerce=int, validate_choice=False
    )
    places = SelectMultipleField(_("Where does it help?"), widget=GovCheckboxesInput(), validate_choice=False)
    who_benefits = TextField(_("Who is it for?"), longest=500)
    people_helped = WholeNumberField(_("About how many people does it help?"), validators=[Optional()])

    @classmethod
    def of(cls, proposal: Proposal) -> "PlaceForm":
        kept = proposals.content(proposal, section="place")
        places = [EVERYWHERE] if kept["borough_wide"] else [str(ward_id) for ward_id in kept["ward_ids"]]
        form = cls(data=kept | {"places": places, "version": proposal.version})
        form.pot_id.choices = [SelectChoice(pot.id, pot.name) for pot in proposal.voting_round.pots]
        wards = [SelectChoice(str(ward.id), ward.name) for ward in proposal.voting_round.wards]
        form.places.choices = [SelectChoice(EVERYWHERE, _("The whole borough")), *wards]
        return form

    def values(self, proposal: Proposal) -> dict[str, Any]:
        chosen = self.places.data or []
        everywhere = EVERYWHERE in chosen
        return {
            "pot_id": self.pot_id.data if self.pot_id.data is not None else proposal.pot_id,
            "borough_wide": everywhere,
            "who_benefits": self.who_benefits.data,
            "people_helped": self.people_helped.data,
            "ward_ids": [] if everywhere else sorted(int(one) for one in chosen if one.isdigit()),
        }


class LineRow(Form):
    description = LineField(_("What it is for"), longest=150)
    amount = MoneyField(_("Cost"), optional=True)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.amount.data is not None and not self.description.data:
            self.description.errors = [_("Say what this money is for")]
            return False
        if self.description.data and self.amount.data is None and not self.amount.errors:
            self.amount.errors = [_("Enter what it costs")]
            return False
        return bool(valid)


class MoneyForm(SectionForm):
    cost = MoneyField(_("How much do you ask for?"), optional=True)
    least = MoneyField(_("What is the least that would still work?"), optional=True)
    lines = FieldList(FormField(LineRow), max_entries=MOST_LINES + 10)

    @classmethod
    def of(cls, proposal: Proposal) -> "MoneyForm":
        kept = proposals.content(proposal, section="money")
        lines = [{"description": what, "amount": amount} for what, amount in kept["lines"]]
        spare = [{} for _spare in range(max(SPARE_LINES, 5 - len(lines)))]
        data = {"cost": kept["cost"] or None, "least": kept["least"], "version": proposal.version}
        return cls(data=data | {"lines": lines + spare})

    def values(self, proposal: Proposal) -> dict[str, Any]:
        rows = [(row.form.description.data, row.form.amount.data) for row in self.lines]
        return {
            "cost": self.cost.data or 0,
            "least": self.least.data,
            "lines": [(what, amount) for what, amount in rows if what and amount is not None],
        }


class DatesForm(SectionForm):
    starts_on = DatePartsField(_("When does it start?"))
    ends_on = DatePartsField(_("When does it end?"))
    risks = TextField(_("What could go wrong, and what would you do then?"), longest=2000, counted=True)

    @classmethod
    def of(cls, proposal: Proposal) -> "DatesForm":
        return cls(data=proposals.content(proposal, section="dates") | {"version": proposal.version})

    def values(self, proposal: Proposal) -> dict[str, Any]:
        return {name: self[name].data for name in ("starts_on", "ends_on", "risks")}


class PictureForm(FlaskForm):
    file = FileField(_("Choose a picture"), widget=GovFileInput())
    alt = LineField(_("What does it show?"), longest=200, required=_("Say in words what the picture shows"))

    def validate_file(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError(_("Choose a picture"))


class DocumentForm(FlaskForm):
    document = FileField(_("Choose a PDF"), widget=GovFileInput())

    def validate_document(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError(_("Choose a PDF file"))


class AnswerForm(FlaskForm):
    answer = TextField(_("Your answer"), longest=3000, required=_("Write your answer"))


class BeginForm(FlaskForm):
    group = RadioField(
        _("Which group is this for?"),
        widget=GovRadioInput(),
        coerce=int,
        validators=[InputRequired(message=_("Choose a group"))],
    )


class AppealForm(FlaskForm):
    text = TextField(
        _("Why should we look again?"), longest=3000, counted=True, required=_("Say why we should look again")
    )


class ConfirmForm(FlaskForm):
    """Only its token."""
