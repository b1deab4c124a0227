"""Handing over what groups uploaded, to those who may see it."""

from flask import send_file
from werkzeug.wrappers import Response

from pbvote.models import Upload
from pbvote.services import uploads
from pbvote.web.context import settings


def send_upload(upload: Upload) -> Response:
    """A picture to look at, or a document to save; never kept by caches between."""
    path = uploads.path_of(settings().upload_folder, upload=upload)
    document = upload.kind == "document"
    response = send_file(
        path,
        mimetype=upload.media_type,
        as_attachment=document,
        download_name=upload.filename,
        etag=upload.sha256,
    )
    if not document:
        response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
