"""Setting a round up: its sections, what is missing, and the schedule that two officers approve."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.box.canonical import canonical
from pbvote.models import (
    Account,
    AuditEntry,
    DateChange,
    GroupMember,
    Pot,
    Proposal,
    RegisterEntry,
    Theme,
    VotingRound,
    Ward,
)
from pbvote.services import outbox, rounds
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal
from pbvote.tally import RULES, RuleDoesNotFit

DATES = (
    "proposals_open_at",
    "proposals_close_at",
    "voting_opens_at",
    "voting_closes_at",
    "results_due_at",
)
# The rules that verify.py recounts: what is published must be checkable by anyone.
OFFERED_RULES = ("rank-equal-shares", "points-greedy")
SCHEDULE, MOVE, MOVE_ASKED = "schedule", "move-date", "move-asked"
MOST_POTS = 50
MOST_RAISES = 100_000
FIRST_THEMES = ("Young people", "Older people", "Green spaces", "Health and wellbeing", "Arts and culture")


def create(
    session: Session,
    *,
    title: str,
    summary: str,
    council: str,
    officer_id: int,
    demo: bool,
    now: datetime,
    contact_email: str = "",
) -> VotingRound:
    """A new round with one pot, every ward and a first list of themes, its key held by three people."""
    voting_round = VotingRound(
        slug=_free_slug(session, title),
        title=title.strip(),
        summary=summary.strip(),
        contact_email=contact_email.strip(),
        council=council,
        demo=demo,
        custody="officers",
        order_secret=secrets.token_bytes(32),
        register_pepper=secrets.token_bytes(32),
    )
    voting_round.pots = [Pot(slug="all", name=title.strip()[:80], budget=0)]
    voting_round.themes = [
        Theme(slug=slug_of(name), name=name, position=place)
        for place, name in enumerate(FIRST_THEMES, start=1)
    ]
    voting_round.wards = list(session.scalars(select(Ward).order_by(Ward.name)))
    session.add(voting_round)
    session.flush()
    rounds.note(session, deed="round-created", now=now, account_id=officer_id, round_id=voting_round.id)
    return voting_round


def slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "round"


def _free_slug(session: Session, title: str) -> str:
    base = slug_of(title)
    taken = set(session.scalars(select(VotingRound.slug).where(VotingRound.slug.like(f"{base}%"))))
    number = 2
    slug = base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def change(
    session: Session, *, voting_round: VotingRound, values: Mapping[str, Any], officer_id: int, now: datetime
) -> None:
    """Change plain settings of a round that is still being set up. Earlier approvals become worthless."""
    _require_set_up(session, voting_round)
    for name, value in values.items():
        setattr(voting_round, name, value)
    _check(voting_round)
    _note(session, voting_round, officer_id, now, *values)


def change_rule(
    session: Session,
    *,
    voting_round: VotingRound,
    rule: str,
    parameters: Mapping[str, Any],
    part_funding: bool,
    dice_method: str,
    officer_id: int,
    now: datetime,
) -> None:
    """Choose the rule of the count and how the dice for ties are thrown."""
    _require_set_up(session, voting_round)
    if rule not in OFFERED_RULES:
        raise Refusal("rule-unknown", field="rule")
    given = {**parameters, "part_funding": True} if part_funding else dict(parameters)
    known = {parameter.name for parameter in RULES[rule].parameters}
    for name in given:
        if name not in known:
            code = "rule-cannot-part-fund" if name == "part_funding" else "rule-has-no-steps"
            raise Refusal(code, field=name)
    try:
        RULES[rule].settled(given)
    except RuleDoesNotFit:
        raise Refusal("rule-unfit", field="rule") from None
    voting_round.rule, voting_round.rule_parameters = rule, dict(parameters)
    voting_round.part_funding, voting_round.dice_method = part_funding, dice_method.strip()
    _note(session, voting_round, officer_id, now, "rule")


@dataclass(frozen=True)
class PotLine:
    """A pot as officers want it: `ward_id` None is for everybody, `pot_id` one the round has already."""

    name: str
    budget: int
    ward_id: int | None = None
    pot_id: int | None = None


def change_pots(
    session: Session, *, voting_round: VotingRound, pots: Sequence[PotLine], officer_id: int, now: datetime
) -> None:
    """Set the pots, in this order; one that is not named any more goes."""
    _require_set_up(session, voting_round)
    if not pots:
        raise Refusal("pots-none", field="pots")
    if len({line.name.strip().casefold() for line in pots}) < len(pots):
        raise Refusal("pots-same-name", field="pots")
    open_to = {ward.id for ward in wards_for_pots(voting_round)} | {None}
    if any(line.ward_id not in open_to for line in pots):
        raise Refusal("pot-ward-unknown", field="pots")
    present = {pot.id: pot for pot in voting_round.pots}
    kept = [(line, present.pop(line.pot_id) if line.pot_id in present else Pot()) for line in pots]
    for pot in present.values():
        used = session.scalar(select(func.count()).select_from(Proposal).where(Proposal.pot_id == pot.id))
        if used:
            raise Refusal("pot-in-use", field="pots", pot=pot.name)
        voting_round.pots.remove(pot)
        session.delete(pot)
    # Two pots may have changed names, and no two may share one even for a moment.
    for place, pot in enumerate(voting_round.pots):
        pot.slug = f"-{place}"
    session.flush()
    slugs = _slugs([line.name for line in pots])
    for place, ((line, pot), slug) in enumerate(zip(kept, slugs, strict=True), start=1):
        pot.name, pot.budget, pot.ward_id = line.name.strip(), line.budget, line.ward_id
        pot.slug, pot.position = slug, place
        if pot not in voting_round.pots:
            voting_round.pots.append(pot)
    _note(session, voting_round, officer_id, now, "pots")


def wards_for_pots(voting_round: VotingRound) -> list[Ward]:
    """The wards a pot can be for: those that take part."""
    return list(voting_round.wards)


def _slugs(names: Iterable[str]) -> list[str]:
    """A slug for each name, all different: names in other scripts have no letters to make one from."""
    given: list[str] = []
    for name in names:
        base, number = slug_of(name), 2
        slug = base
        while slug in given:
            slug, number = f"{base}-{number}", number + 1
        given.append(slug)
    return given


def change_places(
    session: Session,
    *,
    voting_round: VotingRound,
    ward_ids: Iterable[int],
    themes: Sequence[str],
    officer_id: int,
    now: datetime,
) -> None:
    """Choose the wards that take part and name the themes."""
    _require_set_up(session, voting_round)
    wanted = set(ward_ids)
    for pot in voting_round.pots:
        if pot.ward_id is not None and pot.ward_id not in wanted:
            raise Refusal("ward-has-pot", field="wards", pot=pot.name)
    voting_round.wards = list(session.scalars(select(Ward).where(Ward.id.in_(wanted)).order_by(Ward.name)))
    named = list(dict.fromkeys(name.strip() for name in themes if name.strip()))
    if not named:
        raise Refusal("themes-none", field="themes")
    present = {theme.slug: theme for theme in voting_round.themes}
    kept = []
    for place, (name, slug) in enumerate(zip(named, _slugs(named), strict=True), start=1):
        theme = present.pop(slug, None) or Theme(slug=slug)
        theme.name, theme.position = name, place
        kept.append(theme)
    for theme in present.values():
        used = session.scalar(select(func.count()).select_from(Proposal).where(Proposal.theme_id == theme.id))
        if used:
            raise Refusal("theme-in-use", field="themes", theme=theme.name)
        session.delete(theme)
    voting_round.themes = kept
    _note(session, voting_round, officer_id, now, "places")


def missing(voting_round: VotingRound) -> list[str]:
    """The sections that are not complete, by name."""
    gaps = []
    if not voting_round.summary:
        gaps.append("basics")
    if voting_round.budget <= 0:
        gaps.append("money")
    if any(getattr(voting_round, name) is None for name in DATES):
        gaps.append("dates")
    if not voting_round.themes:
        gaps.append("places")
    if not voting_round.grant_max:
        gaps.append("grants")
    if not voting_round.dice_method:
        gaps.append("count")
    return gaps


def subject(voting_round: VotingRound) -> str:
    """One name for everything the two officers approve: dates, money, rules, limits, secrecy."""
    facts = {
        "title": voting_round.title,
        "dates": {name: str(getattr(voting_round, name)) for name in DATES},
        "pots": [[pot.slug, pot.budget, pot.ward_id] for pot in voting_round.pots],
        "themes": [theme.slug for theme in voting_round.themes],
        "wards": sorted(ward.code for ward in voting_round.wards),
        "rule": [voting_round.rule, voting_round.rule_parameters, voting_round.part_funding],
        "ballot": [voting_round.min_length, voting_round.max_length],
        "grants": [voting_round.grant_min, voting_round.grant_max],
        "people": [
            voting_round.minimum_age,
            voting_round.may_live,
            voting_round.may_work,
            voting_round.may_study,
            voting_round.officers_confirm,
            sorted(voting_round.sign_up_methods),
        ],
        "secrecy": [voting_round.custody, voting_round.publication_level, voting_round.dice_method],
    }
    return sha256(canonical(facts)).hexdigest()


def approve(
    session: Session, *, voting_round: VotingRound, seen: str, officer_id: int, now: datetime
) -> bool:
    """One officer approves the round as they read it; the second one puts the schedule in force."""
    _require_set_up(session, voting_round)
    gaps = missing(voting_round)
    if gaps:
        raise Refusal("round-incomplete", gaps=len(gaps))
    if voting_round.voting_opens_at and voting_round.voting_opens_at <= now:
        raise Refusal("dates-past")
    if seen != subject(voting_round):
        raise Refusal("round-changed")
    said = rounds.approve(
        session, voting_round=voting_round, deed=SCHEDULE, subject=seen, officer_id=officer_id, now=now
    )
    if said < 2:
        return False
    voting_round.schedule_approved_at = now
    rounds.note(session, deed="schedule-approved", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return True


def move_date(
    session: Session,
    *,
    voting_round: VotingRound,
    name: str,
    to: datetime,
    reason: str,
    officer_id: int,
    now: datetime,
) -> bool:
    """Move a date of an approved round, once two officers say so with the same reason; everyone is told."""
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    if name not in DATES:
        raise Refusal("date-unknown", field="name")
    if voting_round.schedule_approved_at is None or voting_round.published_at or voting_round.counted_at:
        raise Refusal("wrong-phase", phase=voting_round.phase(now))
    old = getattr(voting_round, name)
    if not reason.strip():
        raise Refusal("reason-missing", field="reason")
    if to <= now or (old is not None and old <= now):
        raise Refusal("date-past", field="to")
    setattr(voting_round, name, to)
    try:
        _check_dates(voting_round)
    finally:
        setattr(voting_round, name, old)
    wish = _move_subject(name, to, reason)
    said = rounds.approve(
        session, voting_round=voting_round, deed=MOVE, subject=wish, officer_id=officer_id, now=now
    )
    if said < 2:
        rounds.note(
            session,
            deed=MOVE_ASKED,
            now=now,
            account_id=officer_id,
            round_id=voting_round.id,
            field=name,
            to=to.isoformat(),
            reason=reason.strip(),
        )
        session.flush()
        return False
    setattr(voting_round, name, to)
    session.add(
        DateChange(
            round_id=voting_round.id,
            field=name,
            old=old,
            new=to,
            reason=reason.strip(),
            officer_id=officer_id,
            at=now,
        )
    )
    rounds.use_approvals(session, voting_round=voting_round, deed=MOVE, subject=wish, now=now)
    rounds.note(
        session, deed="date-moved", now=now, account_id=officer_id, round_id=voting_round.id, field=name
    )
    _tell_everyone(session, voting_round, name, to, reason.strip(), now)
    session.flush()
    return True


def _move_subject(name: str, to: datetime, reason: str) -> str:
    return sha256(f"{name}|{to.isoformat()}|{reason.strip()}".encode()).hexdigest()


@dataclass(frozen=True)
class Move:
    """A date that one officer asked to move."""

    name: str
    to: datetime
    reason: str
    officer_id: int


def moves_asked(session: Session, *, voting_round: VotingRound, now: datetime) -> list[Move]:
    """The moves that wait for a second officer and could still be made, each once."""
    query = select(AuditEntry).where(AuditEntry.round_id == voting_round.id, AuditEntry.deed == MOVE_ASKED)
    waiting: dict[str, Move] = {}
    for asked in session.scalars(query.order_by(AuditEntry.id)):
        name, reason = asked.detail["field"], asked.detail["reason"]
        to = datetime.fromisoformat(asked.detail["to"])
        subject = _move_subject(name, to, reason)
        old = getattr(voting_round, name)
        if to > now and (old is None or old > now) and asked.account_id is not None:
            given = rounds.approvers(session, voting_round=voting_round, deed=MOVE, subject=subject)
            if given:
                waiting[subject] = Move(name, to, reason, given[0])
    return list(waiting.values())


def date_changes(session: Session, *, voting_round: VotingRound) -> list[DateChange]:
    query = select(DateChange).where(DateChange.round_id == voting_round.id).order_by(DateChange.id)
    return list(session.scalars(query))


def every_ward(session: Session) -> list[Ward]:
    return list(session.scalars(select(Ward).order_by(Ward.name)))


def _tell_everyone(
    session: Session, voting_round: VotingRound, name: str, to: datetime, reason: str, now: datetime
) -> None:
    groups = (
        select(Account)
        .join(GroupMember, GroupMember.account_id == Account.id)
        .join(Proposal, Proposal.group_id == GroupMember.group_id)
        .where(Proposal.round_id == voting_round.id)
    )
    voters = (
        select(Account)
        .join(RegisterEntry, RegisterEntry.account_id == Account.id)
        .where(RegisterEntry.round_id == voting_round.id, RegisterEntry.status.in_(("confirmed", "pending")))
    )
    people = {account.id: account for query in (groups, voters) for account in session.scalars(query)}
    for account in people.values():
        recipient = account.email or account.phone
        if recipient:
            outbox.enqueue(
                session,
                template="date_moved",
                channel="email" if account.email else "sms",
                recipient=recipient,
                language=account.language,
                parameters={
                    "round": voting_round.title,
                    "slug": voting_round.slug,
                    "field": name,
                    "to": to.isoformat(),
                    "reason": reason,
                },
                now=now,
                once_key=f"date:{voting_round.id}:{name}:{to.isoformat()}:{account.id}",
            )


def _require_set_up(session: Session, voting_round: VotingRound) -> None:
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    if voting_round.schedule_approved_at is not None or voting_round.imported_from:
        raise Refusal("round-fixed")


def _check(voting_round: VotingRound) -> None:
    if voting_round.max_length < voting_round.min_length:
        raise Refusal("ballot-length-crossed", field="max_length")
    if voting_round.grant_max and voting_round.grant_max < voting_round.grant_min:
        raise Refusal("grants-crossed", field="grant_max")
    if not (voting_round.may_live or voting_round.may_work or voting_round.may_study):
        raise Refusal("nobody-may-vote", field="connections")
    _check_dates(voting_round)


def _check_dates(voting_round: VotingRound) -> None:
    earlier: datetime | None = None
    for name in DATES:
        moment = getattr(voting_round, name)
        if moment is not None and earlier is not None and moment <= earlier:
            raise Refusal("dates-crossed", field=name)
        earlier = moment or earlier


def _note(session: Session, voting_round: VotingRound, officer_id: int, now: datetime, *what: str) -> None:
    rounds.note(
        session,
        deed="round-changed",
        now=now,
        account_id=officer_id,
        round_id=voting_round.id,
        sections=list(what),
    )
    session.flush()
