"""A published result as files for anybody: CSV, JSON and Pabulib's .pb."""

import csv
import io
import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import CountedBallot, Pot, VotingRound
from pbvote.services import elections
from pbvote.services.refusal import NotFound
from pbvote.services.results import FEWEST_BALLOTS, Line, Result
from pbvote.tally import pabulib

COLUMNS = (
    "number",
    "id",
    "title",
    "group",
    "wards",
    "theme",
    "asked_for",
    "outcome",
    "award",
    "currency",
    "points",
    "first_choices",
    "ballots_naming_it",
    "reason",
)


def may_show_ballots(session: Session, *, pot: Pot) -> bool:
    """Whether the pot's ballots are published: by the round's choice, and only from ten ballots on."""
    if pot.voting_round.publication_level != "ballots":
        return False
    query = select(func.count()).where(CountedBallot.pot_id == pot.id)
    return (session.scalar(query) or 0) >= FEWEST_BALLOTS


def as_csv(result: Result, *, voting_round: VotingRound) -> str:
    """One line for each proposal; amounts in whole units with a point."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in result.lines:
        row = _row(line, voting_round=voting_round)
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return out.getvalue()


def as_json(result: Result, *, voting_round: VotingRound) -> str:
    """The whole result; amounts in minor units, with every step of the count where it may be shown."""
    data = {
        "round": voting_round.slug,
        "title": voting_round.title,
        "council": voting_round.council,
        "currency": voting_round.currency,
        "minor_units": voting_round.minor_units,
        "budget": voting_round.budget,
        "rule": voting_round.rule,
        "version": result.version,
        "published_at": result.published_at.isoformat(),
        "correction": result.reason,
        "voters": result.turnout,
        "pots": [
            {
                "name": pot.pot.name,
                "budget": pot.pot.budget,
                "projects": [_entry(line) for line in (*pot.funded, *pot.not_funded)],
                "tally": json.loads(pot.tally.to_json())
                if pot.tally and pot.tally.voters >= FEWEST_BALLOTS
                else None,
            }
            for pot in result.pots
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_pabulib(session: Session, *, result: Result, pot_slug: str, voting_round: VotingRound) -> str:
    """One pot's election as a .pb file, or NotFound where its ballots are not published."""
    pot = next((one for one in result.pots if one.pot.slug == pot_slug), None)
    if pot is None or not may_show_ballots(session, pot=pot.pot):
        raise NotFound("file-not-found")
    election = elections.of_pot(session, pot=pot.pot)
    lines = {elections.project_id(line.proposal): line for line in (*pot.funded, *pot.not_funded)}
    meta = {
        "description": f"{voting_round.title}: {pot.pot.name}",
        "unit": voting_round.council,
        "instance": voting_round.slug,
        "currency": voting_round.currency,
        "rule": voting_round.rule,
        "min_length": str(voting_round.min_length),
    }
    if voting_round.voting_opens_at and voting_round.voting_closes_at:
        meta["date_begin"] = voting_round.voting_opens_at.strftime("%d.%m.%Y")
        meta["date_end"] = voting_round.voting_closes_at.strftime("%d.%m.%Y")
    return pabulib.write(
        election,
        meta=meta,
        columns={
            "neighborhood": {
                name: ",".join(ward.name for ward in line.proposal.wards) for name, line in lines.items()
            },
            "category": {
                name: line.proposal.theme.name if line.proposal.theme else "" for name, line in lines.items()
            },
        },
        selected={name: 1 for name, line in lines.items() if line.kind in ("funded", "part")},
        scale=10**voting_round.minor_units,
    )


def _row(line: Line, *, voting_round: VotingRound) -> dict[str, str]:
    proposal = line.proposal
    standing = line.standing if line.tally and line.tally.voters >= FEWEST_BALLOTS else None
    return {
        "number": str(proposal.number),
        "id": elections.project_id(proposal),
        "title": proposal.title,
        "group": proposal.group.name if proposal.group else "",
        "wards": "; ".join(ward.name for ward in proposal.wards),
        "theme": proposal.theme.name if proposal.theme else "",
        "asked_for": decimal(proposal.cost, voting_round.minor_units),
        "outcome": line.kind,
        "award": decimal(line.award, voting_round.minor_units),
        "currency": voting_round.currency,
        "points": str(standing.points) if standing else "",
        "first_choices": str(standing.first_choices) if standing else "",
        "ballots_naming_it": str(standing.supporters) if standing else "",
        "reason": reason(line),
    }


def _entry(line: Line) -> dict[str, Any]:
    proposal = line.proposal
    return {
        "number": proposal.number,
        "id": elections.project_id(proposal),
        "title": proposal.title,
        "group": proposal.group.name if proposal.group else None,
        "wards": [ward.name for ward in proposal.wards],
        "borough_wide": proposal.borough_wide,
        "theme": proposal.theme.name if proposal.theme else None,
        "asked_for": proposal.cost,
        "outcome": line.kind,
        "award": line.award,
        "reason": reason(line),
    }


def reason(line: Line) -> str:
    """Why, in English sentences with the round's amounts; empty for a pot with few ballots."""
    explanation = line.explanation
    if explanation is None or line.tally is None or line.tally.voters < FEWEST_BALLOTS:
        return ""
    minor_units = line.proposal.voting_round.minor_units
    currency = line.proposal.voting_round.currency
    return " ".join(
        message.text(money=lambda amount: f"{currency} {decimal(amount, minor_units)}")
        for message in explanation.messages
    )


def decimal(amount: int, minor_units: int) -> str:
    """Minor units as a number with a point."""
    whole, part = divmod(amount, 10**minor_units)
    return f"{whole}.{part:0{minor_units}d}" if minor_units else str(whole)


def cell(text: str) -> str:
    """Text that a spreadsheet takes for text, never for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
