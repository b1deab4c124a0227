"""One line per request, without personal data: never a path with a code in it, an address or a name."""

import logging
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from pbvote.settings import Settings

log = structlog.get_logger()


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
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
            "ms": round(1000 * (time.perf_counter() - g.get("began", time.perf_counter())), 1),
        }
        log.info("request", **details)
        return response
