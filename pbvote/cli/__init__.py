"""Commands: one module per noun, each calling the same services as the pages."""

from importlib import import_module
from pkgutil import iter_modules

import click


@click.group()
def commands() -> None:
    """Participatory budgeting: `pbvote run` starts it all."""


for _module in iter_modules(__path__):
    commands.add_command(import_module(f"{__name__}.{_module.name}").command)
