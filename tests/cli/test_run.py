"""`pbvote run` says plainly what stops it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pbvote.settings import ROOT


def run(instance: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pbvote", "run"],
        cwd=ROOT,
        env={**os.environ, "PBVOTE_INSTANCE": str(instance), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_busy_port_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        result = run(tmp_path, PBVOTE_BASE_URL=f"http://127.0.0.1:{port}")
    assert result.returncode == 2
    assert f"Port {port} is busy" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(tmp_path / "file" / "instance")
    assert result.returncode == 2
    assert "cannot write to the folder" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////no/such/folder/x.sqlite"]
)
def test_a_database_that_cannot_be_reached_is_a_sentence(tmp_path: Path, url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = run(tmp_path, PBVOTE_DATABASE_URL=url, PBVOTE_BASE_URL=f"http://127.0.0.1:{port}")
    assert result.returncode == 2
    assert "The database cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
