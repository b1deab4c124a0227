"""Forms about officers."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovPasswordInput,
    GovSubmitInput,
    GovTextInput,
)
from wtforms import HiddenField, PasswordField, SelectMultipleField, StringField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

ROLE_NAMES = {
    "officer": _("Officer: runs rounds"),
    "administrator": _("Administrator: also decides who works here"),
    "custodian": _("Custodian: keeps a part of the key to a ballot box"),
    "observer": _("Observer: sees what is not secret, changes nothing"),
}
SHORT_NAMES = {
    "officer": _("Officer"),
    "administrator": _("Administrator"),
    "custodian": _("Custodian"),
    "observer": _("Observer"),
}


def _roles() -> Any:
    return SelectMultipleField(
        _("What they do"),
        widget=GovCheckboxesInput(),
        choices=[SelectChoice(name, label) for name, label in ROLE_NAMES.items()],
    )


class NewForm(FlaskForm):
    name = StringField(
        _("Name"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter their name")), Length(max=120)],
    )
    email = StringField(
        _("Email address"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter their email address")), Length(max=254)],
    )
    roles = _roles()
    submit = SubmitField(_("Ask for this officer"), widget=GovSubmitInput())


class RolesForm(FlaskForm):
    roles = _roles()
    submit = SubmitField(_("Ask for this change"), widget=GovSubmitInput())


class InvitationForm(FlaskForm):
    email = StringField(
        _("Your email address"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter your email address")), Length(max=254)],
    )
    code = StringField(
        _("Code from the email"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter the code from the email")), Length(max=40)],
    )
    password = PasswordField(
        _("A password of your own"),
        description=_("At least 12 characters. Four words that nobody would put together are good."),
        widget=GovPasswordInput(),
        validators=[InputRequired(message=_("Choose a password")), Length(max=200)],
    )
    submit = SubmitField(_("Continue"), widget=GovSubmitInput())


class AppForm(FlaskForm):
    email = HiddenField()
    code = HiddenField()
    one_time_code = StringField(
        _("6-digit code from the app"),
        widget=GovTextInput(),
        validators=[InputRequired(message=_("Enter the code your app shows")), Length(max=20)],
    )
    submit = SubmitField(_("Finish"), widget=GovSubmitInput())
