"""What stands around every page: menus, the choice of language, the htmx settings."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request, session, url_for
from flask_babel import gettext as _
from pbvote.models import VotingRound
from pbvote.web.access import visitor
from pbvote.web.context import now, settings
from werkzeug.wrappers import Response

from pbvote.web import languages
from pbvote.web.standing import NextStep, Standing, next_step, phase_standing

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
    app.add_template_global(standing)
    app.add_template_global(step)
    app.add_template_global(round_menu)
    app.add_template_global(language_url)
    app.context_processor(_frame)
    app.before_request(_choose_language)


def language_url(code: str) -> str:
    """This page in another language; after a form that is the page the form stands on."""
    path = request.path if request.method == "GET" else url_for("home.index")
    return f"{path}?{urlencode([*_arguments(), ('language', code)])}"


def standing(voting_round: VotingRound) -> Standing:
    return phase_standing(voting_round, now=now())


def step(voting_round: VotingRound) -> NextStep | None:
    return next_step(voting_round, now=now())


def round_menu(voting_round: VotingRound) -> list[dict[str, Any]]:
    """The round's own pages, those that have something to show."""
    phase = voting_round.phase(now())
    pages = []
    if voting_round.shortlist_published_at or phase in ("published", "archived"):
        pages.append((_("Proposals"), "proposals.index"))
    if phase in ("published", "archived"):
        pages.append((_("Results"), "results.show"))
    pages.append((_("How it works"), "rounds.how"))
    if phase in ("published", "archived"):
        pages.append((_("Data"), "downloads.index"))
    return [_item(text, endpoint, slug=voting_round.slug) for text, endpoint in pages]


def _frame() -> dict[str, Any]:
    return {
        "council": settings().council,
        "htmx_config": HTMX,
        "site_menu": _site_menu(),
        "footer_menu": _footer_menu(),
    }


def _site_menu() -> list[dict[str, Any]]:
    if visitor() is None:
        return [_item(_("Sign in"), "sign_in.address")]
    return [_item(_("Sign out"), "sign_in.leaving")]


def _footer_menu() -> list[dict[str, Any]]:
    return [
        _item(_("About this site"), "about.show"),
        _item(_("Accessibility"), "about.accessibility"),
        _item(_("Privacy"), "about.privacy"),
        _item(_("Languages"), "about.choose_language"),
        _item(_("For officers"), "sign_in.officer"),
    ]


def _item(text: str, endpoint: str, **values: Any) -> dict[str, Any]:
    return {"text": text, "href": url_for(endpoint, **values), "current": request.endpoint == endpoint}


def _choose_language() -> Response | None:
    code = request.args.get("language")
    if code is None or request.method != "GET" or request.endpoint == "static":
        return None
    if code in languages.OFFERED:
        session["language"] = code
    query = urlencode(_arguments())
    return redirect(request.path + (f"?{query}" if query else ""), code=303)


def _arguments() -> list[tuple[str, str]]:
    if request.method != "GET":
        return []
    return [(name, value) for name, value in request.args.items(multi=True) if name != "language"]
