"""What happens when a request ends."""

import gc
import threading
from inspect import iscoroutinefunction

from flask import Flask


def test_no_request_starts_an_event_loop(app: Flask) -> None:
    assert not [closer for closer in app.teardown_appcontext_funcs if iscoroutinefunction(closer)]


def test_requests_on_many_threads_leave_no_thread_behind(app: Flask) -> None:
    before = threading.active_count()
    answers: list[int] = []

    def ask() -> None:
        answers.append(app.test_client().get("/").status_code)
        gc.collect()

    for _ in range(8):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert answers == [200] * 8
    assert threading.active_count() == before
