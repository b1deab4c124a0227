"""Fills an empty database with the demonstration: three rounds of Northbank, one of them to its end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pbvote.models import (
    Account,
    Award,
    AwardReport,
    OutboxMessage,
    Proposal,
    RegisterEntry,
    RoundKey,
    VotingRound,
    Ward,
)
from pbvote.services import counting, keys, opening, publishing, voting
from pbvote.services.keyring import Keyring
from pbvote.services.reference_round import (
    applications,
    ballot_box,
    borough,
    electorate,
    people,
    preferences,
    setting_up,
    texts,
)
from pbvote.services.reference_round.people import Persona, Staff
from pbvote.services.reference_round.preferences import Resident
from pbvote.services.reference_round.progress import Progress, silent
from pbvote.services.reference_round.setting_up import Plan
from pbvote.services.refusal import Refusal
from pbvote.services.register import duplicate_key

DICE = "41273958"
PAIRS = ((0, 1), (0, 2), (1, 2))
SMALL_REGISTER, SMALL_TURNOUT = 420, 260
BLANK_SHEETS = 6
REPORTS = {
    "Tai chi on the Mead in all weathers": (
        "Both of our new teachers have passed. Mr Wen watched the examination through the window and said "
        "nothing, which is high praise. We have used the hall on four wet mornings so far."
    ),
    "Gloves on at four, books open at six": (
        "The teacher now comes on all five evenings and the second coach began on Monday. Eleven girls have "
        "joined since. The showers are next, once the plumber has found the stopcock."
    ),
    "Dancing sitting down": (
        "Four Wednesdays done. Twenty-six people came to the last one and the pianist was asked for a tango. "
        "Nobody has hurt themselves, though two people have fallen out over the choice of waltz."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where files go that are kept beside the database."""

    keys: Path
    uploads: Path
    packages: Path


@dataclass(frozen=True)
class Filled:
    """What to tell whoever started the demo: who can sign in, and the custodians' passphrases.

    `passphrases` are by round slug, then by email; they exist so that a demonstration can be closed.
    """

    personas: tuple[Persona, ...]
    passphrases: dict[str, dict[str, str]] = field(repr=False)


