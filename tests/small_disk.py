"""A disk that can be filled up to the last byte and emptied again, with a database on it."""

import os
import sqlite3
import subprocess
import tempfile
from pathlib import Path

BLOCK = 4096


def can_be_had() -> bool:
    """Whether this user may mount one."""
    with tempfile.TemporaryDirectory() as place:
        try:
            SmallDisk(Path(place), megabytes=1).unmount()
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


class SmallDisk:
    """A file system of its own in memory, mounted at `place`."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        place.mkdir(exist_ok=True)
        options = f"size={megabytes}m,mode=0777"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True, capture_output=True
        )

    def fill(self) -> None:
        """Leave not one byte; SQLite's log is emptied first, for it would be written over."""
        for path in self.place.glob("*.sqlite"):
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.close()
        descriptor = os.open(self.place / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for piece in (bytes(1 << 20), bytes(BLOCK)):
            try:
                while True:
                    os.write(descriptor, piece)
            except OSError:
                continue
        os.close(descriptor)
        assert os.statvfs(self.place).f_bavail == 0

    def empty(self) -> None:
        (self.place / "filler").unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.place], check=True)
