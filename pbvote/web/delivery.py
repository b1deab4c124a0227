"""How answers travel: security headers, caching, compression, static files."""

import contextlib
import gzip
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

import brotli
from flask import Flask, Response, request
from flask_login import current_user
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from pbvote.settings import ROOT, Settings, SettingsError

STATIC = ROOT / "static"
SOURCE = STATIC / "source"  # what CSS and scripts are made from; never served
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SMALLEST = 600


def register(app: Flask, settings: Settings) -> None:
    digest = static_digest()
    folder = build_static(settings.instance / "static", digest)
    served = WhiteNoise(app.wsgi_app, max_age=31536000, immutable_file_test=lambda path, url: True)
    served.add_files(str(folder), prefix=f"static/{digest}/")
    app.wsgi_app = served  # type: ignore[method-assign]  # the documented way to wrap an application
    app.add_template_global(lambda name: f"/static/{digest}/{name}", "static_url")
    app.extensions["pbvote_static_digest"] = digest

    @app.after_request
    def finish(response: Response) -> Response:
        _secure(response, settings)
        return _compress(response)


def static_digest() -> str:
    """One name for the state of all static files."""
    seen = sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and SOURCE not in path.parents:
            seen.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:12]


def build_static(target: Path, digest: str) -> Path:
    """Copy static files once per state, each with its compressed twins beside it."""
    folder = target / digest
    if folder.is_dir():
        return folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=target))
    except OSError as error:
        raise SettingsError(f"The folder {target} cannot be written: {error.strerror}.") from None
    shutil.copytree(STATIC, work / digest, ignore=shutil.ignore_patterns(SOURCE.name))
    compressor = Compressor(quiet=True)
    for path in sorted((work / digest).rglob("*")):
        if path.is_file() and compressor.should_compress(str(path)):
            compressor.compress(str(path))
    with contextlib.suppress(OSError):  # another process may have been faster
        os.rename(work / digest, folder)
    shutil.rmtree(work)
    return folder


def _secure(response: Response, settings: Settings) -> None:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if settings.https:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if "Cache-Control" not in headers:
        signed_in = current_user.is_authenticated
        headers["Cache-Control"] = "no-store" if signed_in else "private, no-cache"


def _compress(response: Response) -> Response:
    accepted = request.accept_encodings
    small = response.direct_passthrough or (response.content_length or 0) < SMALLEST
    textual = response.mimetype.startswith("text/") or response.mimetype in (
        "application/json",
        "image/svg+xml",
    )
    if small or not textual or "Content-Encoding" in response.headers:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if accepted["br"] > 0:
        response.set_data(brotli.compress(response.get_data(), quality=5))
        response.headers["Content-Encoding"] = "br"
    elif accepted["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), 6))
        response.headers["Content-Encoding"] = "gzip"
    return response
