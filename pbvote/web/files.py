"""Handing over what groups uploaded, to those who may see it."""

from flask import make_response
from werkzeug.wrappers import Response

from pbvote.models import Upload
from pbvote.services import uploads
from pbvote.web.context import settings


def send_upload(upload: Upload) -> Response:
    """A picture to look at, or a document to save; never kept by caches between."""
    path = uploads.path_of(settings().upload_folder, upload=upload)
    response = make_response(path.read_bytes())
    response.mimetype = upload.media_type
    kind = "attachment" if upload.kind == "document" else "inline"
    response.headers.set("Content-Disposition", kind, filename=upload.filename)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
