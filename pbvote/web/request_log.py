"""One line per request, without personal data: never a path with a code in it, an address or a name."""

import logging
import time
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask, Response, g, request

from pbvote.settings import Settings

log = structlog.get_logger()


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.MaybeTimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
    )


def register(app: Flask, settings: Settings) -> None:
    configure(settings.log_level)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        details: dict[str, Any] = {
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "unknown",
            "status": response.status_code,
        }
        if request.blueprint == "ballots":
            # A longer ballot takes longer to make and to show, and the board says who cast after whom.
            details["timestamp"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
        else:
            taken = time.perf_counter() - g.get("began", time.perf_counter())
            details["ms"] = round(1000 * taken, 1)
        log.info("request", **details)
        return response
