"""Who writes next: SQLite lets one write at a time, and those who wait had better stand in a queue.

Left to itself SQLite makes a waiting writer sleep and try again, longer each time, while others slip past;
with thirty at once the unlucky ones wait for seconds. Here the threads of a process wait at a lock and the
processes at a file beside the database. SQLite's own lock keeps the last word: whoever has waited too long
goes on to it.
"""

import fcntl
import os
import time
from threading import Lock

LONGEST = 30.0  # seconds, as long as SQLite's own busy timeout
GLANCE = 0.001


class Turn:
    """The queue before one database file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = Lock()
        self._file: int | None = None

    def take(self) -> bool:
        """Wait for this thread's turn; False if it did not come, and then there is nothing to give back."""
        until = time.monotonic() + LONGEST
        if not self._threads.acquire(timeout=LONGEST):
            return False
        if self._take_file(until):
            return True
        self._threads.release()
        return False

    def give_back(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _take_file(self, until: float) -> bool:
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            while True:
                try:
                    fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= until:
                        return False
                    time.sleep(GLANCE)
                else:
                    return True
        except OSError:  # a folder that cannot be written: then there is only SQLite's own lock
            return False
