"""Count a Pabulib file: the same command as `python -m pbvote.tally`."""

import click

from pbvote.tally.command import main


@click.command(
    "tally",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Count a .pb file and say what is funded and why (`pbvote tally --help` lists the options)."""
    context.exit(main(arguments, name="pbvote tally"))
