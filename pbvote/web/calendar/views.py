"""A round's dates as an iCalendar file (RFC 5545)."""

from datetime import UTC, datetime

from flask import Blueprint, make_response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import rounds
from pbvote.web.access import everyone
from pbvote.web.context import now, settings

blueprint = Blueprint("calendar", __name__, url_prefix="/rounds/<slug>")
LONGEST = 75  # octets in a line, RFC 5545 section 3.1


@blueprint.get("/dates.ics")
@everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    response = make_response(_calendar(voting_round))
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{voting_round.slug}.ics"'
    return response


def _calendar(voting_round: VotingRound) -> str:
    named = {"title": voting_round.title}
    dates = [
        (
            "proposals-open",
            voting_round.proposals_open_at,
            _("%(title)s: send in ideas from now", **named),
        ),
        (
            "proposals-close",
            voting_round.proposals_close_at,
            _("%(title)s: last moment for ideas", **named),
        ),
        ("voting-opens", voting_round.voting_opens_at, _("%(title)s: voting opens", **named)),
        ("voting-closes", voting_round.voting_closes_at, _("%(title)s: voting closes", **named)),
        ("results", voting_round.results_due_at, _("%(title)s: result expected", **named)),
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pbvote//dates//EN"]
    for name, moment, text in dates:
        if moment is not None:
            lines += _event(voting_round, name, moment, text)
    return "".join(_fold(line) for line in [*lines, "END:VCALENDAR"])


def _event(voting_round: VotingRound, name: str, moment: datetime, text: str) -> list[str]:
    page = settings().base_url + url_for("rounds.show", slug=voting_round.slug)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{voting_round.slug}-{name}@pbvote",
        f"DTSTAMP:{_stamp(now())}",
        f"DTSTART:{_stamp(moment)}",
        "DURATION:PT0S",
        f"SUMMARY:{_escape(text)}",
        f"URL:{page}",
    ]
    if name == "voting-closes":
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escape(text)}",
            "TRIGGER:-P1D",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escape(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, "\\" + letter)
    return text.replace("\n", "\\n")


def _fold(line: str) -> str:
    """At most 75 octets in a line; what follows begins with a space, and no letter is cut in two."""
    folded, length = "", 0
    for letter in line:
        size = len(letter.encode())
        if length + size > LONGEST:
            folded, length = folded + "\r\n ", 1
        folded, length = folded + letter, length + size
    return folded + "\r\n"
