"""The vote on a phone, from the big button to the receipt, in real Chromium."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Envelope
from pbvote.settings import Settings
from tests.browser.voter import go_on, pick, ranking, register, wait_for_copy
from tests.person import Person
from tests.voting import POSTCODE, Booth, open_booth

pytestmark = pytest.mark.browser
TITLES = ("Skate ramp", "Choir", "Bench", "Tool library", "Pond", "Lunches", "Chess club", "Street trees")


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    booth = open_booth(session, settings=settings, now=now, proposals=8, max_length=4)
    for proposal, title in zip(
        booth.proposals, ("Skate ramp", "Choir", "Bench", "Tool library"), strict=False
    ):
        proposal.title = title
    session.commit()
    return booth


@pytest.fixture
def codes(app: Flask) -> Person:
    """Reads the codes that were sent."""
    return Person(app)


def envelopes(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Envelope)) or 0


def numbers(booth: Booth) -> list[int]:
    return [proposal.number for proposal in booth.proposals]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_whole_journey_ends_in_a_receipt(
    browse, booth: Booth, codes: Person, session: Session, javascript: bool
) -> None:
    page = browse(javascript=javascript)
    register(page, booth, codes)
    expect(page.locator("#status-bar")).to_contain_text("Not cast yet.")
    pick(page, *numbers(booth)[:3])
    go_on(page)
    last = page.locator("#ranking > li").last
    title = last.locator("h2").inner_text()
    last.locator("[id^=top-]").click()
    expect(page.locator("#said")).to_have_text(f"{title} is now number 1 of 3")
    go_on(page)
    expect(page.locator(".pb-check strong").first).to_have_text(title)
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_have_text(re.compile(r"^([A-Z2-7]{4}-){4}[A-Z2-7]{4}$"))
    expect(page.locator("#status-bar")).to_contain_text("You can change it until")
    assert envelopes(session) == 1


def test_n_choices_take_n_plus_three_taps(browse, booth: Booth, codes: Person, session: Session) -> None:
    page = browse()
    register(page, booth, codes)
    taps = 0
    for number in numbers(booth)[:4]:
        page.locator(f"#c{number}").click()
        taps += 1
    for button in ("button[name=go]", "#order button[name=go]", "#cast"):
        page.locator(button).click()
        taps += 1
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert taps == 4 + 3
    assert envelopes(session) == 1


def test_the_journey_needs_no_pointer(browse, booth: Booth, codes: Person, session: Session) -> None:
    """From the poster's page to signing out with nothing but the keyboard, every control met on the way."""
    page = browse()
    page.goto(f"/rounds/{booth.slug}/proposals/{booth.proposals[0].number}")
    press(page, "#status-bar a", "Enter")
    answers = {"#address": "ada@example.com", "#code": "", "#name": "Ada Brook", "#postcode": POSTCODE}
    for field, text in answers.items():
        page.locator(field).wait_for()
        tab_to(page, field)
        page.keyboard.type(text or codes.latest_code(answers["#address"]))
        page.keyboard.press("Enter")
    page.locator("[name=old_enough]").first.wait_for()
    press(page, "#wants_reminders", "Space")
    press(page, "[name=old_enough][value=yes]", "Enter")
    page.locator("#choose").wait_for()
    first, second, third = (
        int(box.get_attribute("value") or 0) for box in page.locator("input[name=picked]").all()[:3]
    )
    press(page, ".pb-find summary", "Enter")
    tab_to(page, "#text")
    page.keyboard.type("zzz")
    expect(page.locator("#found")).to_contain_text("0 of 8 proposals shown")
    for _letter in "zzz":
        page.keyboard.press("Backspace")
    expect(page.locator("#found")).to_contain_text("8 of 8 proposals shown")
    press(page, f"#c{first}", "Space")
    press(page, f"#p{first} .pb-more", "Enter")
    expect(page.locator(f"#p{first} .pb-story")).to_contain_text("The corner of the square floods")
    press(page, f"#c{second}", "Space")
    press(page, f"#c{third}", "Space")
    press(page, "button[name=go]", "Enter")
    page.locator("#ranking").wait_for()
    press(page, f"#up-{second}", "Enter")
    expect(page.locator(f"#up-{second}")).to_be_focused()
    assert ranking(page) == [second, first, third]
    tab_to(page, f"#place-{third}")
    page.keyboard.type("1")
    expect(page.locator("#said")).to_contain_text("is now number 1 of 3")
    press(page, f"#remove-{first}", "Enter")
    expect(page.locator("#undo")).to_be_focused()
    assert ranking(page) == [third, second]
    press(page, "button[name=go]", "Enter")
    page.locator("#check").wait_for()
    press(page, "#cast", "Enter")
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert envelopes(session) == 1
    press(page, "main a[href='/sign-in/out']", "Enter")
    press(page, "main button", "Enter")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def press(page: Page, selector: str, key: str) -> None:
    page.locator(selector).first.wait_for()
    tab_to(page, selector)
    page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def test_the_order_of_tapping_is_the_first_ranking(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    first, second, third = numbers(booth)[:3]
    pick(page, third, first, second)
    go_on(page)
    assert ranking(page) == [third, first, second]


def test_a_choice_too_many_is_not_taken_and_says_why(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    pick(page, *numbers(booth)[:4])
    expect(page.locator("#count")).to_have_text("4 of 4 chosen")
    page.locator(f"#c{numbers(booth)[4]}").click()
    expect(page.locator("#count")).to_have_text("You have chosen 4 already. Untick one first.")
    expect(page.locator(f"#c{numbers(booth)[4]}")).not_to_be_checked()


def test_filters_narrow_at_once_and_keep_the_order(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    shown = lambda: [  # noqa: E731 (read twice, right here)
        item.get_attribute("id") for item in page.locator(".pb-choice").all() if item.is_visible()
    ]
    before = shown()
    page.click(".pb-find summary")
    page.select_option("#ward", str(booth.wards[0].id))
    expect(page.locator("#found")).to_contain_text("4 of 8 proposals shown")
    after = shown()
    assert len(after) == 4
    assert after == [one for one in before if one in after]
    page.fill("#text", "bench")
    expect(page.locator("#found")).to_contain_text("1 of 8 proposals shown")


def test_a_story_opens_in_place_and_closes_again(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    card = page.locator(f"#p{numbers(booth)[0]}")
    card.locator(".pb-more").click()
    expect(card.locator(".pb-story")).to_contain_text("The corner of the square floods")
    expect(card.locator(".pb-more")).to_have_attribute("aria-expanded", "true")
    card.locator(".pb-more").click()
    expect(card.locator(".pb-story__text")).to_be_hidden()


def test_a_removed_choice_comes_back_with_undo(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    first, second, third = numbers(booth)[:3]
    pick(page, first, second, third)
    go_on(page)
    page.click(f"#remove-{second}")
    expect(page.locator("#said")).to_have_text("Choir is no longer in your vote")
    expect(page.locator("#undo")).to_be_focused()
    page.keyboard.press("Enter")
    assert ranking(page) == [first, second, third]
    expect(page.locator(f"#remove-{second}")).to_be_focused()


def test_a_place_from_the_list_moves_the_choice_and_says_so(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    first, second, third = numbers(booth)[:3]
    pick(page, first, second, third)
    go_on(page)
    page.select_option(f"#place-{third}", "1")
    expect(page.locator("#said")).to_have_text("Bench is now number 1 of 3")
    expect(page.locator(f"#place-{third}")).to_be_focused()
    assert ranking(page) == [third, first, second]


def test_a_reload_keeps_what_was_ticked(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    first, second = numbers(booth)[:2]
    pick(page, second, first)
    page.reload()
    expect(page.locator("#count")).to_have_text("2 of 4 chosen")
    go_on(page)
    assert ranking(page) == [second, first]


def test_a_cast_without_an_answer_can_be_sent_again_and_counts_once(
    browse, booth: Booth, codes: Person, session: Session
) -> None:
    page = browse()
    register(page, booth, codes)
    pick(page, *numbers(booth)[:2])
    go_on(page)
    go_on(page)
    lost = []

    def lose_the_answer(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())  # the server has cast it; the phone never hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/check", lose_the_answer)
    page.click("#cast")
    expect(page.locator("#lost")).to_contain_text("Nothing is lost. Try again")
    expect(page.locator("#cast")).to_have_text("Try again")
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert lost[0].status == 204
    assert envelopes(session) == 1


def test_a_stale_tab_says_what_is_wrong_in_its_title_and_shows_the_bar_as_it_is_now(
    browse, booth: Booth, codes: Person, session: Session
) -> None:
    page = browse()
    register(page, booth, codes)
    pick(page, *numbers(booth)[:2])
    go_on(page)
    go_on(page)
    expect(page.locator("#status-bar")).to_contain_text("Not cast yet.")
    newer = page.context.new_page()
    newer.goto(page.url)
    newer.click("#cast")
    expect(newer.locator(".pb-receipt")).to_be_visible()
    page.click("#cast")
    expect(page.locator("#problem")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: Check your vote"))
    expect(page.locator("#status-bar")).to_have_count(1)
    expect(page.locator("#status-bar")).to_contain_text("Cast on")
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert envelopes(session) == 1


def test_without_a_line_the_ballot_can_be_filled_in_and_is_cast_later(
    browse, booth: Booth, codes: Person, session: Session
) -> None:
    page = browse()
    register(page, booth, codes)
    wait_for_copy(page, booth)
    page.context.set_offline(True)
    page.goto(booth.path())
    expect(page.locator(".pb-offline-note")).to_be_visible()
    expect(page.locator("#status-bar")).to_be_hidden()
    first, second = numbers(booth)[:2]
    pick(page, second, first)
    page.reload()
    expect(page.locator("#count")).to_have_text("2 of 4 chosen")
    go_on(page)
    expect(page.locator("#count")).to_contain_text("You are offline")
    assert envelopes(session) == 0
    page.context.set_offline(False)
    go_on(page)
    assert ranking(page) == [second, first]
    go_on(page)
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_be_visible()


def test_casting_erases_what_the_phone_kept(browse, booth: Booth, codes: Person) -> None:
    page = browse()
    register(page, booth, codes)
    wait_for_copy(page, booth)
    pick(page, *numbers(booth)[:2])
    go_on(page)
    go_on(page)
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    for _try in range(50):
        if page.evaluate("caches.has('pbvote-ballot')") is False:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the copy of the ballot is still on the phone")
