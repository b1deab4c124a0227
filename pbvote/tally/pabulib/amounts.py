"""Amounts of money and numbers of points as files write them, read without floating point."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}(\.\d+)?|[+-]?\d{1,3}(,\d{3})+\.\d+")
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f'](?=\d)")

MAX_DECIMALS = 4
"""An amount with more decimals than this is rounded (half to even), and the reader says so."""


def number(text: str) -> Decimal:
    """An exact number; ValueError with a sentence when the text is not one, or could be two.

    Understood: 1200, 1200.50, 1200,50, 1 200, 1,200,000, 1.2E+06. Refused: 1,200 (a thousand or one?).
    """
    plain = _SPACES.sub("", text.strip())
    if _PLAIN.fullmatch(plain):
        return Decimal(plain)
    if _DECIMAL_COMMA.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    if _THOUSANDS.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    if re.fullmatch(r"[+-]?\d{1,3},\d{3}", plain):
        readings = f"{plain.replace(',', '')} or {plain.replace(',', '.')}"
        raise ValueError(f"{text.strip()!r} could be {readings}; write it without a comma")
    if not plain:
        raise ValueError("a number is missing here")
    raise ValueError(f"{text.strip()!r} is not a number")


def decimals(amount: Decimal) -> int:
    """How many decimals an amount really has: 2 for 12.50 is 1, for 12.00 it is 0."""
    if amount == 0:
        return 0
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def rounded(amount: Decimal) -> Decimal:
    """The amount with at most MAX_DECIMALS decimals, rounded half to even."""
    return amount.quantize(Decimal(1).scaleb(-MAX_DECIMALS), rounding=ROUND_HALF_EVEN)


def all_nines(amount: Decimal) -> bool:
    """Whether an amount is 999999999 or a longer run of nines: no real cost, but a mark of withdrawal."""
    if amount < 10**9 - 1 or amount != amount.to_integral_value():
        return False
    _, digits, exponent = amount.as_tuple()
    whole = digits[: len(digits) + min(int(exponent), 0)]
    return set(whole) == {9} and int(exponent) <= 0


def nines_above(units: int) -> str:
    """The shortest run of nines, of nine or more, that is more than an amount of whole units."""
    digits = "9" * 9
    while int(digits) <= units:
        digits += "9"
    return digits


def minor_units(amount: Decimal, scale: int) -> int:
    """The amount in minor units, where one unit of the file's currency is `scale` minor units."""
    return int(amount * scale)


def written(units: int, scale: int) -> str:
    """The amount as a file writes it: 120050 at scale 100 is 1200.50, 7 at scale 1 is 7."""
    if scale == 1:
        return str(units)
    places = len(str(scale)) - 1
    whole, rest = divmod(abs(units), scale)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if rest else f"{sign}{whole}"


def points(text: str) -> Fraction:
    """Points given to one project, exact; ValueError as in `number`."""
    return Fraction(number(text))
