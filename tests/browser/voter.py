"""A resident in a real browser, step by step through the vote."""

from playwright.sync_api import Page

from tests.person import Person
from tests.voting import POSTCODE, Booth


def register(page: Page, booth: Booth, codes: Person, *, email: str = "ada@example.com") -> None:
    """From the big button to the ballot, each answer typed and sent with Enter."""
    page.goto(f"/rounds/{booth.slug}/vote")
    page.fill("#address", email)
    page.press("#address", "Enter")
    page.locator("#code").wait_for()
    page.fill("#code", codes.latest_code(email))
    page.press("#code", "Enter")
    page.fill("#name", "Ada Brook")
    page.press("#name", "Enter")
    page.fill("#postcode", POSTCODE)
    page.press("#postcode", "Enter")
    page.click("button[name=old_enough][value=yes]")
    page.locator("#choose").wait_for()


def pick(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.check(f"#c{number}")


def ranking(page: Page) -> list[int]:
    return [int(item.get_attribute("data-number") or 0) for item in page.locator("#ranking > li").all()]


def go_on(page: Page) -> None:
    """Press Continue and wait for the answer: the next page, or what is wrong."""
    page.click("button[name=go]")
    page.locator("form[aria-busy]").wait_for(state="detached")
    page.wait_for_load_state()


def wait_for_copy(page: Page, booth: Booth) -> None:
    """Until the phone has its own copy of the ballot."""
    for _try in range(100):
        kept = page.evaluate(
            "async (path) => Boolean(await caches.match(path, {ignoreVary: true}))"
            " && Boolean(navigator.serviceWorker.controller)",
            booth.path(),
        )
        if kept:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the ballot was not kept")
