"""The checked-in assets: whole, licensed, and our own brand."""

import re
from pathlib import Path

import pytest

from pbvote.settings import ROOT

STATIC = ROOT / "static"
SHEETS = sorted((STATIC / "css").glob("*.css"))
VENDORED = sorted(path for path in (STATIC / "vendor").iterdir() if not path.name.endswith("LICENSE.txt"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin)-(?:left|right)|left|right)(?:-\w+)?\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)


def test_the_ballot_pages_stylesheet_is_made_from_the_two_it_replaces() -> None:
    (light,) = (STATIC / "vendor").glob("govuk-frontend-light-*.min.css")
    base = (STATIC / "css" / "base.css").read_text()
    assert (STATIC / "css" / "light.css").read_text() == f"{light.read_text().rstrip()}\n{base}"


@pytest.mark.parametrize("path", VENDORED, ids=lambda path: path.name)
def test_vendored_files_carry_their_version_and_have_their_licence_beside(path: Path) -> None:
    found = re.match(r"(?P<name>[a-z-]+?)(?:-light)?-(?P<version>\d+\.\d+\.\d+)\.min\.", path.name)
    assert found, path.name
    assert (STATIC / "vendor" / f"{found['name']}-{found['version']}.LICENSE.txt").is_file()


@pytest.mark.parametrize("path", [*SHEETS, *VENDORED], ids=lambda path: path.name)
def test_neither_the_crown_nor_its_typeface_is_used(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".css":
        assert "@font-face" not in text
        assert "GDS Transport" not in text
        assert "crown" not in text
        assert "url(" not in text


@pytest.mark.parametrize(
    "path", [*SHEETS, *(path for path in VENDORED if path.suffix == ".css")], ids=lambda path: path.name
)
def test_stylesheets_know_no_left_and_right(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert PHYSICAL.findall(text) == []


def test_every_static_file_a_template_names_is_there() -> None:
    for template in (ROOT / "templates").rglob("*.html"):
        for name in re.findall(r"static_url\([\"']([^\"']+)[\"']\)", template.read_text()):
            assert (STATIC / name).is_file(), f"{template.name}: {name}"
