"""The paper ballot: a tagged PDF of the same shortlist as on the phone."""

from functools import lru_cache
from hashlib import sha256

from flask import Blueprint, make_response, render_template
from flask_babel import get_locale
from werkzeug.wrappers import Response

from pbvote.extensions import db, limiter
from pbvote.models import Pot, Proposal
from pbvote.services import choices, rounds, shortlist
from pbvote.services.refusal import NotFound
from pbvote.web.access import everyone
from pbvote.web.context import now

blueprint = Blueprint("paper_ballot", __name__, url_prefix="/rounds/<slug>")


@blueprint.get("/paper-ballot/<pot_slug>.pdf")
@everyone
@limiter.limit("30 per minute")
def show(slug: str, pot_slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    pot = next((one for one in voting_round.pots if one.slug == pot_slug), None)
    if pot is None or not shortlist.is_out(voting_round):
        raise NotFound("pot-not-found")
    proposals = choices.on_ballot(db.session, pot=pot)
    language = str(get_locale() or "en").split("_")[0]
    page = render_template(
        "paper_ballot/show.html",
        voting_round=voting_round,
        pot=pot,
        proposals=proposals,
        texts={one.number: _text(one, language) for one in proposals},
        code=list_code(pot, proposals),
    )
    response = make_response(_pdf(page))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{slug}-{pot_slug}-ballot.pdf"'
    return response


def list_code(pot: Pot, proposals: list[Proposal]) -> str:
    """The code of the printed list, the same on every copy of it: it tells which list was printed."""
    digest = sha256(f"{pot.id}".encode())
    for one in proposals:
        digest.update(f"\0{one.number}\0{one.title}\0{one.cost}".encode())
    text = digest.hexdigest()[:8].upper()
    return f"{text[:4]}-{text[4:]}"


def _text(proposal: Proposal, language: str) -> str:
    translated = next((one.title for one in proposal.translations if one.language == language), None)
    return translated or proposal.title


@lru_cache(maxsize=8)
def _pdf(page: str) -> bytes:
    from weasyprint import HTML  # takes a second to load, and most processes never print

    pdf: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return pdf
