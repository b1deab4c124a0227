"""Fields that tidy what people type: lines of text, whole numbers, days."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from govuk_frontend_wtf.wtforms_widgets import GovCharacterCount, GovDateInput, GovTextArea, GovTextInput
from wtforms import DateField, Form, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError

MOST_PEOPLE = 10_000_000
_too_long = lazy_gettext("Use at most %(max)d letters")


def one_line(typed: str | None) -> str:
    """Without characters that cannot be seen, and with single spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in typed or "").split())


def western_digits(typed: str | None) -> str | None:
    """Digits as codes have them: many keyboards type those of their own script, like ١٢٣ or ১২৩."""
    if not typed:
        return typed
    return "".join(
        letter if (value := unicodedata.decimal(letter, None)) is None else str(value) for letter in typed
    )


def many_lines(typed: str | None) -> str:
    """The same for text with line breaks, which become plain newlines."""
    lines = (typed or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(letter for letter in line if letter.isprintable()) for line in lines).strip()


class LineField(StringField):
    """One line of text; `required` is what to say when it is empty."""

    widget = GovTextInput()

    def __init__(
        self, label: Any = None, *, longest: int = 200, required: Any = None, **options: Any
    ) -> None:
        super().__init__(label, validators=[Length(max=longest, message=_too_long)], **options)
        self.required = required

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = one_line(str(valuelist[0])) if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        if self.required is not None and not self.data:
            raise StopValidation(self.required)


class _Counted(GovCharacterCount):
    """Counts down in the reader's language, from the field's own limit."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().map_gov_params(field, **kwargs)
        count = "%{count}"
        shown.update(
            maxlength=field.longest,
            textareaDescriptionText=_("You can write up to %(count)s letters", count=count),
            charactersAtLimitText=_("You have no letters left"),
            charactersUnderLimitText={
                "one": _("You have %(count)s letter left", count=count),
                "other": _("You have %(count)s letters left", count=count),
            },
            charactersOverLimitText={
                "one": _("%(count)s letter too many", count=count),
                "other": _("%(count)s letters too many", count=count),
            },
        )
        return shown


class TextField(TextAreaField):
    """Several lines of text; `counted` shows how many letters are left."""

    def __init__(
        self,
        label: Any = None,
        *,
        longest: int = 2000,
        required: Any = None,
        counted: bool = False,
        **options: Any,
    ) -> None:
        widget = _Counted() if counted else GovTextArea()
        checks = [Length(max=longest, message=_too_long)]
        super().__init__(label, validators=checks, widget=widget, **options)
        self.required = required
        self.longest = longest

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = many_lines(str(valuelist[0])) if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        if self.required is not None and not self.data:
            raise StopValidation(self.required)


class WholeNumberField(IntegerField):
    """A count of people or things; thousands may be set apart."""

    widget = GovTextInput()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = western_digits(one_line(str(valuelist[0]))) if valuelist else ""
        plain = (typed or "").replace(",", "").replace(" ", "")
        self.data = None
        if not plain:
            return
        if not (plain.isascii() and plain.isdigit() and len(plain) < 10 and int(plain) <= MOST_PEOPLE):
            raise ValueError(_("Enter a whole number, like 120"))
        self.data = int(plain)


class _DateParts(GovDateInput):
    """Day, month and year in the reader's language; a link to the field leads to its first part."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        typed = [one_line(str(part)) for part in field.raw_data or ()] or _parts(field.data)
        day, month, year = [*typed, "", "", ""][:3]
        wrong = " govuk-input--error" if field.errors else ""
        parts = (
            ("", _("Day"), day, "govuk-input--width-2"),
            ("-month", _("Month"), month, "govuk-input--width-2"),
            ("-year", _("Year"), year, "govuk-input--width-4"),
        )
        items = [
            {
                "label": label,
                "id": field.id + end,
                "name": field.name,
                "classes": width + wrong,
                "value": value,
            }
            for end, label, value, width in parts
        ]
        kwargs.setdefault("params", {})
        kwargs["params"] = {**kwargs["params"], "items": items}
        shown: dict[str, Any] = super().map_gov_params(field, **kwargs)
        shown["id"] = f"{field.id}-parts"
        return shown


def _parts(value: date | None) -> list[str]:
    return [str(value.day), str(value.month), str(value.year)] if value else []


class DatePartsField(DateField):
    """A day typed as day, month and year."""

    widget = _DateParts()

    def __init__(self, label: Any = None, *, required: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.required = required

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        typed = [western_digits(one_line(str(part))) or "" for part in valuelist]
        if not any(typed):
            return
        try:
            day, month, year = (int(part) for part in typed if part.isascii() and part.isdigit())
            self.data = date(year, month, day) if year > 1999 else None
        except ValueError:
            self.data = None
        if self.data is None:
            raise ValueError(_("Enter a real date with day, month and year, like 27 3 2027"))

    def pre_validate(self, form: Form) -> None:
        if self.required is not None and self.data is None and not self.process_errors:
            raise ValidationError(self.required)