class Filler:
    """What every step needs, and the names that go on from one step to the next."""

    def __init__(
        self,
        session: Session,
        *,
        keyring: Keyring,
        folders: Folders,
        now: datetime,
        progress: Progress,
    ) -> None:
        self.session, self.keyring, self.now, self._progress = session, keyring, now, progress
        self.folders = folders
        self.rng = Random(preferences.SEED)
        self.names = people.names(preferences.SEED)
        self.passphrases: dict[str, dict[str, str]] = {}
        self.title = ""
        self.staff: Staff
        self.wards: dict[str, Ward]

    def tell(self, step: str, done: int, total: int) -> None:
        self._progress(f"{self.title}: {step}", done, total)

    def fill(self) -> Filled:
        session, now = self.session, self.now
        done, open_now, ahead = setting_up.plans(now)
        began = done.dates.proposals_open - timedelta(days=30)
        self.staff = people.make_staff(session, keyring=self.keyring, now=began)
        self.wards = borough.make_wards(session)
        self.groups = borough.make_groups(session, names=self.names, rng=self.rng, now=began)
        self.finish(done)
        self.open_for_voting(open_now)
        self.collect(ahead)
        personas = (*people.RESIDENTS, people.CONTACT, *self.staff.personas)
        return Filled(personas, self.passphrases)

    def set_up(
        self, plan: Plan, written: tuple[texts.ProposalText, ...]
    ) -> tuple[VotingRound, list[Proposal]]:
        self.title = plan.title
        voting_round = setting_up.make_round(
            self.session,
            plan=plan,
            wards=self.wards.values(),
            contact_email="hello@northbank.example",
            staff=self.staff,
        )
        proposals = applications.make_proposals(
            self.session,
            voting_round=voting_round,
            written=written,
            groups=self.groups,
            wards=self.wards,
            when=plan.dates,
            staff=self.staff,
            rng=self.rng,
            upload_folder=self.folders.uploads,
            progress=self.tell,
        )
        return voting_round, proposals

    def finish(self, plan: Plan) -> None:
        """The published round, by the same services as a real one."""
        written, when = texts.proposals(), plan.dates
        voting_round, proposals = self.set_up(plan, written)
        shortlist = [text for text in written if text.on_ballot]
        numbers = [one.number for one, text in zip(proposals, written, strict=True) if text.on_ballot]
        residents = preferences.residents(proposals=shortlist, wards=texts.wards())
        key = self.prepare_key(voting_round, plan)
        self.cast(voting_round, plan, key, _with_blanks(residents), numbers, until=when.voting_closes)
        officer, second = self.staff.id("officer"), self.staff.id("second-officer")
        voting.close(self.session, voting_round=voting_round, now=when.voting_closes + timedelta(minutes=1))
        drawn = when.voting_closes + timedelta(days=2)
        for who in (officer, second):
            opening.write_seed(
                self.session, voting_round=voting_round, digits=DICE, officer_id=who, now=drawn
            )
        opening.open_box(
            self.session,
            voting_round=voting_round,
            key_folder=self.folders.keys,
            officer_id=officer,
            passphrases=self.two_passphrases(voting_round),
            now=drawn + timedelta(days=1),
            progress=lambda done, total: self.tell("Opening the box", done, total),
        )
        counting.count_round(
            self.session,
            voting_round=voting_round,
            officer_id=officer,
            now=drawn + timedelta(days=1, hours=1),
            progress=lambda _stage, done, total: self.tell("Counting", done, total or 0),
        )
        self.tell("Publishing", 0, 1)
        self.publish(voting_round, plan)

    def publish(self, voting_round: VotingRound, plan: Plan) -> None:
        draft = publishing.draft(self.session, voting_round=voting_round)
        for key in ("officer", "second-officer"):
            publishing.sign_off(
                self.session,
                voting_round=voting_round,
                officer_id=self.staff.id(key),
                subject=draft.subject,
                key_folder=self.folders.keys,
                package_folder=self.folders.packages,
                now=plan.dates.results_due,
            )
        self.accept_awards(voting_round, plan)
        sent = update(OutboxMessage).where(OutboxMessage.recipient != people.CONTACT.email)
        self.session.execute(sent.values(sent_at=plan.dates.results_due))
        self.session.flush()

    def accept_awards(self, voting_round: VotingRound, plan: Plan) -> None:
        """Most groups have accepted by now and some tell how it goes; the persona has yet to answer."""
        persona = self.groups[borough.PERSONA_GROUP]
        for award in self.session.scalars(select(Award).where(Award.round_id == voting_round.id)):
            proposal, told = award.proposal, REPORTS.get(award.proposal.title)
            if proposal.group is None or proposal.group is persona:
                continue
            if told or self.rng.random() < 0.85:
                award.status = "accepted"
                award.answered_at = plan.dates.results_due + timedelta(days=1 + int(self.rng.random() * 15))
            if told:
                report = AwardReport(
                    text=told,
                    spent=award.amount // 10 // 100 * 100,
                    reported_at=self.now - timedelta(days=2),
                    reported_by_id=proposal.group.members[0].account_id,
                )
                award.reports.append(report)

    def open_for_voting(self, plan: Plan) -> None:
        """The round in which people vote now, with some ballots in its box already."""
        written = texts.small_grants()
        voting_round, proposals = self.set_up(plan, written)
        residents = preferences.residents(
            proposals=written,
            wards=texts.wards(),
            register=SMALL_REGISTER,
            voters=SMALL_TURNOUT,
            paper_share=0.0,
        )
        key = self.prepare_key(voting_round, plan)
        numbers = [proposal.number for proposal in proposals]
        self.add_persona(voting_round, people.RESIDENTS[0], "lockside", "NB14QT")
        voted = self.add_persona(voting_round, people.RESIDENTS[1], "lockside", "NB14QT")
        extra = electorate.Voter(voted.id, Resident("lockside", False, (3, 11, 7)), self.now.date())
        self.cast(voting_round, plan, key, residents, numbers, until=self.now, extra=(extra,))
        self.add_doubts(voting_round)

    def collect(self, plan: Plan) -> None:
        self.set_up(plan, texts.next_round())

    def add_persona(
        self, voting_round: VotingRound, persona: Persona, ward: str, postcode: str
    ) -> RegisterEntry:
        return electorate.register_persona(
            self.session,
            voting_round=voting_round,
            persona=persona,
            ward=self.wards[ward],
            postcode=postcode,
            now=self.now - timedelta(days=3),
        )

    def add_doubts(self, voting_round: VotingRound) -> None:
        """A few entries for officers to decide: a postcode nobody knows, and somebody entered twice."""
        known = self.session.scalars(
            select(RegisterEntry).where(RegisterEntry.round_id == voting_round.id).limit(3)
        )
        rows = [(entry.name, entry.postcode, entry.ward_id, "same-name-and-postcode") for entry in known]
        rows += [(next(self.names), code, None, "postcode-unknown") for code in ("NB98XX", "NB71AA")]
        for place, (name, postcode, ward_id, doubt) in enumerate(rows, start=1):
            account = Account(
                email=f"doubt-{place}@{voting_round.slug}.example", name=name, created_at=self.now
            )
            self.session.add(
                RegisterEntry(
                    round_id=voting_round.id,
                    account=account,
                    status="pending",
                    name=name,
                    postcode=postcode,
                    ward_id=ward_id,
                    duplicate_key=duplicate_key(voting_round, name=name, postcode=postcode),
                    doubt=doubt,
                    registered_on=(self.now - timedelta(days=place % 3)).date(),
                )
            )
        self.session.flush()

    def prepare_key(self, voting_round: VotingRound, plan: Plan) -> RoundKey:
        """A key wrapped for three custodians, who have rehearsed in all three pairs; then voting opens."""
        made = plan.dates.shortlist
        prepared = keys.prepare(
            self.session,
            voting_round=voting_round,
            key_folder=self.folders.keys,
            officer_id=self.staff.id("administrator"),
            custodian_ids=self.staff.custodians,
            now=made,
        )
        for step, (one, other) in enumerate(PAIRS, start=1):
            pair = (self.staff.custodians[one], self.staff.custodians[other])
            keys.rehearse(
                self.session,
                voting_round=voting_round,
                key_folder=self.folders.keys,
                passphrases={who: prepared.passphrases[who] for who in pair},
                officer_id=pair[0],
                now=made + timedelta(days=1),
            )
            self.tell("Rehearsing with the key", step, len(PAIRS))
        emails = {account.id: account.email or "" for account in self.staff.accounts.values()}
        self.passphrases[voting_round.slug] = {
            emails[who]: passphrase for who, passphrase in prepared.passphrases.items()
        }
        voting.open_when_due(self.session, voting_round=voting_round, now=plan.dates.voting_opens)
        return prepared.key

    def two_passphrases(self, voting_round: VotingRound) -> dict[int, str]:
        held = self.passphrases[voting_round.slug]
        accounts = self.staff.accounts
        return {
            accounts[key].id: held[accounts[key].email or ""] for key in ("custodian", "second-custodian")
        }

    def cast(
        self,
        voting_round: VotingRound,
        plan: Plan,
        key: RoundKey,
        residents: list[Resident],
        numbers: list[int],
        *,
        until: datetime,
        extra: tuple[electorate.Voter, ...] = (),
    ) -> None:
        voters = electorate.register(
            self.session,
            voting_round=voting_round,
            residents=residents,
            wards=self.wards,
            names=self.names,
            when=plan.dates,
            until=until,
            rng=self.rng,
        )
        ballot_box.vote(
            self.session,
            voting_round=voting_round,
            key=key,
            voters=[*voters, *extra],
            numbers=numbers,
            when=plan.dates,
            staff=self.staff,
            rng=self.rng,
            progress=self.tell,
        )


def is_empty(session: Session) -> bool:
    """Whether there is no round yet."""
    return not session.scalar(select(func.count()).select_from(VotingRound))


def fill(
    session: Session,
    *,
    keyring: Keyring,
    folders: Folders,
    now: datetime,
    progress: Progress = silent,
) -> Filled:
    """Make the demonstration in a database without rounds. Refuses if there is any."""
    if not is_empty(session):
        raise Refusal("demo-not-empty")
    filler = Filler(
        session,
        keyring=keyring,
        folders=folders,
        now=now,
        progress=progress,
    )
    return filler.fill()


def _with_blanks(residents: list[Resident]) -> list[Resident]:
    """Some who registered handed in a sheet with nothing on it."""
    left = BLANK_SHEETS
    changed = []
    for resident in residents:
        if left and not resident.ranking:
            left -= 1
            resident = Resident(ward=resident.ward, paper=True, ranking=())
        changed.append(resident)
    return changed
