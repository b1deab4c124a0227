"""Forms for checking the register and printing letters."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired, FileSize
from govuk_frontend_wtf.wtforms_widgets import (
    GovFileInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

LARGEST = 2 * 1024 * 1024


class DecisionForm(FlaskForm):
    answer = RadioField(
        _("May this person vote?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("yes", _("Yes, put them on the register")),
            SelectChoice("no", _("No, refuse them")),
        ],
        validators=[InputRequired(message=_("Choose yes or no"))],
    )
    ward = SelectField(_("Ward"), widget=GovSelect(), coerce=int, choices=[])
    reason = TextAreaField(
        _("Reason, if you refuse"),
        description=_("The person gets this reason in a message."),
        widget=GovTextArea(),
        validators=[Length(max=600, message=_("Use at most 600 letters"))],
    )
    submit = SubmitField(_("Decide"), widget=GovSubmitInput())


class ListForm(FlaskForm):
    file = FileField(
        _("List of people, as a CSV file"),
        widget=GovFileInput(),
        validators=[
            FileRequired(message=_("Choose a file")),
            FileSize(max_size=LARGEST, message=_("The file is larger than 2 MB. Split it")),
        ],
    )
    submit = SubmitField(_("Bring the list in"), widget=GovSubmitInput())


class LettersForm(FlaskForm):
    batch = StringField(
        _("Name of this batch"),
        description=_("For example “Brookside, May”."),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Give the batch a name, so that you find it again")),
            Length(max=60, message=_("Use at most 60 letters")),
        ],
    )
    to = RadioField(
        _("Who gets a letter?"),
        widget=GovRadioInput(),
        choices=[],
        validators=[InputRequired(message=_("Choose who gets a letter"))],
    )
    file = FileField(
        _("Addresses, as a CSV file with the columns address and postcode"),
        description=_("The addresses are printed and then forgotten."),
        widget=GovFileInput(),
        validators=[FileSize(max_size=LARGEST, message=_("The file is larger than 2 MB. Split it"))],
    )
    submit = SubmitField(_("Make the letters"), widget=GovSubmitInput())
