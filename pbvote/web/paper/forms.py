"""Forms for paper ballots."""

import re

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextInput,
)
from wtforms import BooleanField, IntegerField, RadioField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange

from pbvote.services.refusal import Refusal

MOST = 65535


class BatchForm(FlaskForm):
    pot = RadioField(
        _("Pot"),
        widget=GovRadioInput(),
        coerce=int,
        choices=[],
        validators=[InputRequired(message=_("Choose the pot these ballots are for"))],
    )
    name = StringField(
        _("Name of the batch"),
        description=_("For example “Library box, 12 May”."),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Give the batch a name")),
            Length(max=60, message=_("Use at most 60 letters")),
        ],
    )
    submit = SubmitField(_("Start this batch"), widget=GovSubmitInput())


class SheetForm(FlaskForm):
    number = IntegerField(
        _("Sheet number"),
        description=_("Number the shuffled sheets with a pencil, from 1."),
        widget=GovTextInput(),
        validators=[
            InputRequired(message=_("Enter the number of the sheet")),
            NumberRange(1, MOST, message=_("Enter the number of the sheet")),
        ],
    )
    ranking = StringField(
        _("Projects by number, first choice first"),
        description=_("For example 12, 4, 30. Type exactly what stands there."),
        widget=GovTextInput(),
        validators=[Length(max=400)],
    )
    spoilt = BooleanField(_("This sheet cannot be counted"), widget=GovCheckboxInput())
    submit = SubmitField(_("Keep and take the next sheet"), widget=GovSubmitInput())

    def choices(self) -> list[int]:
        """The ranking as typed; empty for a sheet that cannot be counted. Raises Refusal."""
        typed = (self.ranking.data or "").strip()
        if self.spoilt.data:
            return []
        if not typed:
            raise Refusal("sheet-empty", field="ranking")
        parts = re.split(r"[\s,;.]+", typed.strip(",;. "))
        if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
            raise Refusal("sheet-unreadable", field="ranking")
        return [int(part) for part in parts]
