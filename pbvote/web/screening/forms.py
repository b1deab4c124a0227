"""What officers say about a proposal."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from pbvote.models import Account, VotingRound
from pbvote.services.screening import CHECKLIST, Filter
from pbvote.web.inputs import DatePartsField, LineField, TextField, WholeNumberField

LONDON = ZoneInfo("Europe/London")
CHECKS = {
    "eligible": _("The group may apply"),
    "public-benefit": _("It helps people in the area, not a few members only"),
    "deliverable": _("The group can do it in the time"),
    "budget": _("The budget is clear and fair"),
    "safe": _("It is safe and lawful"),
    "not-statutory": _("It is not something the council must do anyway"),
}
ANSWERS = {"yes": _("Yes"), "no": _("No"), "unsure": _("Not sure")}
STATUSES = {
    "": _("All"),
    "undecided": _("To be decided"),
    "submitted": _("Sent"),
    "changes-asked": _("Answer needed"),
    "resubmitted": _("Sent again"),
    "shortlisted": _("On the shortlist"),
    "declined": _("Declined"),
    "appealed": _("Appealed"),
    "merged": _("Joined to another"),
    "withdrawn": _("Taken back"),
    "struck": _("Off the ballot"),
}


class FilterForm(FlaskForm):
    """Sent by GET; it changes nothing."""

    class Meta:
        csrf = False

    text = LineField(_("Search"), longest=100)
    status = SelectField(
        _("Status"),
        widget=GovSelect(),
        default="",
        choices=[SelectChoice(value, text) for value, text in STATUSES.items()],
    )
    theme = SelectField(_("Theme"), widget=GovSelect(), coerce=int, default=0)
    ward = SelectField(_("Ward"), widget=GovSelect(), coerce=int, default=0)
    assessor = SelectField(_("Assessor"), widget=GovSelect(), coerce=int, default=0)

    def offer(self, *, voting_round: VotingRound, officers: list[Account]) -> None:
        self.theme.choices = [SelectChoice(0, _("All")), *(_choice(one) for one in voting_round.themes)]
        self.ward.choices = [SelectChoice(0, _("All")), *(_choice(one) for one in voting_round.wards)]
        self.assessor.choices = [SelectChoice(0, _("Anybody")), *(_choice(one) for one in officers)]

    def wanted(self) -> Filter:
        """What is asked for; a field that was not understood narrows nothing."""
        self.validate()
        return Filter(
            text="" if self.text.errors else self.text.data or "",
            status="" if self.status.errors else self.status.data or "",
            theme_id=(not self.theme.errors and self.theme.data) or None,
            ward_id=(not self.ward.errors and self.ward.data) or None,
            assessor_id=(not self.assessor.errors and self.assessor.data) or None,
        )


def _choice(noun: Any) -> SelectChoice:
    return SelectChoice(noun.id, noun.name or noun.email)


class AssignForm(FlaskForm):
    officer_id = SelectField(_("Ask for an opinion"), widget=GovSelect(), coerce=int, validate_choice=False)


class OpinionForm(FlaskForm):
    recommendation = RadioField(
        _("What do you recommend?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("shortlist", _("Put it on the shortlist")),
            SelectChoice("decline", _("Decline it")),
        ],
        validators=[InputRequired(message=_("Choose what you recommend"))],
    )
    note = TextField(_("Why? Other officers read this"), longest=3000)

    def checklist(self) -> dict[str, str]:
        return {item: self[f"check_{place}"].data or "" for place, item in enumerate(CHECKLIST)}


for _place, _item in enumerate(CHECKLIST):
    setattr(
        OpinionForm,
        f"check_{_place}",
        RadioField(
            CHECKS[_item],
            widget=GovRadioInput(),
            choices=[SelectChoice(value, text) for value, text in ANSWERS.items()],
            validators=[InputRequired(message=_("Answer each point of the list"))],
        ),
    )


class ConflictForm(FlaskForm):
    sure = BooleanField(
        _("I have to do with this group, or gain from this project"),
        widget=GovCheckboxInput(),
        validators=[InputRequired(message=_("Tick the box if it is true"))],
    )


class QuestionForm(FlaskForm):
    text = TextField(
        _("What do you ask the group?"),
        longest=2000,
        required=_("Write what you want to know or have changed"),
    )
    answer_by = DatePartsField(
        _("Until when? The group has until the end of that day"),
        validators=[Optional()],
        required=_("Enter a day"),
    )

    def deadline(self) -> datetime:
        return end_of_day(self.answer_by.data)


def end_of_day(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=LONDON).astimezone(UTC)


class DecisionForm(FlaskForm):
    decision = RadioField(
        _("Decision"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("shortlist", _("Put it on the shortlist")),
            SelectChoice("decline", _("Decline it")),
        ],
        validators=[InputRequired(message=_("Choose a decision"))],
    )
    reason = TextField(_("The reason, as the group will read it"), longest=3000)


class MergerForm(FlaskForm):
    into = WholeNumberField(
        _("Number of the proposal that goes on"),
        validators=[InputRequired(message=_("Enter the number of the other proposal"))],
    )
    reason = TextField(
        _("The reason, as both groups will read it"), longest=2000, required=_("Give a reason")
    )


class StrikeForm(FlaskForm):
    reason = TextField(
        _("Why is it taken off the ballot? Everybody will read this"),
        longest=2000,
        required=_("Give a reason"),
    )


class AppealForm(FlaskForm):
    upheld = RadioField(
        _("Is the appeal right?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("yes", _("Yes, put the proposal on the shortlist")),
            SelectChoice("no", _("No, it stays declined")),
        ],
        validators=[InputRequired(message=_("Choose an answer"))],
    )
    outcome = TextField(_("The reason, as the group will read it"), longest=3000, required=_("Give a reason"))


class TranslationForm(FlaskForm):
    language = StringField(widget=HiddenInput())
    title = LineField(_("Title"), longest=120)
    summary = TextField(_("In a sentence or two"), longest=400)
    story = TextField(_("The whole story"), longest=6000)


class PublishForm(FlaskForm):
    sure = BooleanField(
        _("I have read the list, and it is complete"),
        widget=GovCheckboxInput(),
        validators=[InputRequired(message=_("Tick the box when you have read the list"))],
    )
