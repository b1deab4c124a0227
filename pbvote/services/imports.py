"""A real election from a Pabulib file, brought in as a finished round that nobody can change."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pbvote.models import (
    Award,
    CountedBallot,
    Pot,
    Proposal,
    Publication,
    TallyRecord,
    Theme,
    VotingRound,
)
from pbvote.services.refusal import Refusal
from pbvote.tally import CountError, Tally, count
from pbvote.tally.command import DEFAULT_RULE
from pbvote.tally.official.stated import stated
from pbvote.tally.official.verdict import judge
from pbvote.tally.pabulib import PabulibFile
from pbvote.tally.rule import Progress
from pbvote.tally.rules import RULES

FOLLOWS = ("match", "explained")
DESCRIPTIONS = ("description", "summary")
MOST_LETTERS = 600


def bring_in(
    session: Session,
    *,
    file: PabulibFile,
    source: str,
    rule: str | None = None,
    demo: bool = False,
    now: datetime,
    progress: Progress | None = None,
) -> VotingRound:
    """Make the round, its ballots, its count and its publication; amounts in the file's minor units.

    Counted by the rule the file states, or by the one for its kind of ballot where it states none that we
    know; `rule` asks for another one. Of the ballots only the choices are kept: no column about voters.
    Raises Refusal if `source` was brought in before under the same rule.
    """
    tally = _counted(file, rule, progress)
    slug = _slug(file, rule)
    if session.scalar(select(VotingRound.id).where(VotingRound.slug == slug)) is not None:
        raise Refusal("imported-already", slug=slug)
    voting_round = _round(file, slug=slug, source=source, tally=tally, demo=demo, now=now)
    voting_round.summary = _summary(file, tally, asked=rule)
    session.add(voting_round)
    session.flush()
    pot = voting_round.pots[0]
    proposals = _proposals(file, voting_round=voting_round, pot=pot, now=now)
    session.add_all(proposals.values())
    session.flush()
    numbers = {name: proposal.number for name, proposal in proposals.items()}
    _keep_ballots(session, pot_id=pot.id, rankings=_rankings(file, numbers))
    _publish(session, voting_round=voting_round, tally=tally, proposals=proposals, file=file, now=now)
    session.flush()
    return voting_round


def _counted(file: PabulibFile, rule: str | None, progress: Progress | None) -> Tally:
    """The count as the officials stated it, or by the rule asked for; ties by the order of the file."""
    election = file.election
    order = [name for name in file.order if name in election.index]
    reading = stated(file) if rule is None else None
    if reading is not None:
        try:
            return reading.tally(file.order)
        except CountError:
            pass  # the rule the file states does not fit its ballots; ours does
    return count(election, rule or DEFAULT_RULE[election.kind], order=order, progress=progress)


def _round(
    file: PabulibFile, *, slug: str, source: str, tally: Tally, demo: bool, now: datetime
) -> VotingRound:
    election, meta = file.election, file.meta
    begins, ends = _day(meta.get("date_begin")), _day(meta.get("date_end"))
    voting_round = VotingRound(
        slug=slug,
        title=_title(file),
        council=meta.get("unit", "").strip(),
        currency=_currency(meta.get("currency")),
        minor_units=len(str(file.scale)) - 1,
        demo=demo,
        imported_from=source,
        voting_opens_at=begins,
        voting_closes_at=ends + timedelta(days=1) if ends else None,
        counted_at=now,
        published_at=now,
        rule=tally.rule,
        ballot_kind=election.kind,
        max_length=max(election.max_length, 1),
        order_secret=secrets.token_bytes(32),
    )
    voting_round.pots = [Pot(slug="all", name=voting_round.title, budget=election.budget)]
    names = dict.fromkeys(name for name in map(_theme, file.projects.values()) if name)
    voting_round.themes = [
        Theme(slug=_plain(name) or f"theme-{place}", name=name, position=place)
        for place, name in enumerate(_distinct(names), start=1)
    ]
    return voting_round


def _proposals(
    file: PabulibFile, *, voting_round: VotingRound, pot: Pot, now: datetime
) -> dict[str, Proposal]:
    """Project id → its proposal, numbered as the file lists them."""
    themes = {theme.slug: theme for theme in voting_round.themes}
    costs = {project.id: project.cost for project in file.election.projects}
    made = {}
    for number, (name, cells) in enumerate(file.projects.items(), start=1):
        theme = themes.get(_plain(_theme(cells)))
        text = next((cells[column] for column in DESCRIPTIONS if cells.get(column)), "")
        made[name] = Proposal(
            round_id=voting_round.id,
            pot_id=pot.id,
            theme_id=theme.id if theme else None,
            number=number,
            source_id=name,
            status="shortlisted" if name in costs else "struck",
            title=cells.get("name") or name,
            summary=_short(text),
            story=text,
            cost=costs.get(name, 0),
            borough_wide=True,
            created_at=now,
        )
    return made


def _rankings(file: PabulibFile, numbers: Mapping[str, int]) -> Iterator[list[Any]]:
    """Each ballot by ballot numbers; with its points where the ballots gave points."""
    for ballot, voters in file.election.ballots():
        for _ in range(voters):
            yield [numbers[part] if isinstance(part, str) else [numbers[part[0]], part[1]] for part in ballot]


def _keep_ballots(session: Session, *, pot_id: int, rankings: Iterable[list[Any]]) -> None:
    """In shuffled order under random keys, like ballots out of a box of our own."""
    shuffled = list(rankings)
    secrets.SystemRandom().shuffle(shuffled)
    keys: set[int] = set()
    while len(keys) < len(shuffled):
        keys.add(secrets.randbelow(2**62) + 1)
    values = [
        {"id": key, "pot_id": pot_id, "ranking": ranking} for key, ranking in zip(keys, shuffled, strict=True)
    ]
    if values:
        session.execute(insert(CountedBallot), values)


def _publish(
    session: Session,
    *,
    voting_round: VotingRound,
    tally: Tally,
    proposals: Mapping[str, Proposal],
    file: PabulibFile,
    now: datetime,
) -> None:
    record = TallyRecord(
        pot_id=voting_round.pots[0].id,
        version=1,
        rule=tally.rule,
        record=tally.to_json(),
        comparison=_comparison(file),
        counted_at=now,
    )
    publication = Publication(
        round_id=voting_round.id,
        version=1,
        published_at=now,
        turnout=file.election.voters + file.blank,
        awards=[
            Award(
                round_id=voting_round.id,
                version=1,
                proposal_id=proposals[award.project].id,
                position=place,
                amount=award.amount,
                status="accepted",
            )
            for place, award in enumerate(tally.allocation, start=1)
        ],
    )
    session.add_all((record, publication))


def _comparison(file: PabulibFile) -> bytes | None:
    """The same ballots by points where they are rankings, else by votes."""
    other = "points-greedy" if file.election.kind in RULES["points-greedy"].kinds else "greedy"
    if file.election.kind not in RULES[other].kinds:
        return None
    order = [name for name in file.order if name in file.election.index]
    return count(file.election, other, order=order).to_json()


def _summary(file: PabulibFile, tally: Tally, *, asked: str | None) -> str:
    """Where the round comes from, and whether its result is what the officials decided."""
    said = ["Brought in from a file of real votes. Nobody can change it."]
    if asked is not None:
        said.append(f"Counted again by the rule “{RULES[tally.rule].title}”, not by the one used then.")
        return " ".join(said)
    verdict = judge(file)
    if verdict.status in FOLLOWS:
        said.append("The result is the one that was decided then.")
    elif verdict.status == "differs":
        said.append("What was decided then is different: the file says why it may be.")
    else:
        said.append("The file does not say by which rule it was decided, or not what was decided.")
    return " ".join(said)


def _title(file: PabulibFile) -> str:
    meta = file.meta
    parts = [meta.get(name, "").strip() for name in ("unit", "subunit", "instance")]
    return meta.get("description", "").strip() or " ".join(part for part in parts if part) or "Election"


def _slug(file: PabulibFile, rule: str | None) -> str:
    meta = file.meta
    parts = [meta.get(name, "") for name in ("unit", "subunit", "instance")]
    words = " ".join(dict.fromkeys(part for part in parts if part)) or meta.get("description", "")
    base = _plain(words)[:80].strip("-") or "election"
    return f"{base}-{rule}" if rule else base


def _plain(text: str) -> str:
    """Letters and digits of the Latin alphabet, for an address."""
    text = text.replace("ł", "l").replace("Ł", "L")
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in split if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")


def _theme(cells: Mapping[str, str]) -> str:
    """The first category a project names."""
    return cells.get("category", "").split(",")[0].strip()


def _distinct(names: Iterable[str]) -> list[str]:
    return list({_plain(name): name for name in names}.values())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rsplit(" ", 1)[0] + "…"


def _currency(text: str | None) -> str:
    """An ISO 4217 code, or XXX for none that can be read."""
    code = (text or "").strip().upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else "XXX"


def _day(text: str | None) -> datetime | None:
    """The start of the day a file names; None where it names only a year or nothing."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            found = datetime.strptime((text or "").strip(), form)  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return datetime.combine(found.date(), time(), tzinfo=UTC)
    return None
