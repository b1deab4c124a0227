"""Where a round stands, in a sentence: for its status bar, its heading and the list of rounds."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from flask_babel import gettext as _

from pbvote.models import VotingRound
from pbvote.web.formats import moment, time_left

# Where the one big button of a phase leads.
VOTE = "ballots.begin"
APPLY = "groups.begin"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What to tell the reader. `tone` is "", "todo" or "done"; a link only where there is a next step."""

    title: str
    text: str = ""
    tone: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The one thing to do on a round's first page."""

    text: str
    href: str


def phase_standing(voting_round: VotingRound, *, now: datetime) -> Standing:
    """The same for everybody: what the round's phase is and what comes next, with its date."""
    phase = voting_round.phase(now)
    title, text = _phase_words(voting_round, phase)
    until = {"voting": voting_round.voting_closes_at, "collecting": voting_round.proposals_close_at}.get(
        phase
    )
    if until:
        left = _("Time left: %(time)s.", time=time_left(until, now))
        text = f"{text} {left}"
    return Standing(title=title, text=text)


def next_step(voting_round: VotingRound, *, now: datetime) -> NextStep | None:
    phase = voting_round.phase(now)
    slug = voting_round.slug
    if phase == "voting" and VOTE in current_app.view_functions:
        return NextStep(text=_("Vote now"), href=url_for(VOTE, slug=slug))
    if phase == "collecting" and APPLY in current_app.view_functions:
        return NextStep(text=_("Send in your idea"), href=url_for(APPLY, slug=slug))
    if phase in ("published", "archived"):
        return NextStep(text=_("See the results"), href=url_for("results.show", slug=slug))
    if voting_round.shortlist_published_at:
        return NextStep(text=_("See the proposals"), href=url_for("proposals.index", slug=slug))
    return None


def _phase_words(voting_round: VotingRound, phase: str) -> tuple[str, str]:
    match phase:
        case "waiting-for-proposals":
            return _("Not open yet."), _on(
                _("You can send in ideas from %(when)s."), voting_round.proposals_open_at
            )
        case "collecting":
            return _("Ideas wanted."), _on(_("Send yours before %(when)s."), voting_round.proposals_close_at)
        case "screening":
            return _("Proposals are being checked."), _on(
                _("Voting opens on %(when)s."), voting_round.voting_opens_at
            )
        case "shortlist":
            return _("The shortlist is out."), _on(
                _("Voting opens on %(when)s."), voting_round.voting_opens_at
            )
        case "voting-delayed":
            return _("Voting has not opened yet."), _("We will say here when it does.")
        case "voting":
            return _("Voting is open."), _on(_("It closes on %(when)s."), voting_round.voting_closes_at)
        case "closed" | "counted":
            return _("Voting has closed."), _on(
                _("We expect to publish the result by %(when)s."), voting_round.results_due_at
            )
        case "published":
            return _("The result is out."), _on(_("It was published on %(when)s."), voting_round.published_at)
        case "archived":
            return _("This round is finished."), _on(
                _("Its result was published on %(when)s."), voting_round.published_at
            )
        case _:
            return _("This round is being set up."), ""


def _on(sentence: str, when: datetime | None) -> str:
    return sentence % {"when": moment(when, weekday=True)} if when else ""
