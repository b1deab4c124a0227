"""A proposal's picture, named by the digest of its bytes, so that a browser never asks twice."""

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import shortlist
from pbvote.services.refusal import NotFound
from pbvote.web.access import everyone
from pbvote.web.context import settings

blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")


@blueprint.get("/<sha256>")
@everyone
def show(sha256: str) -> Response:
    upload = shortlist.picture(db.session, sha256=sha256)
    path = settings().upload_folder / upload.sha256
    if not path.is_file():
        raise NotFound("picture-not-found")
    response = send_file(path, mimetype=upload.media_type, etag=upload.sha256, max_age=None)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    return response
