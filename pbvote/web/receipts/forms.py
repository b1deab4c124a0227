"""The one field of the receipt check."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextInput
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired, Length

from pbvote.web.inputs import western_digits


class ReceiptForm(FlaskForm):
    receipt = StringField(
        _("Your receipt"),
        description=_("20 letters and digits in five groups of four. Capitals and dashes do not matter."),
        widget=GovTextInput(),
        filters=[western_digits],
        validators=[
            InputRequired(message=_("Enter your receipt")),
            Length(max=60, message=_("A receipt is shorter than that")),
        ],
    )
    submit = SubmitField(_("Check the receipt"), widget=GovSubmitInput())
