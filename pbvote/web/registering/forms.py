"""One question per form."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovSubmitInput, GovTextInput
from wtforms import BooleanField, HiddenField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from pbvote.web.inputs import western_digits


class AddressForm(FlaskForm):
    address = StringField(
        widget=GovTextInput(),
        filters=[western_digits],
        validators=[Length(max=254, message=_("That is too long"))],
    )
    submit = SubmitField(_("Send me a code"), widget=GovSubmitInput())


class CodeForm(FlaskForm):
    code = StringField(
        _("6-digit code"),
        widget=GovTextInput(),
        filters=[western_digits],
        validators=[
            InputRequired(message=_("Enter the 6-digit code")),
            Length(max=20, message=_("The code has 6 digits")),
        ],
    )
    submit = SubmitField(_("Continue"), widget=GovSubmitInput())


class NameForm(FlaskForm):
    name = StringField(
        _("What is your name?"),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter your name")),
            Length(max=120, message=_("The name is too long")),
        ],
    )
    submit = SubmitField(_("Continue"), widget=GovSubmitInput())


class ConnectionForm(FlaskForm):
    """Answered by pressing one of its buttons."""

    connection = HiddenField(validators=[InputRequired(message=_("Choose one of the answers"))])


class PostcodeForm(FlaskForm):
    postcode = StringField(
        widget=GovTextInput(),
        filters=[western_digits],
        validators=[
            InputRequired(message=_("Enter the postcode")),
            Length(max=20, message=_("A postcode is shorter than that")),
        ],
    )


class AgeForm(FlaskForm):
    wants_reminders = BooleanField(
        _("Remind me before voting closes, if I have not voted by then"), widget=GovCheckboxInput()
    )


class LetterForm(FlaskForm):
    code = StringField(
        _("Code from your letter"),
        widget=GovTextInput(),
        filters=[western_digits],
        validators=[
            InputRequired(message=_("Enter the code from your letter")),
            Length(max=60, message=_("The code is shorter than that")),
        ],
    )
    submit = SubmitField(_("Start voting"), widget=GovSubmitInput())
