"""Real Chromium against a live server. Each test gets a browser of its own on the test's database."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
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


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, WCAG 2.2 AA and best practice, as readable lines."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    found = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then(r => JSON.stringify(r.violations.map(v => "
            "v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | '))))",
            "awaitPromise": True,
        },
    )
    session.detach()
    import json

    lines: list[str] = json.loads(found["result"]["value"])
    return lines
