"""A page for the browser, or only its fragment for htmx."""

from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response


def wants_fragment() -> bool:
    return request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted")


def render(page: str, *, fragment: str | None = None, status: int = 200, **values: Any) -> Response:
    """Render `fragment` alone when htmx asks for it, else the whole page that includes it."""
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **values), status)
    response.headers.add("Vary", "HX-Request")
    return response


def see_other(target: str) -> Response:
    """After a successful form: 303, or htmx's own redirect."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = target
        return response
    return redirect(target, code=303)
