"""The three rounds as officers set them up."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pbvote.models import Pot, Theme, VotingRound, Ward
from pbvote.services import rounds
from pbvote.services.reference_round import dates, texts
from pbvote.services.reference_round.dates import Dates
from pbvote.services.reference_round.people import Staff

FINISHED, VOTING, COLLECTING = "our-northbank", "small-grants", "next-year"
DICE = (
    "Eight throws of a ten-sided die, by a child from the crowd at the Saturday market on Quay Road, "
    "at noon on the second day after voting closes. Anybody may watch."
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is different from round to round; money in pounds."""

    slug: str
    title: str
    summary: str
    budget: int
    grant_min: int
    grant_max: int
    dates: Dates
    shortlist_out: bool
    custody: str = "officers"
    part_funding: bool = False


def plans(now: datetime) -> tuple[Plan, Plan, Plan]:
    """The finished round, the one open for voting and the one collecting proposals."""
    done, open_now, ahead = dates.finished(now), dates.voting(now), dates.collecting(now)
    return (
        Plan(
            slug=FINISHED,
            title=f"Our Northbank {done.voting_opens.year}",
            summary="£2.03 million for what community groups want to do in the borough. Residents decided.",
            budget=2_030_000,
            grant_min=500,
            grant_max=60_000,
            dates=done,
            shortlist_out=True,
        ),
        Plan(
            slug=VOTING,
            title=f"Northbank small grants {open_now.voting_opens.year}",
            summary="£80,000 for small things that make a street or a club better. You decide.",
            budget=80_000,
            grant_min=500,
            grant_max=12_000,
            dates=open_now,
            shortlist_out=True,
            part_funding=True,
        ),
        Plan(
            slug=COLLECTING,
            title=f"Our Northbank {done.voting_opens.year + 1}",
            summary="£1.5 million for next year. Community groups can send their proposals now.",
            budget=1_500_000,
            grant_min=500,
            grant_max=60_000,
            dates=ahead,
            shortlist_out=False,
        ),
    )


def make_round(
    session: Session, *, plan: Plan, wards: Iterable[Ward], contact_email: str, staff: Staff
) -> VotingRound:
    """A round with one pot and all themes, its schedule approved by two officers before it began."""
    when = plan.dates
    voting_round = VotingRound(
        slug=plan.slug,
        title=plan.title,
        summary=plan.summary,
        council="Northbank Council",
        demo=True,
        contact_email=contact_email,
        proposals_open_at=when.proposals_open,
        proposals_close_at=when.proposals_close,
        voting_opens_at=when.voting_opens,
        voting_closes_at=when.voting_closes,
        results_due_at=when.results_due,
        delivery_ends_at=when.delivery_ends,
        schedule_approved_at=when.proposals_open,
        shortlist_published_at=when.shortlist if plan.shortlist_out else None,
        min_length=1,
        max_length=10,
        grant_min=plan.grant_min * 100,
        grant_max=plan.grant_max * 100,
        part_funding=plan.part_funding,
        minimum_age=11,
        may_work=True,
        may_study=True,
        sign_up_methods=["email", "sms"],
        custody=plan.custody,
        dice_method=DICE,
        register_pepper=secrets.token_bytes(32),
        order_secret=secrets.token_bytes(32),
    )
    voting_round.pots = [Pot(slug="all", name="The whole borough", budget=plan.budget * 100)]
    voting_round.themes = [
        Theme(slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(texts.themes().items(), start=1)
    ]
    voting_round.wards = list(wards)
    session.add(voting_round)
    session.flush()
    for key in ("officer", "second-officer"):
        rounds.note(
            session,
            deed="schedule-approved",
            now=when.proposals_open,
            account_id=staff.id(key),
            round_id=voting_round.id,
        )
    return voting_round
