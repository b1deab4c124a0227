"""Start everything: secrets, database, the demonstration if asked for, the site and its jobs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click
from alembic import command as alembic
from flask import Flask

from pbvote.cli.migrate import alembic_config
from pbvote.settings import ROOT, Settings, SettingsError, make_secrets

WORKERS, THREADS = 2, 8


@click.command("run")
@click.pass_obj
def command(make_app: Callable[[], Flask]) -> None:
    """Start the site and its jobs on this computer."""
    instance = Path(os.environ.get("PBVOTE_INSTANCE", ROOT / "instance"))
    _require_writable(instance)
    make_secrets(instance)
    settings = Settings.from_environment()
    host, port = _address(settings)
    _require_free(host, port)
    prepare_database(settings)
    if settings.demo:
        _fill_demo(make_app)
    serve(settings, host=host, port=port)


def _require_writable(instance: Path) -> None:
    try:
        instance.mkdir(parents=True, exist_ok=True)
        probe = instance / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"pbvote cannot write to the folder {instance} ({error.strerror}). "
            "Make it writable, or name another folder in PBVOTE_INSTANCE."
        ) from None


def _address(settings: Settings) -> tuple[str, int]:
    address = urlsplit(settings.base_url)
    default = 443 if settings.https else 80
    return address.hostname or "127.0.0.1", address.port or default


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SettingsError(
                f"Port {port} is busy: something else answers there. "
                f"Stop it, or choose another port: make run PORT={port + 1}"
            ) from None


def prepare_database(settings: Settings) -> None:
    """Bring the database up to date, saying plainly when it cannot be reached."""
    try:
        alembic.upgrade(alembic_config(settings.database_url), "head")
    except Exception as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SettingsError(f"The database cannot be used: {cause}") from None


def _fill_demo(make_app: Callable[[], Flask]) -> None:
    from pbvote.cli import demo

    demo.ensure(make_app)


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Run gunicorn and the jobs side by side until one ends or somebody presses Ctrl-C."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "--bind",
        bind,
        "--workers",
        str(WORKERS),
        "--worker-class",
        "gthread",
        "--threads",
        str(THREADS),
        "--log-level",
        "warning",
    ]
    jobs = [sys.executable, "-m", "pbvote", "jobs"]
    children = [subprocess.Popen(line, cwd=ROOT) for line in (web, jobs)]
    click.echo(f"\npbvote is at {settings.base_url}/   (Ctrl-C stops it)")
    if settings.demo:
        click.echo(f"Messages it sends: {settings.base_url}/mailbox/\n")
    _wait(children)


def _wait(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except KeyboardInterrupt:
        click.echo("\nStopping …")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
