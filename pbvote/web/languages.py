"""Which language a page speaks."""

from urllib.parse import urlencode

from flask import has_request_context, redirect, request, session, url_for
from werkzeug.wrappers import Response

# A language is offered when its catalogue is complete; the tests check that.
OFFERED: dict[str, str] = {
    "en": "English",
    "ar": "العربية",
    "bn": "বাংলা",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
}
# The pages of babel.cfg, by blueprint: what residents and the public read. Groups and officers read English.
TRANSLATED = frozenset(
    {
        "about",
        "ballot_box",
        "ballots",
        "calendar",
        "downloads",
        "easy_read",
        "home",
        "paper_ballot",
        "proposals",
        "receipts",
        "registering",
        "results",
        "rounds",
        "sign_in",
    }
)
RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa", "he"})


def choose() -> str:
    """What the visitor chose, else the best match of what the browser asks for."""
    if not has_request_context() or (request.blueprint and request.blueprint not in TRANSLATED):
        return "en"  # an address that leads nowhere has no blueprint
    chosen = session.get("language")
    if chosen in OFFERED:
        return str(chosen)
    return request.accept_languages.best_match(list(OFFERED)) or "en"


def direction(language: str) -> str:
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def url(code: str) -> str:
    """This page in another language; the page after a form was sent has none, so then the first page."""
    path = request.path if request.method == "GET" else url_for("home.index")
    return f"{path}?{urlencode([*_arguments(), ('language', code)])}"


def take_choice() -> Response | None:
    """Keep the language somebody picked, and go on to the page they were on."""
    code = request.args.get("language")
    if code is None or request.method != "GET":
        return None
    if code in OFFERED:
        session["language"] = code
    query = urlencode(_arguments())
    return redirect(request.path + (f"?{query}" if query else ""), code=303)


def _arguments() -> list[tuple[str, str]]:
    if request.method != "GET":
        return []
    return [(name, value) for name, value in request.args.items(multi=True) if name != "language"]
