"""What the count says: a message id with parameters, so that each edge can put it in its own language.

The English of every message stands in TEMPLATES. The English is also the msgid: an edge that translates calls
``message.text(translate=gettext, plural=ngettext, money=format_money, number=format_number)``. Parameters
named in MONEY are whole minor units (pence) and are formatted by the caller; fractions are exact and are
shown rounded down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Value = int | str | Fraction | tuple[str, ...]

MONEY = frozenset(
    ("amount", "award", "budget", "cost", "highest", "least", "left", "missing", "money", "price", "share")
)


@dataclass(frozen=True, slots=True)
class Template:
    """English for one message; ``plural`` is used unless the parameter named ``count`` is 1."""

    one: str
    plural: str | None = None
    count: str | None = None


TEMPLATES: dict[str, Template] = {}


def N_(text: str) -> str:
    """Mark a text for the translation catalogue without translating it here."""
    return text


def N2_(one: str, plural: str) -> tuple[str, str]:
    """Mark a text and its plural for the translation catalogue."""
    return one, plural


def template(message_id: str, text: str | tuple[str, str], count: str | None = None) -> None:
    """Enter the English of a message; a second text under the same id is a mistake."""
    if message_id in TEMPLATES:
        raise ValueError(f"message {message_id} is defined twice")
    one, plural = (text, None) if isinstance(text, str) else text
    TEMPLATES[message_id] = Template(one, plural, count)


def pounds(amount: int) -> str:
    """Minor units as pounds: 123456 is £1,234.56 and 1200 is £12."""
    whole, pence = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}£{whole:,}" + (f".{pence:02d}" if pence else "")


def quotes(name: str) -> str:
    """A name as English sets it apart."""
    return f"“{name}”"


def plain(value: int | float) -> str:
    """A number as English writes it: 1,234, or 2.5."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def same(text: str) -> str:
    """The text itself: what stands in for gettext."""
    return text


def choose(one: str, many: str, count: int) -> str:
    """The form English uses for this number: what stands in for ngettext."""
    return one if count == 1 else many


@dataclass(frozen=True)
class Message:
    """One thing to say. ``parameters`` are whole numbers, texts, exact fractions or names of projects."""

    id: str
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def text(
        self,
        *,
        translate: Callable[[str], str] = same,
        plural: Callable[[str, str, int], str] = choose,
        money: Callable[[int], str] = pounds,
        number: Callable[[int | float], str] = plain,
        quote: Callable[[str], str] = quotes,
    ) -> str:
        """The message in words, English unless a translator is given."""
        words = TEMPLATES[self.id]
        count = self.parameters[words.count] if words.count else None
        if words.plural is not None and isinstance(count, int | Fraction):
            pattern = plural(words.one, words.plural, int(count))
        else:
            pattern = translate(words.one)
        return pattern % {
            name: ", ".join(quote(one) for one in value)
            if isinstance(value, tuple)
            else self._shown(name, value, money, number)
            for name, value in self.parameters.items()
        }

    def _shown(
        self,
        name: str,
        value: int | str | Fraction,
        money: Callable[[int], str],
        number: Callable[[int | float], str],
    ) -> str:
        if isinstance(value, str):
            return value
        if name in MONEY:
            return money(value.numerator // value.denominator)
        if isinstance(value, Fraction):
            return number(value.numerator * 10 // value.denominator / 10)
        return number(value)


class CountError(ValueError):
    """The count cannot be done; ``message`` says why and what to do."""

    def __init__(self, message_id: str, **parameters: Value) -> None:
        self.message = Message(message_id, parameters)
        super().__init__(self.message.text())


class BadElection(CountError):
    """The projects, the ballots or the budget are not usable as they stand."""


class RuleDoesNotFit(CountError):
    """The rule is unknown, its parameters are wrong, or it cannot count this kind of ballot."""


class TieUndecided(CountError):
    """A tie needs the public lot, and neither a seed nor an order was given. ``projects`` are the tied
    ids.
    """

    def __init__(self, projects: tuple[str, ...]) -> None:
        self.projects = projects
        super().__init__("tally.tie-undecided", projects=", ".join(projects))


template(
    "tally.tie-undecided",
    N_(
        "These projects are tied on points, first choices and cost, and which of them is taken changes the "
        "result: %(projects)s. Give the digits of the public dice as the seed, or the officials' order."
    ),
)
