"""Casts per second over HTTP, beside a bare Flask and SQLAlchemy endpoint that inserts one row of that size.

    python -m benchmarks.casts [--casts 2000] [--at-once 32]

Both are served by gunicorn (2 workers with threads) on the same machine, on SQLite and on PostgreSQL, in
turns within one run. Each cast is another resident's first ballot of five ranks: session, form token, rate
limit, checks, sealing, board, mark and message, in one durable transaction. The voters run in processes of
their own on the same cores; CPU per cast counts the server's processes alone (not PostgreSQL's). To reach: at
least 30 % of the bare insert (goal 40 %), at most 5 ms CPU a cast, p99 under 500 ms.
"""

import argparse
import http.client
import multiprocessing
import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask_wtf.csrf import generate_csrf
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from benchmarks import bare_insert
from benchmarks.booth import Place, cpu_seconds, free_port, place, served
from pbvote.app import create_app
from pbvote.box import envelope
from pbvote.models import Account, RegisterEntry, VotingRound
from pbvote.models.database import make_engine
from pbvote.services import rounds, sign_ins
from tests.postgres import Server

RANKS = 5
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
Request = tuple[str, str, dict[str, str]]  # path, body, headers


def voters(booth: Place, count: int) -> list[Request]:
    """Residents who are signed in and on the check page, each with what their browser would send."""
    app = create_app(booth.settings)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with app.test_request_context():
        from flask import session

        form_token, raw = generate_csrf(), dict(session)
    engine = make_engine(booth.database_url)
    now, made = datetime.now(UTC), []
    path = urlsplit(booth.ballot("check")).path
    with Session(engine) as session_:
        voting_round: VotingRound = rounds.find(session_, slug=booth.slug)
        for number in range(count):
            account = Account(email=f"voter{number}@example.com", created_at=now)
            session_.add(account)
            session_.flush()
            entry = {"round_id": voting_round.id, "account_id": account.id, "name": f"Voter {number}"}
            session_.add(RegisterEntry(**entry, registered_on=now.date()))
            token = sign_ins.start(session_, now=now, account=account)
            # Not fresh, as on a phone whose address has changed since: so the cookie is not made anew.
            cookie = serializer.dumps({**raw, "_user_id": token, "_fresh": False})
            start = number % (len(booth.numbers) - RANKS)
            form = {
                "csrf_token": form_token,
                "ranking": ",".join(map(str, booth.numbers[start : start + RANKS])),
                "form_key": secrets.token_urlsafe(24),
                "replaces": "",
            }
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            headers = {**HEADERS, "Cookie": f"pbvote={cookie}", "X-Forwarded-For": address}
            made.append((path, urlencode(form), headers))
        session_.commit()
    engine.dispose()
    return made


def rows(count: int) -> list[Request]:
    size = len(envelope.seal(bytes([9] + [0] * 31), [1], round_id=1, pot_id=1, entry_id=1, capacity=10))
    return [("/", urlencode({"sealed": secrets.token_hex(size)}), HEADERS) for _ in range(count)]


def drive(
    url: str, requests: list[Request], at_once: int, expected: int, out: "multiprocessing.Queue"
) -> None:
    """Send these requests over so many kept connections; puts the seconds each took into `out`."""
    waiting, lock, taken, failures = iter(requests), threading.Lock(), [], []
    address = urlsplit(url)

    def live() -> None:
        line = http.client.HTTPConnection(address.hostname or "", address.port)
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return line.close()
            path, body, headers = request
            began = time.perf_counter()
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            answer.read()
            taken.append(time.perf_counter() - began)
            if answer.status != expected or "sign-in" in answer.headers.get("Location", ""):
                failures.append(f"{answer.status} {answer.headers.get('Location', '')}")

    threads = [threading.Thread(target=live) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put((taken, failures))


def measure(url: str, pid: int, requests: list[Request], at_once: int, expected: int) -> dict[str, float]:
    warm, requests = requests[:100], requests[100:]
    run(url, warm, at_once, expected)
    before, began = cpu_seconds(pid), time.perf_counter()
    taken = run(url, requests, at_once, expected)
    elapsed, used = time.perf_counter() - began, cpu_seconds(pid) - before
    shares = statistics.quantiles(taken, n=100)
    return {
        "rate": len(requests) / elapsed,
        "cpu": 1000 * used / len(requests),
        "p50": 1000 * shares[49],
        "p99": 1000 * shares[98],
    }


def run(url: str, requests: list[Request], at_once: int, expected: int) -> list[float]:
    out: multiprocessing.Queue = multiprocessing.Queue()
    halves = [requests[0::2], requests[1::2]]
    drivers = [
        multiprocessing.Process(target=drive, args=(url, half, at_once // 2, expected, out))
        for half in halves
    ]
    for driver in drivers:
        driver.start()
    taken: list[float] = []
    failures: list[str] = []
    for _ in drivers:
        times, failed = out.get(timeout=500)
        taken += times
        failures += failed
    for driver in drivers:
        driver.join()
    if failures:
        raise SystemExit(f"{len(failures)} of {len(requests)} failed: {failures[0]}")
    return taken


@contextmanager
def bare(database_url: str) -> Iterator[tuple[str, int]]:
    url = f"http://127.0.0.1:{free_port()}"
    engine = make_engine(database_url)
    bare_insert.Base.metadata.create_all(engine)
    engine.dispose()
    with served("benchmarks.bare_insert:create_app()", url, {"BARE_DATABASE_URL": database_url}) as server:
        yield url, server.pid


def compare(title: str, database: Callable[[str], str], options: argparse.Namespace, table: Table) -> None:
    with place(database_url=database("casts")) as booth:
        ours = measure(booth.url, booth.server.pid, voters(booth, options.casts + 100), options.at_once, 303)
    with bare(database("bare")) as (url, pid):
        limit = measure(url, pid, rows(options.casts + 100), options.at_once, 200)
    share = f"{100 * ours['rate'] / limit['rate']:.0f} %"
    for name, figures, part in (("cast", ours, share), ("bare insert", limit, "")):
        values = (f"{figures[key]:.{places}f}" for key, places in FIGURES.items())
        table.add_row(title, name, *values, part)


FIGURES = {"rate": 0, "cpu": 1, "p50": 0, "p99": 0}


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--casts", type=int, default=2000)
    given.add_argument("--at-once", type=int, default=32)
    options = given.parse_args()
    table = Table(title=f"{options.casts:,} casts, {options.at_once} voters at once")
    for heading in ("database", "what", "per second", "CPU ms", "p50 ms", "p99 ms", "of the bare insert"):
        table.add_column(heading, justify="left" if heading in ("database", "what") else "right")
    with tempfile.TemporaryDirectory() as folder:
        compare("SQLite", lambda name: f"sqlite:///{Path(folder) / name}.sqlite", options, table)
    server = Server(durable=True)
    server.initialise()
    server.start()
    try:

        def database(name: str) -> str:
            server.execute(f"CREATE DATABASE {name}")
            return server.dsn(name)

        compare("PostgreSQL", database, options, table)
    finally:
        server.destroy()
    Console().print(table)


if __name__ == "__main__":
    main()
