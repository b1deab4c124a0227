"""Where refusals and errors become words."""

import time
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, current_app, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pbvote.extensions import db, limiter
from pbvote.models import VotingRound
from pbvote.services import outages, rounds
from pbvote.services.refusal import NotAllowed, NotFound, Refusal
from pbvote.web import access
from pbvote.web.context import now
from pbvote.web.formats import day, digits, moment, money
from pbvote.web.words import gather

PAGES = (403, 404, 405, 409, 413, 422, 429, 500)
RETRY_AFTER = 30  # seconds
Handler = Callable[[Any], Any]
_words = gather()
log = structlog.get_logger()


def words(refusal: Refusal) -> str:
    """The refusal as a sentence in the visitor's language."""
    parameters = {name: _say(value) for name, value in refusal.parameters.items()}
    if "currency" in refusal.parameters:
        given = refusal.parameters
        parameters["amount"] = money(given["amount"], given["currency"], given["minor_units"])
    return str(_words[refusal.code]) % parameters


def _say(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return digits(str(value)) if isinstance(value, int) else str(value)


def show_on(form: FlaskForm, refusal: Refusal) -> None:
    """Put an expected refusal on the form: beside its field, or at the top."""
    field = form._fields.get(refusal.field) if refusal.field else None
    if field is not None:
        field.errors = [*field.errors, words(refusal)]
    else:
        form.form_errors.append(words(refusal))


def register(app: Flask) -> None:
    app.add_template_filter(words, "words")
    for kind, handler in HANDLERS.items():
        app.register_error_handler(kind, _sure_of_an_answer(handler))

    @app.teardown_appcontext
    def end_transaction(_error: BaseException | None) -> None:
        """Before the session is closed: a database that is gone must not spoil an answer that is made."""
        _let_go_of_what_is_gone()


def _sure_of_an_answer(handler: Handler) -> Handler:
    """A page about an error may need the database as well; when that is gone, say so instead."""

    @wraps(handler)
    def answer(error: Any) -> Any:
        try:
            return handler(error)
        except Exception as another:
            outage = outages.kind(another)
            if outage is None:
                raise
            return _out_of_service(outage, another)

    return answer


def page(status: int, message: str = "", **around: Any) -> tuple[str, int]:
    template = f"errors/{status}.html" if status in PAGES else "errors/other.html"
    reason = HTTPStatus(status).phrase
    return render_template(template, status=status, message=message, reason=reason, **around), status


def _round_here() -> VotingRound | None:
    """The public round the refused page belongs to: its bar says where things stand and leads on."""
    if not request.path.startswith("/rounds/"):
        return None
    try:
        return rounds.find_visible(db.session, slug=(request.view_args or {})["slug"], now=now())
    except (KeyError, NotFound):
        return None


def _refused(refusal: Refusal) -> tuple[str, int]:
    _let_go()
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotAllowed) else 409
    return page(status, words(refusal), voting_round=_round_here())


def _stale_form(error: CSRFError) -> tuple[str, int]:
    _let_go()
    return render_template("errors/stale.html", status=422), 422


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    outage = outages.kind(getattr(error, "original_exception", None) or error)
    if outage is not None:
        return _out_of_service(outage, error)
    _let_go()
    body, status = page(code)
    headers = [
        (name, value)
        for name, value in error.get_headers()
        if name.lower() not in ("content-type", "content-length")
    ]
    if code == 429 and limiter.current_limit is not None:
        wait = max(1, round(limiter.current_limit.reset_at - time.time()))
        headers.append(("Retry-After", str(wait)))
    return body, status, headers


def _unexpected(error: Exception) -> Any:
    outage = outages.kind(error)
    if outage is not None:
        return _out_of_service(outage, error)
    _let_go()
    log.error("unexpected error", kind=type(error).__name__, exc_info=error)
    return page(500)


def _out_of_service(outage: str, error: BaseException) -> tuple[str, int, dict[str, str]]:
    """A page that needs no database: nobody is signed in, and the way back is the page they are on."""
    log.error("the database cannot be used", outage=outage, kind=type(error).__name__)
    _let_go_of_what_is_gone()
    access.forget_visitor()
    there = current_app.url_map.bind("").test(request.path, "GET")
    body = render_template("errors/503.html", outage=outage, again=request.path if there else None)
    return body, 503, {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}


def _let_go() -> None:
    """End the transaction; where the database is gone, everything that was read is gone with it."""
    try:
        db.session.rollback()
    except Exception:
        db.session.invalidate()
        raise


def _let_go_of_what_is_gone() -> None:
    try:
        _let_go()
    except Exception as error:
        if outages.kind(error) is None:
            raise


HANDLERS: dict[type[Exception], Handler] = {
    Refusal: _refused,
    CSRFError: _stale_form,
    HTTPException: _http_error,
    Exception: _unexpected,
}
