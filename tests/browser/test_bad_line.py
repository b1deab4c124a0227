"""One bar of signal: what is lost on the way, what is kept on the phone, and what is erased from it."""

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Envelope
from pbvote.services import ballots
from pbvote.settings import Settings
from tests.browser.voter import go_on, pick, ranking, register, wait_for_copy
from tests.person import Person
from tests.voting import Booth, open_booth

pytestmark = pytest.mark.browser


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(session, settings=settings, now=now, max_length=4)


@pytest.fixture
def page(browse, app: Flask, booth: Booth) -> Page:
    """A registered resident on the ballot."""
    page = browse()
    register(page, booth, Person(app))
    return page


def numbers(booth: Booth) -> list[int]:
    return [one.number for one in booth.proposals]


def receipt_in_the_box(session: Session) -> str:
    session.rollback()
    envelope = session.scalars(select(Envelope)).one()
    return ballots.current_receipt(session, pot_id=envelope.pot_id, entry_id=envelope.entry_id)


def test_choices_stay_when_the_line_is_cut_and_go_on_when_it_is_back(page: Page, booth: Booth) -> None:
    first, second = numbers(booth)[:2]
    pick(page, second, first)
    page.context.set_offline(True)
    page.click("button[name=go]")
    expect(page.locator("#count")).to_contain_text("Try again in a moment")
    expect(page.locator(f"#c{first}")).to_be_checked()
    page.context.set_offline(False)
    go_on(page)
    assert ranking(page) == [second, first]


def test_the_order_stays_when_the_line_is_cut_and_goes_on_when_it_is_back(page: Page, booth: Booth) -> None:
    first, second, third = numbers(booth)[:3]
    pick(page, first, second, third)
    go_on(page)
    page.locator(f"#top-{third}").click()
    page.context.set_offline(True)
    page.click("button[name=go]")
    expect(page.locator("#lost")).to_contain_text("Try again in a moment")
    expect(page.locator("#lost")).to_be_in_viewport()
    assert ranking(page) == [third, first, second]
    page.context.set_offline(False)
    go_on(page)
    titles = {one.number: one.title for one in booth.proposals}
    expect(page.locator(".pb-check strong:first-child").first).to_have_text(titles[third])


@pytest.mark.parametrize("status", [502, 503])
def test_a_server_that_is_away_costs_no_choice(page: Page, booth: Booth, status: int) -> None:
    pick(page, *numbers(booth)[:2])
    page.route("**/ballot/all/", lambda route: route.fulfill(status=status, body="Bad gateway"))
    page.click("button[name=go]")
    expect(page.locator("#count")).to_contain_text("Try again in a moment")
    page.unroute("**/ballot/all/")
    go_on(page)
    assert len(ranking(page)) == 2


def test_a_form_without_an_answer_gives_up_waiting_and_can_be_sent_again(
    browse, app: Flask, booth: Booth
) -> None:
    page = browse()
    page.clock.install()
    register(page, booth, Person(app))
    pick(page, *numbers(booth)[:2])
    page.route("**/ballot/all/", lambda route: None)  # never answered
    page.click("button[name=go]")
    expect(page.locator("#choose")).to_have_attribute("aria-busy", "true")
    page.clock.fast_forward(26_000)
    expect(page.locator("#count")).to_contain_text("Try again in a moment")
    page.unroute("**/ballot/all/")
    go_on(page)
    assert len(ranking(page)) == 2


def test_a_cast_without_a_line_says_so_and_goes_through_later(
    page: Page, booth: Booth, session: Session
) -> None:
    pick(page, *numbers(booth)[:2])
    go_on(page)
    go_on(page)
    page.context.set_offline(True)
    page.click("#cast")
    expect(page.locator("#lost")).to_contain_text("we do not know if your vote is in it")
    expect(page.locator("#cast")).to_have_text("Try again")
    expect(page.locator("#cast")).to_be_focused()
    expect(page.locator("#uncast")).to_be_hidden()  # nobody knows now, so nothing says so
    expect(page.locator("#status-bar")).to_be_hidden()
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0
    page.context.set_offline(False)
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_be_visible()
    expect(page.locator(".pb-receipt")).to_have_text(receipt_in_the_box(session))


def test_a_cast_that_takes_too_long_is_sent_again_for_the_same_receipt(
    page: Page, booth: Booth, session: Session
) -> None:
    pick(page, *numbers(booth)[:2])
    go_on(page)
    go_on(page)
    late: list[Route] = []

    def hold_back(route: Route) -> None:
        if route.request.method == "POST" and not late:
            route.fetch()  # the server casts it; its answer does not come through
            late.append(route)
        else:
            route.continue_()

    page.route("**/check", hold_back)
    page.locator("#check").evaluate("form => form.setAttribute('hx-request', '{\"timeout\": 1500}')")
    page.click("#cast")
    expect(page.locator("#cast")).to_have_text("Try again")
    before = receipt_in_the_box(session)
    page.click("#cast")
    expect(page.locator(".pb-receipt")).to_have_text(before)
    assert receipt_in_the_box(session) == before


def test_signing_out_erases_what_the_phone_kept(page: Page, booth: Booth) -> None:
    wait_for_copy(page, booth)
    pick(page, *numbers(booth)[:2])
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.goto("/sign-in/out")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    assert [one["name"] for one in page.context.cookies() if "draft" in one["name"]] == []
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(booth.path())


def test_the_time_out_is_told_on_the_open_page_and_put_off_without_losing_a_tick(
    browse, app: Flask, booth: Booth
) -> None:
    page = browse()
    page.clock.install()
    register(page, booth, Person(app))
    first, second = numbers(booth)[:2]
    pick(page, second, first)
    expect(page.locator("#time")).to_be_hidden()
    page.clock.fast_forward("11:51:00")
    expect(page.locator("#time")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#time")).to_be_hidden()
    expect(page.locator("#count")).to_have_text("2 of 4 chosen")
    go_on(page)
    assert ranking(page) == [second, first]


def test_another_language_keeps_what_was_ticked(page: Page, booth: Booth) -> None:
    first, second = numbers(booth)[:2]
    pick(page, second, first)
    page.click(".pb-languages summary")
    page.click(".pb-languages a[lang=ar]")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(f"#c{first}")).to_be_checked()
    go_on(page)
    assert ranking(page) == [second, first]


def test_choices_unticked_again_do_not_come_back(page: Page, booth: Booth) -> None:
    first, second = numbers(booth)[:2]
    pick(page, first, second)
    go_on(page)
    page.goto(booth.path())
    page.uncheck(f"#c{first}")
    page.uncheck(f"#c{second}")
    page.reload()
    expect(page.locator("#count")).to_have_text("0 of 4 chosen")


def test_undo_works_where_the_removal_came_without_script(page: Page, booth: Booth) -> None:
    first, second, third = numbers(booth)[:3]
    pick(page, first, second, third)
    go_on(page)
    page.goto(booth.path(f"order?removed={second}&place=2"))
    page.locator("#undo").click()
    page.wait_for_url("**/order?moved=*")
    assert ranking(page) == [first, second, third]


def test_pressing_continue_twice_sends_the_form_once(page: Page, booth: Booth) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    pick(page, numbers(booth)[0])
    page.locator("button[name=go]").dblclick()
    page.locator("#ranking").wait_for()
    assert len(sent) == 1
