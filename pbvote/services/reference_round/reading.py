"""How easily a text reads: sentences, and Flesch's reading ease (J. Appl. Psychol. 32, 1948)."""

import re

VOWELS = re.compile(r"[aeiouy]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; a paragraph ends one as well."""
    parts = re.split(r"(?<=[.!?])[”’)]?\s+(?=[“‘(]?[A-Z0-9£])|\n+", text.strip())
    return [part.strip() for part in parts if part.strip()]


def syllables(word: str) -> int:
    """About how many syllables an English word has: groups of vowels, less a silent e."""
    letters = re.sub(r"[^a-z]", "", word.casefold())
    if not letters:
        return 1
    groups = len(VOWELS.findall(letters))
    if letters.endswith("e") and not letters.endswith("le") and groups > 1:
        groups -= 1
    if letters.endswith("ed") and not letters.endswith(("ted", "ded")) and groups > 1:
        groups -= 1
    return max(groups, 1)


def ease(text: str) -> float:
    """206.835 − 1.015 words per sentence − 84.6 syllables per word; 65 and above is plain English."""
    words = re.findall(r"[\w’'£,.-]*\w", text)
    per_sentence = len(words) / max(len(sentences(text)), 1)
    per_word = sum(syllables(word) for word in words) / max(len(words), 1)
    return 206.835 - 1.015 * per_sentence - 84.6 * per_word
