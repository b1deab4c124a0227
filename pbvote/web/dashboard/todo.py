"""What an officer has to do in a round today, as sentences with links."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from pbvote.models import VotingRound
from pbvote.services.workload import Workload

OVER = (
    "closed",
    "counted",
    "published",
    "archived",
)  # nobody comes onto the register any more, and the key is in use


@dataclass(frozen=True)
class Task:
    """`urgent` ones stop the round if nobody does them."""

    text: str
    href: str
    urgent: bool = False


def tasks(voting_round: VotingRound, work: Workload, *, now: datetime) -> list[Task]:
    return list(_tasks(voting_round, work, now=now))


def _tasks(voting_round: VotingRound, work: Workload, *, now: datetime) -> Iterator[Task]:
    slug = voting_round.slug
    phase = voting_round.phase(now)
    if phase == "set-up":
        if work.missing:
            text = ngettext(
                "Fill in %(num)s part of the round", "Fill in %(num)s parts of the round", work.missing
            )
        else:
            text = _("Approve the round: two officers must")
        yield Task(text, url_for("round_setup.tasks", slug=slug))
        return
    if work.to_screen:
        text = ngettext("Check %(num)s proposal", "Check %(num)s proposals", work.to_screen)
        yield Task(text, url_for("screening.index", slug=slug))
    if work.appeals:
        text = ngettext("Decide %(num)s appeal", "Decide %(num)s appeals", work.appeals)
        yield Task(text, url_for("screening.index", slug=slug))
    if phase in ("screening", "voting-delayed") and not work.to_screen:
        yield Task(_("Publish the shortlist"), url_for("screening.index", slug=slug), urgent=True)
    if not work.key_ready and phase not in ("set-up", *OVER):
        urgent = phase in ("shortlist", "voting", "voting-delayed")
        yield Task(
            _("Make and try out the key of the ballot box"), url_for("custody.show", slug=slug), urgent
        )
    if work.pending and phase not in OVER:
        text = ngettext(
            "Check %(num)s person on the register", "Check %(num)s people on the register", work.pending
        )
        yield Task(text, url_for("register_review.index", slug=slug))
    if phase == "closed":
        yield Task(_next_after_close(work), url_for("ceremony.show", slug=slug), urgent=True)
    if phase == "counted":
        yield Task(_("Read the result and sign it"), url_for("publication.show", slug=slug), urgent=True)
    if work.refused_awards:
        text = ngettext(
            "Pass on the money of %(num)s refused grant",
            "Pass on the money of %(num)s refused grants",
            work.refused_awards,
        )
        yield Task(text, url_for("publication.show", slug=slug))


def _next_after_close(work: Workload) -> str:
    match work.box:
        case "closed":
            return _("Throw the dice and open the ballot box")
        case "opened" | "destroyed":
            return _("Count the ballots")
        case _:
            return _("Close the ballot box")
