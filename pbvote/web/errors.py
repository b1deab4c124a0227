"""Where refusals and errors become words."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, render_template
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pbvote.extensions import db
from pbvote.services.refusal import NotAllowed, NotFound, Refusal
from pbvote.web.formats import day, digits, moment, money
from pbvote.web.words import gather

PAGES = (403, 404, 405, 409, 413, 422, 429, 500)
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
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, message: str = "") -> tuple[str, int]:
    template = f"errors/{status}.html" if status in PAGES else "errors/other.html"
    reason = HTTPStatus(status).phrase
    return render_template(template, status=status, message=message, reason=reason), status


def _refused(refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotAllowed) else 409
    return page(status, words(refusal))


def _stale_form(error: CSRFError) -> tuple[str, int]:
    db.session.rollback()
    return render_template("errors/stale.html", status=422), 422


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    db.session.rollback()
    body, status = page(code)
    headers = [
        (name, value)
        for name, value in error.get_headers()
        if name.lower() not in ("content-type", "content-length")
    ]
    return body, status, headers


def _unexpected(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    log.error("unexpected error", kind=type(error).__name__, exc_info=error)
    return page(500)
