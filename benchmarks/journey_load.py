"""Thirty-two residents at once, each the whole way from the big button to the receipt, over HTTP.

On SQLite and on PostgreSQL. The residents run in the same two cores as the server, so the rates are lower
than the server's own; CPU per vote counts the server's processes alone.
"""

import http.client
import re
import statistics
import threading
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.ballot_page import code
from benchmarks.booth import Place, cpu_seconds, place
from tests.postgres import Server
from tests.voting import POSTCODE

AT_ONCE, JOURNEYS = 32, 96


class Resident:
    """A browser without script, on one kept connection."""

    def __init__(self, booth: Place, number: int) -> None:
        self.booth, self.number = booth, number
        address = urlsplit(booth.url)
        self.line = http.client.HTTPConnection(address.hostname or "", address.port)
        self.cookies: dict[str, str] = {}
        self.page, self.path = "", "/"

    def ask(self, path: str, fields: dict[str, object] | None = None) -> None:
        headers = {"X-Forwarded-For": f"10.0.{self.number >> 8}.{self.number & 255}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urlencode(fields, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request("POST" if body is not None else "GET", path, body, headers)
        answer = self.line.getresponse()
        self.page = answer.read().decode()
        for value in answer.msg.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        if answer.status == 303:
            return self.ask(answer.headers["Location"])
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {self.page[:300]}")
        self.path = path
        return None

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page)
        return found.group(1) if found else ""

    def send(self, path: str, **fields: object) -> None:
        self.ask(path, {"csrf_token": self.hidden("csrf_token"), **fields})

    def vote(self) -> None:
        """Eleven pages and nine forms."""
        register = f"/rounds/{self.booth.slug}/register"
        email = f"resident{self.number}@example.com"
        self.ask(f"/rounds/{self.booth.slug}/vote")
        self.send(f"{register}/", address=email)
        self.send(f"{register}/code", code=code(self.booth, email))
        self.send(
            f"{register}/name", name=f"Resident {LETTERS[self.number % 26]}{LETTERS[self.number // 26]}"
        )
        self.send(f"{register}/postcode", postcode=POSTCODE)
        self.send(f"{register}/age", old_enough="yes")
        ballot = f"/rounds/{self.booth.slug}/ballot/all"
        picked = self.booth.numbers[self.number % 40 :][:5]
        self.send(f"{ballot}/", picked=picked, go="yes")
        self.send(f"{ballot}/order", ranking=self.hidden("ranking"), go="yes")
        fields = {name: self.hidden(name) for name in ("ranking", "form_key", "replaces")}
        self.send(f"{ballot}/check", **fields)
        if "pb-receipt" not in self.page:
            raise RuntimeError("no receipt")
        self.line.close()


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def run(booth: Place, console: Console, title: str) -> list[str]:
    waiting = iter(range(JOURNEYS))
    lock, times, failures = threading.Lock(), [], []

    def live() -> None:
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            began = time.perf_counter()
            try:
                Resident(booth, number).vote()
            except (RuntimeError, OSError) as error:
                failures.append(str(error))
            times.append(time.perf_counter() - began)
            bar.advance(task)

    Resident(booth, 999).ask(f"/rounds/{booth.slug}/vote")  # loads what a worker loads once
    before, began = cpu_seconds(booth.server.pid), time.perf_counter()
    with Progress(console=console) as bar:
        task = bar.add_task(f"Voting on {title}", total=JOURNEYS)
        threads = [threading.Thread(target=live) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    elapsed, used = time.perf_counter() - began, cpu_seconds(booth.server.pid) - before
    if failures:
        console.print(f"[red]{len(failures)} failed: {failures[0]}")
    shares = statistics.quantiles(times, n=100)
    done = JOURNEYS - len(failures)
    rate, cost = f"{done / elapsed:.1f}", f"{1000 * used / max(done, 1):.0f}"
    return [title, str(done), rate, *(f"{shares[point]:.2f}" for point in (49, 94, 98)), cost]


def main() -> None:
    console = Console()
    table = Table(title=f"{AT_ONCE} residents at once, whole journeys")
    for heading in ("database", "votes", "votes/s", "p50 s", "p95 s", "p99 s", "server CPU ms/vote"):
        table.add_column(heading)
    with place() as booth:
        table.add_row(*run(booth, console, "SQLite"))
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:
        server.execute("CREATE DATABASE journey")
        with place(database_url=server.dsn("journey")) as booth:
            table.add_row(*run(booth, console, "PostgreSQL"))
    finally:
        server.destroy()
    console.print(table)


if __name__ == "__main__":
    main()
