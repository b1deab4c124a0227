"""Where a resident stands with their own vote, for the bar on each page of the round."""

from dataclasses import replace

from flask import request, url_for
from flask_babel import gettext as _

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import standings
from pbvote.services.standings import VoterStanding
from pbvote.web import phone
from pbvote.web.access import entry_in
from pbvote.web.context import now
from pbvote.web.formats import day, moment, number
from pbvote.web.standing import NextStep, Standing, next_step, phase_standing

RECEIPT = "ballots.receipt"
HAVE_A_BUTTON = ("rounds.show", "easy_read.show")


def standing(voting_round: VotingRound) -> Standing:
    """The voter's own standing while voting is open; the round's for everybody else."""
    everybody = _with_the_way(voting_round, phase_standing(voting_round, now=now()))
    entry = entry_in(voting_round) if voting_round.phase(now()) == "voting" else None
    if entry is None:
        return everybody
    mine = standings.of_voter(db.session, voting_round=voting_round, entry=entry)
    if mine.entry.status != "confirmed":
        return _not_confirmed(voting_round, mine) or everybody
    return _done(voting_round, mine) if mine.all_cast else _to_do(voting_round, mine)


def step(voting_round: VotingRound) -> NextStep | None:
    """The one big button of a round's first page, as it fits the voter's own standing."""
    everybody = next_step(voting_round, now=now())
    entry = entry_in(voting_round) if voting_round.phase(now()) == "voting" else None
    if entry is None or everybody is None:
        return everybody
    mine = standings.of_voter(db.session, voting_round=voting_round, entry=entry)
    if mine.entry.status != "confirmed" or mine.on_paper:
        return None
    return replace(everybody, text=_("Change your vote")) if mine.all_cast else everybody


def _with_the_way(voting_round: VotingRound, everybody: Standing) -> Standing:
    """While voting is open, the way to the vote from each page that has no button for it."""
    on_the_way = request.blueprint in ("home", "registering") or request.endpoint in HAVE_A_BUTTON
    if on_the_way or voting_round.phase(now()) != "voting":
        return everybody
    return replace(everybody, href=url_for("ballots.begin", slug=voting_round.slug), link=_("Vote now"))


def _not_confirmed(voting_round: VotingRound, mine: VoterStanding) -> Standing | None:
    if mine.entry.status != "pending":
        return None
    return Standing(
        title=_("We are checking your details."),
        text=_("We will write to you as soon as you can vote."),
        tone="todo",
    )


def _to_do(voting_round: VotingRound, mine: VoterStanding) -> Standing:
    until = _("You can vote until %(when)s.", when=_closes(voting_round))
    title = _("Not cast yet.")
    if mine.cast:
        done = sum(pot.id in mine.cast for pot in mine.pots)
        title = _("%(done)s of %(all)s ballots cast.", done=number(done), all=number(len(mine.pots)))
    if request.blueprint == "ballots":
        return Standing(title=title, text=until, tone="todo")
    vote = url_for("ballots.begin", slug=voting_round.slug)
    return Standing(title=title, text=until, tone="todo", href=vote, link=_("Go to your vote"))


def _done(voting_round: VotingRound, mine: VoterStanding) -> Standing:
    last = mine.pots[-1]
    channel, on = mine.cast[last.id]
    if channel == "paper":
        return Standing(title=_("You voted on paper."), tone="done")
    minute = phone.cast_minute(last, mine.entry)
    when = moment(minute) if minute else day(on)
    text = _("You can change it until %(when)s.", when=_closes(voting_round))
    if voting_round.results_due_at and request.blueprint != "ballots":  # the receipt says it at length
        due = moment(voting_round.results_due_at, weekday=True)
        text = f"{text} {_('We expect to publish the result by %(when)s.', when=due)}"
    done = Standing(title=_("Cast on %(when)s.", when=when), text=text, tone="done")
    if request.endpoint == RECEIPT:
        return done
    return replace(
        done,
        href=url_for(RECEIPT, slug=voting_round.slug, pot_slug=last.slug),
        link=_("Your receipt"),
    )


def _closes(voting_round: VotingRound) -> str:
    return moment(voting_round.voting_closes_at, weekday=True) if voting_round.voting_closes_at else ""
