"""One line per request, without personal data: never a path with a code in it, an address or a name."""

import logging
import math
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from pbvote.settings import Settings

log = structlog.get_logger()
STEP = 100  # milliseconds


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
        taken = 1000 * (time.perf_counter() - g.get("began", time.perf_counter()))
        details: dict[str, Any] = {
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "unknown",
            "status": response.status_code,
            "ms": _coarse(taken) if request.blueprint == "ballots" else round(taken, 1),
        }
        log.info("request", **details)
        return response


def _coarse(milliseconds: float) -> int:
    """Rounded up to whole steps: a longer ballot takes longer to show, and the log must not tell."""
    return STEP * math.ceil(milliseconds / STEP)
