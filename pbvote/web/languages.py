"""Which language a page speaks."""

from flask import has_request_context, request, session

# A language is offered when its catalogue is complete; the tests check that.
OFFERED: dict[str, str] = {"en": "English"}
RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa", "he"})


def choose() -> str:
    """What the visitor chose, else the best match of what the browser asks for."""
    if not has_request_context():
        return "en"
    chosen = session.get("language")
    if chosen in OFFERED:
        return str(chosen)
    return request.accept_languages.best_match(list(OFFERED)) or "en"


def direction(language: str) -> str:
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
