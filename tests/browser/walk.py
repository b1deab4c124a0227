"""The whole way of a resident from the poster to the receipt: each page, empty, with an error and full."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from pbvote.models import Proposal, SignIn
from pbvote.settings import Settings
from tests.browser.voter import go_on, pick
from tests.person import Person
from tests.voting import POSTCODE, Booth, open_booth

ADA, TWIN = "ada@example.com", "twin@example.com"


@dataclass
class Walk:
    """Somebody at a page of the round; `codes` reads what is sent to them."""

    page: Page
    booth: Booth
    codes: Person
    session: Session

    def __iter__(self) -> Iterator[str]:
        """Go on to each page in turn; a name for where we are."""
        yield from self.look_around()
        yield from self.register()
        yield from self.vote()
        yield from self.come_back()
        yield from self.be_in_doubt()

    def open(self, path: str) -> None:
        self.page.goto(f"/rounds/{self.booth.slug}{path}")

    def send(self, field: str, text: str) -> None:
        """Type an answer and send it, and wait for the page that comes back."""
        self.page.fill(field, text)
        with self.page.expect_navigation():
            self.page.press(field, "Enter")

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.click(selector)

    def look_around(self) -> Iterator[str]:
        self.page.goto("/")
        yield "home"
        self.open("")
        yield "round"
        self.open(f"/proposals/{self.booth.proposals[0].number}")
        yield "poster's page"
        self.open("/proposals/")
        yield "proposals, full"
        self.open("/proposals/?text=submarine")
        yield "proposals, empty"
        self.open("/proposals/?at_most=lots")
        yield "proposals, error"
        self.open("/easy-read")
        yield "easy read"
        self.open("/register/letter")
        yield "letter, empty"
        self.send("#code", "XXXX")
        yield "letter, error"
        self.open("/ballot/all/")
        yield "sign in, empty"
        self.send("#address", "ada")
        yield "sign in, error"

    def register(self) -> Iterator[str]:
        page = self.page
        self.open("/vote")
        yield "address, empty"
        self.send("#address", "ada at example")
        yield "address, error"
        self.send("#address", ADA)
        yield "code, empty"
        self.send("#code", "12")
        yield "code, error"
        self.send("#code", self.codes.latest_code(ADA))
        yield "name, empty"
        self.send("#name", "")
        yield "name, error"
        self.send("#name", "Ada Brook")
        yield "connection"
        self.press("[name=connection][value=live]")
        yield "postcode, empty"
        self.send("#postcode", "NB9 9ZZ")
        yield "postcode, error"
        self.send("#postcode", POSTCODE)
        yield "age, empty"
        self.press("[name=old_enough][value=no]")
        yield "age, error"
        page.check("#wants_reminders")
        yield "age, full"
        self.press("[name=old_enough][value=yes]")
        yield "two ballots"

    def vote(self) -> Iterator[str]:
        page, booth = self.page, self.booth
        page.goto(booth.path())
        yield "choose, empty"
        go_on(page)
        yield "choose, error"
        page.goto(booth.path("?text=submarine"))
        yield "choose, nothing found"
        page.goto(booth.path())
        page.click(".pb-find summary")
        yield "choose, filters"
        page.click(".pb-find summary")
        pick(page, *(one.number for one in booth.proposals[:4]))
        yield "choose, full"
        self._let_time_run_out()
        page.goto(booth.path())
        yield "choose, time running out"
        pick(page, *(one.number for one in booth.proposals[:4]))
        page.goto(booth.path(f"story/{booth.proposals[0].number}"))
        yield "story"
        page.goto(booth.path())
        pick(page, *(one.number for one in booth.proposals[:4]))
        go_on(page)
        page.locator("#ranking").wait_for()
        yield "order, full"
        page.locator("#ranking [id^=down-]").first.click()
        yield "order, moved"
        page.locator("#ranking [id^=remove-]").nth(1).click()
        page.locator("#undo").wait_for()
        yield "order, undo"
        go_on(page)
        page.locator("#cast").wait_for()
        yield "check"
        self._withdraw(int(page.input_value("#check [name=ranking]").split(",")[0]))
        page.click("#cast")
        page.locator("#problem").wait_for()
        yield "check, error"
        page.click("#cast")
        page.locator(".pb-receipt").wait_for()
        yield "receipt, one ballot left"

    def come_back(self) -> Iterator[str]:
        page, booth = self.page, self.booth
        receipt = page.inner_text(".pb-receipt")
        page.goto(booth.path())
        yield "choose, changing"
        page.locator("input[name=picked]").first.check()
        go_on(page)
        page.locator("#ranking [id^=remove-]").click()
        go_on(page)
        yield "order, empty"
        self.open("/vote")
        yield "two ballots, one cast"
        page.goto(f"/rounds/{booth.slug}/ballot/ward/")
        pick(page, booth.proposals[-1].number)
        go_on(page)
        go_on(page)
        page.click("#cast")
        page.locator(".pb-receipt").wait_for()
        yield "receipt, all cast"
        self.open("/proposals/")
        yield "proposals, after casting"
        self.open("/receipts/")
        yield "receipts, empty"
        self.send("#receipt", "12")
        yield "receipts, error"
        self.open("/receipts/")
        page.fill("#receipt", receipt)
        page.press("#receipt", "Enter")
        page.locator("#found h2").wait_for()
        yield "receipts, found"

    def be_in_doubt(self) -> Iterator[str]:
        self.page.goto("/sign-in/out")
        yield "sign out"
        self.press("main button")
        self.open("/vote")
        self.send("#address", TWIN)
        self.send("#code", self.codes.latest_code(TWIN))
        self.send("#name", "Ada Brook")
        self.press("[name=connection][value=live]")
        self.send("#postcode", POSTCODE)
        self.press("[name=old_enough][value=yes]")
        yield "waiting for an officer"

    def _let_time_run_out(self) -> None:
        """Nine minutes are left to whoever is signed in."""
        self.session.rollback()
        soon = datetime.now(UTC) + timedelta(minutes=9)
        self.session.execute(update(SignIn).values(expires_at=soon))
        self.session.commit()

    def _withdraw(self, number: int) -> None:
        self.session.rollback()
        self.session.execute(update(Proposal).where(Proposal.number == number).values(status="struck"))
        self.session.commit()


def open_walk_booth(session: Session, settings: Settings, now) -> Booth:
    """A round with every question and two ballots; long titles as neighbours write them."""
    booth = open_booth(
        session,
        settings=settings,
        now=now,
        own_pot=True,
        max_length=4,
        may_work=True,
        may_study=True,
        sign_up_methods=["email", "sms", "access-code"],
    )
    booth.proposals[0].title = "Safer crossings and wider pavements outside St Saviour's Primary School"
    booth.voting_round.contact_email = "hello@northbank.example"
    session.commit()
    return booth
