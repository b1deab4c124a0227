"""What somebody looks for among the proposals, sent by GET: it changes nothing and needs no token."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextInput
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from pbvote.models import Theme, Ward
from pbvote.services.shortlist import Wish

LARGEST = Decimal(10) ** 12
THOUSANDS = re.compile(r"\.(?=\d{3}(?:\D|$))")  # a point before three digits parts thousands, as in Spanish


class SearchForm(FlaskForm):
    class Meta:
        csrf = False

    text = StringField(
        _("Search"),
        widget=GovTextInput(),
        validators=[Optional(), Length(max=100, message=_("Search for fewer words, up to 100 letters"))],
    )
    ward = SelectField(_("Ward"), widget=GovSelect(), coerce=int, default=0)
    theme = SelectField(_("Theme"), widget=GovSelect(), coerce=int, default=0)
    at_least = StringField(_("From amount"), widget=GovTextInput())
    at_most = StringField(_("Up to amount"), widget=GovTextInput())
    order = SelectField(
        _("Order"),
        widget=GovSelect(),
        default="mixed",
        choices=[
            SelectChoice("mixed", _("Mixed, new each day")),
            SelectChoice("least", _("Smallest amount first")),
            SelectChoice("most", _("Largest amount first")),
            SelectChoice("title", _("By title")),
        ],
    )

    def offer(self, *, wards: Sequence[Ward], themes: Sequence[Theme]) -> None:
        self.ward.choices = _choices(_("All wards"), wards)
        self.theme.choices = _choices(_("All themes"), themes)

    def validate_at_least(self, field: StringField) -> None:
        whole_amount(field.data)

    def validate_at_most(self, field: StringField) -> None:
        most, least = whole_amount(field.data), _or_none(self.at_least.data)
        if most is not None and least is not None and most < least:
            raise ValidationError(_("The upper amount must be at least the lower one"))

    def wish(self, *, minor_units: int) -> Wish:
        """What is asked for; a field that was not understood narrows nothing."""
        return Wish(
            text="" if self.text.errors else (self.text.data or ""),
            ward_id=(not self.ward.errors and self.ward.data) or None,
            theme_id=(not self.theme.errors and self.theme.data) or None,
            at_least=_minor(self.at_least, minor_units),
            at_most=_minor(self.at_most, minor_units),
            order="mixed" if self.order.errors else self.order.data,
        )

    @property
    def is_used(self) -> bool:
        return any((self.text.data, self.ward.data, self.theme.data, self.at_least.data, self.at_most.data))


def _choices(everything: str, nouns: Sequence[Ward] | Sequence[Theme]) -> list[SelectChoice]:
    return [SelectChoice(0, everything), *(SelectChoice(noun.id, noun.name) for noun in nouns)]


def whole_amount(typed: str | None) -> Decimal | None:
    """An amount as people type it: 5000, 5,000, £5 000, 5.000, ٥٬٠٠٠; None if nothing is typed."""
    plain = "".join(letter for letter in typed or "" if letter not in " ,£€\u00a0\u202f٬")
    plain = THOUSANDS.sub("", plain)
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise ValidationError(_("Enter an amount in figures, like 5000"))
    return amount


def _or_none(typed: str | None) -> Decimal | None:
    try:
        return whole_amount(typed)
    except ValidationError:
        return None


def _minor(field: StringField, minor_units: int) -> int | None:
    amount = None if field.errors else _or_none(field.data)
    return None if amount is None else int(amount.scaleb(minor_units))
