"""How values look on a page: money, dates and the names templates may use."""

from datetime import datetime
from decimal import Decimal

from babel.numbers import format_currency
from flask import Flask
from flask_babel import format_date, format_datetime, format_time, get_locale

from pbvote.web import languages
from pbvote.web.access import visitor


def money(amount: int, currency: str = "GBP", minor_units: int = 2) -> str:
    """Whole minor units as money; pence are shown only when there are some."""
    value = Decimal(amount).scaleb(-minor_units)
    digits = value != value.to_integral_value()
    return format_currency(
        value, currency, locale=get_locale() or "en_GB", format=None if digits else _whole(currency)
    )


def _whole(_currency: str) -> str:
    return "¤#,##0" if str(get_locale() or "en").startswith("en") else "#,##0 ¤"


def moment(value: datetime) -> str:
    """A date with its clock time, in the council's time zone."""
    return str(format_datetime(value, "d MMMM yyyy, HH:mm"))


def register(app: Flask) -> None:
    app.add_template_filter(money, "money")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(lambda value: format_date(value, "d MMMM yyyy"), "day")
    app.add_template_filter(lambda value: format_time(value, "HH:mm"), "clock")
    app.add_template_global(visitor, "visitor")
    app.add_template_global(languages.direction, "direction")

    @app.context_processor
    def language_names() -> dict[str, object]:
        language = str(get_locale() or "en")
        return {
            "language": language,
            "text_direction": languages.direction(language),
            "offered_languages": languages.OFFERED,
        }
