"""Reading the ballot forms. Numbers that are none are left out; the services judge the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from pbvote.services.choices import Choice
from pbvote.services.shortlist import Wish

BANDS = (500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000)
FILTERS = ("text", "ward", "theme", "amount", "mine")


@dataclass(frozen=True)
class Filters:
    """What the voter looks for; it narrows what is shown and never changes the order."""

    text: str = ""
    ward: int | None = None
    theme: int | None = None
    amount: int | None = None
    mine: bool = False

    @classmethod
    def read(cls, values: "MultiDict[str, str]") -> "Filters":
        return cls(
            text=values.get("text", "")[:100].strip(),
            ward=number(values.get("ward")),
            theme=number(values.get("theme")),
            amount=number(values.get("amount")),
            mine=values.get("mine") == "yes",
        )

    @property
    def used(self) -> bool:
        return any((self.text, self.ward, self.theme, self.amount, self.mine))

    def arguments(self) -> dict[str, str]:
        """For an address; only what is used."""
        values = {
            "text": self.text,
            "ward": self.ward,
            "theme": self.theme,
            "amount": self.amount,
            "mine": "yes" if self.mine else "",
        }
        return {name: str(value) for name, value in values.items() if value}

    def wish(self, *, minor_units: int) -> Wish:
        return Wish(
            text=self.text,
            ward_id=self.ward,
            theme_id=self.theme,
            at_most=None if self.amount is None else self.amount * 10**minor_units,
        )


def bands(proposals: Iterable[Choice], *, minor_units: int) -> list[int]:
    """Round amounts, in whole units, that split these proposals."""
    costs = [Decimal(one.cost).scaleb(-minor_units) for one in proposals]
    return [band for band in BANDS if costs and min(costs) <= band < max(costs)]


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def numbers(texts: Sequence[str]) -> list[int]:
    return [found for text in texts if (found := number(text)) is not None]


def listed(text: str) -> list[int]:
    """A list like 12,5,7."""
    return numbers([part.strip() for part in text[:2000].split(",")])
