"""The form under a result that is about to be published."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovSubmitInput, GovTextArea
from wtforms import BooleanField, HiddenField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length


class SignForm(FlaskForm):
    subject = HiddenField()
    reason = TextAreaField(
        _("Why the result is corrected"),
        description=_("It is published beside the new version."),
        widget=GovTextArea(),
        validators=[Length(max=600, message=_("Use at most 600 letters"))],
    )
    read = BooleanField(
        _("I have read which projects get money, and why"),
        widget=GovCheckboxInput(),
        validators=[InputRequired(message=_("Tick the box once you have read the result"))],
    )
    submit = SubmitField(_("Sign this result"), widget=GovSubmitInput())
