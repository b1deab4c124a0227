"""The sentences for every refusal, one module per noun, gathered here."""

from importlib import import_module
from pkgutil import iter_modules


def gather() -> dict[str, str]:
    """All refusal codes with their (lazily translated) sentences."""
    words: dict[str, str] = {}
    for module in iter_modules(__path__):
        words.update(import_module(f"{__name__}.{module.name}").WORDS)
    return words
