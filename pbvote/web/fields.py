"""Form fields for money and for moments, kept as typed when they cannot be read."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import Field
from wtforms.validators import StopValidation

LONDON = ZoneInfo("Europe/London")
LARGEST = 10**12


class MoneyField(Field):
    """Pounds and pence as people type them (£1,250 or 1250.50) ↔ whole pence."""

    widget = GovTextInput()

    def __init__(
        self, label: Any = None, validators: Any = None, *, optional: bool = False, **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.may_be_empty = optional
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0].strip()
        self.data = None
        if not self.typed:
            if self.may_be_empty:
                return
            raise ValueError(_("Enter an amount in pounds"))
        text = self.typed.replace("£", "").replace(",", "").replace(" ", "")
        try:
            pence = Decimal(text) * 100
        except InvalidOperation:
            raise ValueError(_("Enter an amount in pounds, like 1,250")) from None
        if not pence.is_finite() or pence != pence.to_integral_value():
            raise ValueError(_("Enter pounds and whole pence, like 1,250.50"))
        if not 0 <= pence <= LARGEST:
            raise ValueError(_("Enter an amount that is not below 0 and not above £10,000 million"))
        self.data = int(pence)

    def pre_validate(self, form: Any) -> None:
        if self.data is None and self.may_be_empty and not self.typed:
            raise StopValidation

    def _value(self) -> str:
        if self.typed or self.data is None:
            return self.typed
        pounds, pence = divmod(self.data, 100)
        return f"{pounds:,}.{pence:02d}" if pence else f"{pounds:,}"


class MomentField(Field):
    """A date with its clock time in London ↔ a moment in UTC."""

    widget = GovTextInput()

    def __init__(
        self, label: Any = None, validators: Any = None, *, optional: bool = False, **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.may_be_empty = optional
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0].strip()
        self.data = None
        if not self.typed:
            if self.may_be_empty:
                return
            raise ValueError(_("Enter a date and a time"))
        try:
            local = datetime.fromisoformat(self.typed.replace(" ", "T", 1))
        except ValueError:
            raise ValueError(_("Enter a date and a time, like 2027-05-12 17:00")) from None
        if local.tzinfo is not None or not 2000 <= local.year <= 2200:
            raise ValueError(_("Enter a date and a time, like 2027-05-12 17:00"))
        self.data = local.replace(tzinfo=LONDON).astimezone(UTC)

    def _value(self) -> str:
        if self.typed or self.data is None:
            return self.typed
        return str(self.data.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M"))
