"""Bring real elections in as finished rounds."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pbvote.extensions import db
from pbvote.models.database import begin_write
from pbvote.services import imports
from pbvote.services.refusal import Refusal
from pbvote.settings import Settings
from pbvote.tally import RULES, CountError
from pbvote.tally.messages import Message
from pbvote.tally.pabulib import PabulibError, read


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--rule", type=click.Choice(sorted(RULES)), help="Count by this rule, not by the one stated.")
@click.option("--lenient", is_flag=True, help="Drop ballots that cannot be read, with a note.")
@click.pass_obj
def command(make_app: Callable[[], Flask], files: tuple[Path, ...], rule: str | None, lenient: bool) -> None:
    """Bring .pb files in as finished rounds that anybody can look at and nobody can change."""
    app = make_app()
    trouble = 0
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with app.app_context(), bar:
        for path in files:
            task = bar.add_task(path.name, total=None)
            said = _bring_in(app, path, rule=rule, lenient=lenient, watch=_Watch(bar, task, path.name))
            bar.remove_task(task)
            trouble += not said[0]
            click.echo(said[1], err=not said[0])
    if trouble:
        raise SystemExit(1)


class _Watch:
    """Shows what the count is doing."""

    def __init__(self, bar: Progress, task: object, name: str) -> None:
        self.bar, self.task, self.name = bar, task, name

    def __call__(self, what: str, done: int, total: int | None) -> None:
        of = f" of {total:,}" if total else ""
        self.bar.update(self.task, description=f"{self.name}: {Message(what).text()}: {done:,}{of}")  # type: ignore[arg-type]  # rich's own id


def _bring_in(app: Flask, path: Path, *, rule: str | None, lenient: bool, watch: _Watch) -> tuple[bool, str]:
    """Whether it went well, and the line to print."""
    settings: Settings = app.extensions["pbvote_settings"]
    try:
        file = read(path, lenient=lenient)
        begin_write(db.session)
        made = imports.bring_in(
            db.session,
            file=file,
            source=path.name,
            rule=rule,
            demo=settings.demo,
            now=datetime.now(UTC),
            progress=watch,
        )
        line = (
            f"{path.name}: {len(file.projects)} projects, {file.election.voters:,} ballots, "
            f"{len(made.pots)} pot → {settings.base_url}/rounds/{made.slug}/results/"
        )
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return False, f"{path.name}: this election is here already, at /rounds/{refusal.parameters['slug']}"
    except CountError as error:
        db.session.rollback()
        return False, f"{path.name}: {error.message.text()}"
    except (PabulibError, OSError) as error:
        db.session.rollback()
        return False, f"{path.name}: {error}"
    return True, line
