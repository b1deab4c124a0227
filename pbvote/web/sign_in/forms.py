"""Forms for signing in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from pbvote.web.inputs import western_digits


class AddressForm(FlaskForm):
    address = StringField(
        _("Email address"),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter your email address")),
            Length(max=254, message=_("The email address is too long")),
        ],
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


class OfficerForm(FlaskForm):
    email = StringField(
        _("Email address"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter your email address")), Length(max=254)],
    )
    password = PasswordField(
        _("Password"),
        widget=GovPasswordInput(),
        validators=[InputRequired(message=_("Enter your password")), Length(max=200)],
    )
    code = StringField(
        _("One-time code"),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter the 6-digit code from your app")),
            Length(max=20),
        ],
    )
    submit = SubmitField(_("Sign in"), widget=GovSubmitInput())
