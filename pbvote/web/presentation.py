"""How values look on a page, and what stands around every page: the names templates may use."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Flask, has_request_context
from flask_babel import get_locale
from jinja2 import pass_context

from pbvote.web import explanations, formats, languages, menus
from pbvote.web.access import visitor
from pbvote.web.context import settings
from pbvote.web.voter_standing import standing, step

FILTERS = (
    "as_written",
    "clock",
    "day",
    "instant",
    "isolated",
    "isolated_names",
    "machine",
    "moment",
    "money",
    "names",
    "number",
    "paragraphs",
    "share",
)
HTMX = json.dumps(
    {
        "allowEval": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {"code": "...", "swap": False, "error": True},
        ],
    },
    separators=(",", ":"),
)


def register(app: Flask) -> None:
    for name in FILTERS:
        app.add_template_filter(_for_each_reader(getattr(formats, name)), name)
    app.add_template_filter(formats.Counted, "counted")
    app.add_template_filter(datetime.fromisoformat, "stamp")
    app.add_template_filter(explanations.sentences, "sentences")
    app.add_template_global(visitor, "visitor")
    app.add_template_global(languages.direction, "direction")
    app.add_template_global(languages.url, "language_url")
    app.add_template_global(menus.round_menu, "round_menu")
    app.add_template_filter(datetime.fromisoformat, "parse_moment")
    app.add_template_global(standing, "standing")
    app.add_template_global(step, "step")
    app.context_processor(_frame)


def _for_each_reader(write: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja works out a filter of a constant once, in the language of whoever comes first, unless it asks for
    the context."""

    @pass_context
    @wraps(write)
    def written(_context: object, *values: Any, **more: Any) -> Any:
        return write(*values, **more)

    return written


def _frame() -> dict[str, object]:
    if not has_request_context():
        return {}  # a letter has no menus
    language = str(get_locale() or "en")
    return {
        "language": language,
        "text_direction": languages.direction(language),
        "written_in": formats.WRITTEN_IN,
        "digit_style": formats.digit_style(),
        "offered_languages": languages.OFFERED,
        "council": settings().council,
        "htmx_config": HTMX,
        "site_menu": menus.site_menu,
        "footer_menu": menus.footer_menu,
    }
