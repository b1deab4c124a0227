"""The ballot box in plain words, its board, its checkpoints, and the packages of its results."""

from pathlib import Path

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from pbvote.box import verify
from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import board, opening, packages, retention, rounds
from pbvote.services.refusal import NotFound
from pbvote.web.access import everyone
from pbvote.web.context import now, settings
from pbvote.web.htmx import render

blueprint = Blueprint("ballot_box", __name__, url_prefix="/rounds/<slug>/ballot-box")
PAGE = 50


@blueprint.get("/")
@everyone
def show(slug: str) -> Response:
    voting_round = _round(slug)
    size = board.size(db.session, round_id=voting_round.id)
    return render(
        "ballot_box/show.html",
        voting_round=voting_round,
        size=size,
        opened=opening.results(db.session, voting_round=voting_round),
        pots={pot.id: pot for pot in voting_round.pots},
        published=packages.published(db.session, voting_round=voting_round),
        kept=retention.schedule(db.session, voting_round=voting_round, key_folder=settings().key_folder),
        destroyed=retention.history(db.session, voting_round=voting_round),
        point=board.checkpoint(db.session, round_id=voting_round.id, key_folder=settings().key_folder)
        if size
        else None,
    )


@blueprint.get("/board")
@everyone
def rows(slug: str) -> Response:
    voting_round = _round(slug)
    size = board.size(db.session, round_id=voting_round.id)
    last = max(1, -(-size // PAGE))
    asked = request.args.get("page", 1, type=int)
    number = min(max(asked, 1), last)
    return render(
        "ballot_box/board.html",
        fragment="ballot_box/_rows.html",
        voting_round=voting_round,
        rows=board.page(db.session, round_id=voting_round.id, number=number, size=PAGE),
        size=size,
        number=number,
        last=last,
    )


@blueprint.get("/board.jsonl")
@everyone
def board_file(slug: str) -> Response:
    """The whole board, a row a line, as the public checker reads it."""
    voting_round = _round(slug)
    lines = b"".join(row.line() + b"\n" for row in board.rows(db.session, round_id=voting_round.id))
    return _file(lines, "application/jsonl", f"{slug}-board.jsonl", cache="no-cache")


@blueprint.get("/checkpoint.json")
@everyone
def checkpoint(slug: str) -> Response:
    """Where the board stands now, signed: keep it, and no later board can deny it."""
    voting_round = _round(slug)
    if not board.size(db.session, round_id=voting_round.id):
        raise NotFound("board-empty")
    point = board.checkpoint(db.session, round_id=voting_round.id, key_folder=settings().key_folder)
    return _file(point.as_json() + b"\n", "application/json", f"{slug}-checkpoint.json", cache="no-cache")


@blueprint.get("/packages/<pot_slug>/<int:version>.zip")
@everyone
def package(slug: str, pot_slug: str, version: int) -> Response:
    voting_round = _round(slug)
    pot = next((one for one in voting_round.pots if one.slug == pot_slug), None)
    if pot is None or voting_round.published_at is None:
        abort(404)
    folder = settings().package_folder
    data = packages.read(voting_round=voting_round, pot=pot, version=version, package_folder=folder)
    return _file(data, "application/zip", packages.file_name(voting_round, pot, version))


@blueprint.get("/verify.py")
@everyone
def checker(slug: str) -> Response:
    """The file that checks a package anywhere."""
    _round(slug)
    return _file(Path(verify.__file__).read_bytes(), "text/x-python", "verify.py")


def _round(slug: str) -> VotingRound:
    return rounds.find_visible(db.session, slug=slug, now=now())


def _file(data: bytes, media_type: str, name: str, *, cache: str = "public, max-age=300") -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = cache
    return response
