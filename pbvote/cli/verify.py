"""Check a published package, exactly as the file for everybody does."""

import sys

import click

from pbvote.box import verify


@click.command("verify")
@click.argument("package", type=click.Path(dir_okay=False))
@click.option("--key", help="The council's signing key, as published before the vote.")
@click.option("--head", help="A head of the board that you noted earlier.")
@click.option("--receipt", "receipts", multiple=True, help="A receipt to look up; may be given again.")
@click.option("--full", is_flag=True, help="Count every step again, not only the deciding ones.")
def command(package: str, key: str | None, head: str | None, receipts: tuple[str, ...], full: bool) -> None:
    """Check PACKAGE and count it again."""
    arguments = [package, *(["--key", key] if key else []), *(["--head", head] if head else [])]
    for receipt in receipts:
        arguments += ["--receipt", receipt]
    sys.exit(verify.main([*arguments, *(["--full"] if full else [])], click.echo))
