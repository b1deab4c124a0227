"""Letters with access codes as one PDF, a page each."""

from collections.abc import Sequence

import segno
from flask import render_template, url_for

from pbvote.models import VotingRound
from pbvote.services.access_codes import Letter
from pbvote.web.context import settings


def pdf(voting_round: VotingRound, letters: Sequence[Letter]) -> bytes:
    """Every letter with its code in words and as a QR code; tagged, so that it can be read aloud."""
    from weasyprint import HTML  # takes a second to load, and most processes never print

    base = settings().base_url
    pages = []
    for letter in letters:
        address = base + url_for("registering.letter", slug=voting_round.slug, code=letter.code)
        code = "-".join(letter.code[place : place + 4] for place in range(0, len(letter.code), 4))
        picture = segno.make(address, error="m").svg_data_uri(scale=4)
        pages.append({"lines": letter.lines, "code": code, "picture": picture})
    page = base + url_for("registering.letter", slug=voting_round.slug)
    text = render_template(
        "register_review/letters_print.html", voting_round=voting_round, letters=pages, page=page
    )
    return bytes(HTML(string=text).write_pdf(pdf_variant="pdf/ua-1"))
