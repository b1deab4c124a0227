"""How money, dates and shares are written in the reader's language."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import nh3
from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask_babel import get_locale
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

LONDON = ZoneInfo("Europe/London")
WRITTEN_IN = "en"  # the language of proposals, unless an officer has entered a translation
PROSE = {"p", "br", "ul", "ol", "li", "strong", "em"}
DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "beng": "০১২৩৪৫৬৭৮৯"}
DIGIT_STYLES = {"arab": "arabic-indic", "beng": "bengali"}  # the same for lists and page numbers in CSS
_markdown = MarkdownIt("zero", {"breaks": True}).enable(["list", "emphasis", "newline"])


# English means the British kind, Portuguese that of Portugal; plain Arabic would write Western digits, and
# plain Bengali the pound's sign last.
REGIONS = {
    "en": Locale("en", "GB"),
    "ar": Locale("ar", "EG"),
    "bn": Locale("bn", "IN"),
    "pt": Locale("pt", "PT"),
}
# Everybody here knows this sign; many languages would write GBP, £GB or UK£.
SIGNS = {"GBP": "£"}


def reader_locale() -> Locale:
    """The reader's locale, with the region whose habits fit here."""
    locale = get_locale()
    if locale is None:
        return REGIONS["en"]
    return REGIONS.get(locale.language, locale)


def money(amount: int, currency: str = "GBP", minor_units: int = 2) -> str:
    """Minor units as money: £1,250, or £1,250.50 where the pennies matter."""
    return _money(amount, currency, minor_units, reader_locale())


@lru_cache(maxsize=4096)
def _money(amount: int, currency: str, minor_units: int, locale: Locale) -> str:
    whole, part = divmod(amount, 10**minor_units)
    value = Decimal(amount).scaleb(-minor_units) if part else Decimal(whole)
    pattern = locale.currency_formats["standard"].pattern
    if currency in SIGNS:
        pattern = pattern.replace("¤", SIGNS[currency])
    places = "." + "0" * minor_units if part else ""
    written = format_currency(
        value,
        currency,
        format=pattern.replace(".00", places),
        locale=locale,
        currency_digits=False,
        numbering_system="default",
    )
    return digits(written, locale)


def number(value: int | float | Decimal) -> str:
    return _number(value, reader_locale())


@lru_cache(maxsize=1024, typed=True)
def _number(value: int | float | Decimal, locale: Locale) -> str:
    return digits(format_decimal(value, locale=locale, numbering_system="default"), locale)


class Counted(int):
    """A count that chooses the plural form and is written in the reader's digits."""

    def __str__(self) -> str:
        return number(int(self))


def share(part: int | float, whole: int | float = 1) -> str:
    """A part of a whole in whole per cent; nothing of nothing is 0 %."""
    fraction = part / whole if whole else 0
    written = format_percent(fraction, locale=reader_locale(), numbering_system="default")
    return digits(written)


def day(moment: datetime | date, *, weekday: bool = False) -> str:
    """12 May 2026, or Tuesday 12 May 2026, in London."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(LONDON).date()
    locale = reader_locale()
    pattern = "full" if weekday else "long"
    if locale.language == "en":  # without the comma that nobody writes
        pattern = "EEEE d MMMM y" if weekday else "d MMMM y"
    return digits(format_date(moment, pattern, locale=locale))


def clock(moment: datetime) -> str:
    """14:02, in London; midday and midnight in words, because 12:00 is misread."""
    local = moment.astimezone(LONDON)
    if (local.hour, local.minute) == (12, 0):
        return _("midday")
    if (local.hour, local.minute) == (0, 0):
        return _("midnight")
    return digits(format_time(local.time(), "HH:mm", locale=reader_locale()))


def moment(when: datetime, *, weekday: bool = False) -> str:
    """12 May 2026 at 14:02, in London."""
    return _("%(day)s at %(time)s", day=day(when, weekday=weekday), time=clock(when))


def time_left(until: datetime, now: datetime) -> str:
    """How long is left: 11 days, or 5 hours on the last two days, or 20 minutes in the last hours."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * length:
            return _unit(minutes // length, unit)
    return _unit(minutes, "minute")


def _unit(count: int, name: str) -> str:
    length = timedelta(**{f"{name}s": count})
    return digits(format_timedelta(length, granularity=name, threshold=1e9, locale=reader_locale()))


def machine(when: datetime | date) -> str:
    """The same moment for machines, in a <time> tag."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
    return when.isoformat()


def instant(text: str) -> datetime:
    """A moment as messages carry it (ISO 8601), for the other filters."""
    return datetime.fromisoformat(text)


def digits(text: str, locale: Locale | None = None) -> str:
    """Dates carry the reader's own digits too."""
    own = DIGITS.get((locale or reader_locale()).default_numbering_system)
    return text.translate(str.maketrans("0123456789", own)) if own else text


def digit_style() -> str:
    """How CSS counts in the reader's own digits."""
    return DIGIT_STYLES.get(reader_locale().default_numbering_system, "decimal")


def as_written(text: str, translated: object = False) -> Markup | str:
    """What groups and councils wrote, marked as English on a page in another language (WCAG 3.1.2)."""
    if translated or reader_locale().language == WRITTEN_IN:
        return text
    return Markup("<bdi lang='{}'>{}</bdi>").format(WRITTEN_IN, text)


def paragraphs(text: str, translated: object = False) -> Markup:
    """What people wrote, as paragraphs and lists; nothing else of what they typed becomes markup."""
    written = Markup(nh3.clean(_markdown.render(text), tags=PROSE, attributes={}))  # noqa: S704 (cleaned here)
    if translated or reader_locale().language == WRITTEN_IN:
        return written
    return Markup("<div lang='{}'>{}</div>").format(WRITTEN_IN, written)


def names(found: Iterable[str]) -> Markup:
    """Names of wards in a row, as they are written."""
    return _comma().join(as_written(name) for name in found)


def isolated_names(found: Iterable[str]) -> str:
    return str(_comma()).join(isolated(name) for name in found)


def _comma() -> Markup:
    return Markup("، ") if reader_locale().language == "ar" else Markup(", ")


def isolated(text: str) -> str:
    """A title or a name with a direction of its own, where no markup can say so."""
    return f"\u2068{text}\u2069" if reader_locale().text_direction == "rtl" else text


def quoted(title: str) -> str:
    """A title in the quotation marks of the reader's language."""
    return _("“%(title)s”", title=isolated(title))
