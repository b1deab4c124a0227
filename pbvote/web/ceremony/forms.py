"""Forms of the ceremony after voting."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextInput
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired, Length


class CloseForm(FlaskForm):
    submit = SubmitField(_("Close the ballot box"), widget=GovSubmitInput())


class SeedForm(FlaskForm):
    digits = StringField(
        _("What the dice show"),
        description=_("Digits only, in the order they were thrown. Spaces do not matter."),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter the digits of the dice")),
            Length(max=250, message=_("These are too many digits")),
        ],
    )
    submit = SubmitField(_("Write the dice on the board"), widget=GovSubmitInput())


class OpenForm(FlaskForm):
    submit = SubmitField(_("Open the ballot box"), widget=GovSubmitInput())


class DestroyForm(FlaskForm):
    submit = SubmitField(_("Destroy what is due"), widget=GovSubmitInput())
