"""The count's explanations, in the reader's language."""

from flask_babel import get_domain
from flask_babel import gettext as _

from pbvote.models import VotingRound
from pbvote.services.results import FEWEST_BALLOTS, Line
from pbvote.tally import Message
from pbvote.web.formats import money, number, quoted


def sentences(line: Line, voting_round: VotingRound, first: bool = False) -> list[str]:
    """Why a project is in or out; with `first` only the sentence that says the most."""
    if line.corrected:
        return [_("The first result was corrected, and this is what came of it.")]
    if line.explanation is None or (line.tally and line.tally.voters < FEWEST_BALLOTS):
        return []
    messages = line.explanation.messages
    return [in_words(message, voting_round) for message in (messages[:1] if first else messages)]


def in_words(message: Message, voting_round: VotingRound) -> str:
    return message.text(
        translate=_,
        plural=_plural,
        money=lambda amount: money(amount, voting_round.currency, voting_round.minor_units),
        number=number,
        quote=quoted,
    )


def _plural(one: str, many: str, count: int) -> str:
    """The right form with its places still open: Message fills them in."""
    return str(get_domain().get_translations().ngettext(one, many, count))
