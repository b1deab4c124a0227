"""Bring the catalogues of all languages up to date with the texts in the sources."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from flask import Flask

from pbvote import __version__
from pbvote.settings import ROOT

CATALOGUES = ROOT / "pbvote" / "translations"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "N_": None, "N2_": (1, 2)}


@click.command("translations")
@click.argument("language", required=False)
@click.pass_obj
def command(make_app: Callable[[], Flask], language: str | None) -> None:
    """Update each catalogue and say what is missing; with LANGUAGE (like fr) begin a new one."""
    texts = extract()
    found = [path.parent.parent.name for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))]
    for code in [*found, *([language] if language and language not in found else [])]:
        catalogue = update(code, texts)
        missing = untranslated(catalogue)
        click.echo(f"{code}: {len(catalogue)} texts, {len(missing)} to translate")


def extract() -> Catalog:
    """Every text of the pages named in babel.cfg."""
    with (ROOT / "pbvote" / "translations" / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    catalogue = Catalog()
    for name, line, message, _comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        catalogue.add(message, None, [(name, line)], context=context)
    return catalogue


def update(code: str, texts: Catalog) -> Catalog:
    """Write the catalogue with exactly the present texts, keeping their translations."""
    path = path_of(code)
    catalogue = read(code) if path.exists() else _begun(code)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, catalogue, omit_header=False, sort_output=True, no_location=True, width=100)
    path.write_bytes(buffer.getvalue())
    return catalogue


def _begun(code: str) -> Catalog:
    comment = (
        f"# {code} translations for pbvote.\n# This file is distributed under the same license as pbvote.\n#"
    )
    return Catalog(
        locale=code,
        project="pbvote",
        version=__version__,
        header_comment=comment,
        last_translator="pbvote",
        language_team=code,
        fuzzy=False,
    )


def read(code: str) -> Catalog:
    with path_of(code).open("rb") as stream:
        return read_po(stream, locale=code)


def path_of(code: str) -> Path:
    return CATALOGUES / code / "LC_MESSAGES" / "messages.po"


def untranslated(catalogue: Catalog) -> list[str]:
    return [str(one.id) for one in catalogue if one.id and not _is_whole(one.string)]


def _is_whole(string: object) -> bool:
    parts = string if isinstance(string, list | tuple) else (string,)
    return all(parts)
