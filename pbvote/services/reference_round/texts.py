"""What is written down about Northbank: wards, themes, groups and proposals, read from data files."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
Point = tuple[int, int]


@dataclass(frozen=True)
class WardText:
    """A ward; `shape` is the ring of its corners on a schematic map 1000 wide and 720 high."""

    key: str
    name: str
    population: int
    shape: tuple[Point, ...]


@dataclass(frozen=True)
class GroupText:
    key: str
    name: str
    kind: str
    ward: str
    since: int
    about: str


@dataclass(frozen=True)
class ProposalText:
    """A proposal as its group wrote it; amounts in whole pounds, `runs` in months after the result.

    `declined` and `withdrawn` are the reasons of those that never got on the ballot; `picture` names
    what to draw where the title alone would mislead.
    """

    title: str
    summary: str
    story: str
    theme: str
    group: str
    wards: tuple[str, ...]
    people: int
    runs: tuple[int, int]
    budget: tuple[tuple[str, int], ...]
    least: int | None
    risks: str
    declined: str
    withdrawn: str
    stage: str
    asked: str
    picture: str

    @property
    def amount(self) -> int:
        """What the budget lines add up to, in whole pounds."""
        return sum(amount for _, amount in self.budget)

    @property
    def on_ballot(self) -> bool:
        return not (self.declined or self.withdrawn)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def wards() -> tuple[WardText, ...]:
    written = _read("wards.toml")
    corners = written["corners"]
    return tuple(
        WardText(
            key=ward["key"],
            name=ward["name"],
            population=ward["population"],
            shape=tuple((corners[name][0], corners[name][1]) for name in ward["shape"]),
        )
        for ward in written["ward"]
    )


@cache
def themes() -> dict[str, str]:
    """Key → name, in the order in which reports list them."""
    return dict(_read("themes.toml")["themes"])


@cache
def groups() -> tuple[GroupText, ...]:
    with (DATA / "groups.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            GroupText(**{**row, "since": int(row["since"])})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


@cache
def postcodes() -> dict[str, str]:
    """Postcode → ward key."""
    with (DATA / "postcodes.csv").open(encoding="utf-8", newline="") as file:
        return {row["postcode"]: row["ward"] for row in csv.DictReader(file)}


@cache
def proposals() -> tuple[ProposalText, ...]:
    """The finished round's proposals, theme by theme, the declined and withdrawn ones among them."""
    return tuple(
        _proposal(written, theme)
        for theme in themes()
        for written in _read(f"proposals/{theme}.toml")["proposal"]
    )


@cache
def small_grants() -> tuple[ProposalText, ...]:
    """The proposals of the round that is open for voting."""
    return tuple(_proposal(written) for written in _read("other/small-grants.toml")["proposal"])


@cache
def next_round() -> tuple[ProposalText, ...]:
    """The proposals of the round that is collecting them, each at its own stage."""
    return tuple(_proposal(written) for written in _read("other/next-round.toml")["proposal"])


def _proposal(written: dict[str, Any], theme: str = "") -> ProposalText:
    return ProposalText(
        title=written["title"],
        summary=written["summary"],
        story=written["story"].strip(),
        theme=theme or written["theme"],
        group=written["group"],
        wards=tuple(written["wards"]),
        people=written["people"],
        runs=(written["runs"][0], written["runs"][1]),
        budget=tuple((line, amount) for line, amount in written["budget"]),
        least=written.get("least"),
        risks=written.get("risks", ""),
        declined=written.get("declined", ""),
        withdrawn=written.get("withdrawn", ""),
        stage=written.get("stage", "shortlisted"),
        asked=written.get("asked", ""),
        picture=written.get("picture", ""),
    )
