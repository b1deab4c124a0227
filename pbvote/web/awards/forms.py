"""What a group says about its grant."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovRadioInput
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from pbvote.web.fields import MoneyField
from pbvote.web.inputs import LineField, TextField


class AnswerForm(FlaskForm):
    answer = RadioField(
        _("Does your group take the grant?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice("accept", _("Yes, we take it and will do the project")),
            SelectChoice("refuse", _("No, we cannot do the project")),
        ],
        validators=[InputRequired(message=_("Choose yes or no"))],
    )


class ReportForm(FlaskForm):
    text = TextField(_("How is it going?"), longest=4000, counted=True, required=_("Say how it is going"))
    spent = MoneyField(_("How much of the grant did you spend since the last report?"), optional=True)
    picture = FileField(_("A picture, if you have one"), widget=GovFileInput())
    alt = LineField(_("What does the picture show?"), longest=200)
    finished = BooleanField(_("The project is finished"), widget=GovCheckboxInput())

    def validate_alt(self, field: LineField) -> None:
        if self.picture.data and not field.data:
            raise ValidationError(_("Say in words what the picture shows"))
