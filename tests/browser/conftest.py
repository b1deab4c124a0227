"""Real Chromium against a live server. Each test gets a browser of its own on the test's database."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, Route, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = "/usr/bin/chromium"
AXE = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The address of the application under test, served by threads."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browse(chromium: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Make a page of a new browser; a breach of the content security policy fails the test."""
    contexts: list[BrowserContext] = []
    breaches: list[str] = []

    def make(*, width: int = 360, height: int = 740, javascript: bool = True, **options: object) -> Page:
        context = chromium.new_context(
            base_url=live,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(breaches, message.text))
        page.on("pageerror", lambda error: breaches.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert breaches == []


def _note(breaches: list[str], text: str) -> None:
    if "Content Security Policy" in text:
        breaches.append(text)


# What can change with the width of the screen; the other rules look at the document alone.
SEEN = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
READABLE = """r => JSON.stringify(r.violations.map(v =>
    v.id + ": " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(" | ")))"""


def axe_violations(page: Page, *, only: list[str] | None = None) -> list[str]:
    """What axe finds wrong on the page, as readable lines. Axe comes in past the page's own policy."""
    session = page.context.new_cdp_session(page)
    if not _evaluate(session, "typeof axe === 'object'"):
        _evaluate(session, AXE.read_text() + "; null")
    options = {"runOnly": {"type": "rule", "values": only}} if only else {"resultTypes": ["violations"]}
    found = _evaluate(session, f"axe.run({json.dumps(options)}).then({READABLE})")
    session.detach()
    lines: list[str] = json.loads(found)
    return lines


def _evaluate(session: CDPSession, expression: str) -> Any:
    options = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", options)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def follow(page: Page, leads_on: Locator) -> None:
    """Click a link or a button and wait for the page it leads to."""
    with page.expect_navigation():
        leads_on.click()


def evaluate(page: Page, expression: str) -> Any:
    """Also where the page's own scripts are switched off."""
    session = page.context.new_cdp_session(page)
    found = _evaluate(session, expression)
    session.detach()
    return found


# What was ticked and typed, written into the document, so that a copy of it shows the same.
WRITE_DOWN = """for (const one of document.querySelectorAll("input")) {
  if (["checkbox", "radio"].includes(one.type)) one.toggleAttribute("checked", one.checked);
  else if (one.type !== "hidden") one.setAttribute("value", one.value);
}"""


def without_scripts(page: Page, copy: Page) -> Page:
    """The same document on a page where axe can run, its own scripts taken out."""
    evaluate(page, WRITE_DOWN)
    text = re.sub(r"<script\b.*?</script>", "", page.content(), flags=re.DOTALL)

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    copy.unroute_all()
    copy.route("**/*", answer)
    copy.goto(page.url)
    return copy
