"""Which thing is drawn for a proposal, and the borough behind it."""

import re
from dataclasses import dataclass
from random import Random
from typing import Protocol

from pbvote.services.reference_round.pictures import indoors, outdoors
from pbvote.services.reference_round.pictures.pen import (
    BUTTER,
    DEEP,
    HEIGHT,
    MINT,
    OAT,
    PALE,
    SAND,
    SEA,
    TEAL,
    WHITE,
    WIDTH,
    YELLOW,
    Pen,
)
from pbvote.services.reference_round.texts import ProposalText


class Drawing(Protocol):
    """A function that draws one thing; its name is the thing’s."""

    __name__: str

    def __call__(self, pen: Pen) -> None: ...


@dataclass(frozen=True)
class Light:
    """A time of day: colours from back to front."""

    sky: str
    disc: str
    far: str
    ground: str


LIGHTS = (
    Light(PALE, YELLOW, MINT, SEA),
    Light(SAND, MINT, OAT, TEAL),
    Light(BUTTER, WHITE, "#f6cf86", TEAL),
    Light(MINT, BUTTER, "#86c3ba", TEAL),
    Light(TEAL, BUTTER, "#14706d", DEEP),
    Light("#f7d9cc", WHITE, "#eebfae", SEA),
)


@dataclass(frozen=True)
class Motif:
    """What is drawn, when a title or summary speaks of it, and how it is told to those who cannot see it."""

    draw: Drawing
    words: str
    alternative: str


MOTIFS = (
    Motif(outdoors.hive, r"bees?|hives?", "a beehive"),
    Motif(indoors.bell, r"bells?|siren|ringing", "a bell"),
    Motif(outdoors.bike, r"bikes?|cycle|cycling|wheels|pedal\S*", "a bicycle"),
    Motif(outdoors.boat, r"boats?|barge|row|rowing|river|slipway|afloat|capsizes", "a sailing boat"),
    Motif(outdoors.swimming, r"swim\w*|pool|lido|fountain|flood", "a life ring on the water"),
    Motif(outdoors.football, r"football|pitch|cricket|netball|goals?", "a ball in front of a goal"),
    Motif(outdoors.van, r"van|minibus|coach|taxis|bus|delivery", "a van"),
    Motif(outdoors.swing, r"swings?|play streets?|playground|sandpit", "two swings"),
    Motif(outdoors.tower, r"tower|climbing|adventure", "a climbing tower with a slide"),
    Motif(indoors.guitar, r"studio|musicians?|radio|recording", "a guitar"),
    Motif(indoors.drum, r"drums?|brass|band|bandstand|music|singing|sing|dance|dancing", "a drum and notes"),
    Motif(indoors.stage, r"stage|theatre|play by|film|cinema|plays", "a stage with two masks"),
    Motif(indoors.easel, r"paint\w*|artists?|art|shutters|studios|museums?", "an easel"),
    Motif(
        indoors.bunting,
        r"festival|carnival|iftar|christmas|newroz",
        "bunting over a table",
    ),
    Motif(indoors.books, r"books?|library|writ(?:e|ing|ers)|homework|stor(?:y|ies)", "books"),
    Motif(indoors.laptop, r"laptops?|tablets|code|online|screen|forms?|coding|debt", "a laptop on a table"),
    Motif(indoors.sewing, r"sewing|quilts?|hemming|costumes?|cloth", "a sewing machine"),
    Motif(indoors.clothes, r"uniform|clothes|washing|launderette|coat|robes", "clothes on a line"),
    Motif(indoors.stall, r"market|stall|shop|supermarket", "a market stall"),
    Motif(indoors.vegetables, r"pantry|vegetables|fruit|allotment", "a basket of vegetables"),
    Motif(indoors.loaf, r"bread|breakfasts?|bake\S*", "a loaf of bread"),
    Motif(indoors.pot, r"cook\w*|kitchen|meals?|dinner|soup|lunch|recipes|hot plate", "a steaming pot"),
    Motif(outdoors.bed, r"beds?|grow\w*|plot|balcony|herbs|roof to table", "a raised bed with vegetables"),
    Motif(outdoors.meadow, r"meadow|bulbs|flowers?|sunflowers|pond|reed", "a meadow in flower"),
    Motif(outdoors.grove, r"trees?|orchard|garden|park|hedge|swifts|burial", "trees and flowers"),
    Motif(outdoors.bench, r"bench(?:es)?|seats?|walks?|walking", "a bench under a tree"),
    Motif(outdoors.lamp, r"lights?|lamps?|lit|night|noticeboards?", "a street lamp"),
    Motif(outdoors.crossing, r"crossings?|road|traffic|streets?|ramp|twenty", "a crossing with beacons"),
    Motif(indoors.telephone, r"telephone|callers?|ring|phone|hearing|scams", "a telephone"),
    Motif(indoors.teapot, r"tea|coffee|warm|company", "a teapot and cups"),
    Motif(indoors.tools, r"tools?|mend\w*|repair\w*|drills?|trade|workshop|handyperson|borrow", "a tool box"),
    Motif(outdoors.houses, r"homes?|flats?|doors?|estate|neighbours|draught\S*|refuge", "a row of houses"),
    Motif(indoors.chair, r"chairs?|furniture|rest|sofas?|calm", "an armchair and a lamp"),
    Motif(outdoors.tent, r"camp|camping|canvas", "a tent and a fire"),
    Motif(outdoors.racket, r"table tennis", "a bat and a ball over a table"),
    Motif(outdoors.skateboard, r"skat\w+", "a skateboard and a ramp"),
    Motif(outdoors.kite, r"children|saturday|friday", "a kite"),
    Motif(indoors.heart, r"health|nurse|blood|pain|illness|heart", "a heart"),
)

BY_NAME = {motif.draw.__name__: motif for motif in MOTIFS}
BY_THEME = {
    "young-people": "kite",
    "older-people": "teapot",
    "green-spaces": "grove",
    "health": "heart",
    "arts": "easel",
    "sport": "football",
    "safety": "houses",
    "skills": "tools",
    "food": "pot",
}


def draw(proposal: ProposalText) -> bytes:
    """A WebP of 640 × 400; the same proposal always gets the same picture."""
    rng = Random(proposal.title)
    light = LIGHTS[int(rng.random() * len(LIGHTS))]
    pen = Pen(light.sky)
    _borough(pen, rng, light)
    if rng.random() < 0.5:
        pen.flip()
    _motif(proposal).draw(pen)
    if rng.random() < 0.5:
        pen.flip()
    return pen.webp()


def alternative(proposal: ProposalText) -> str:
    """What the picture shows, for those who cannot see it."""
    return f"Illustration: {_motif(proposal).alternative}"


def _motif(proposal: ProposalText) -> Motif:
    """What the text asks for, else what the title speaks of, else the summary, else the theme’s own."""
    if proposal.picture:
        return BY_NAME[proposal.picture]
    for text in (proposal.title, proposal.summary):
        for motif in MOTIFS:
            if re.search(rf"\b(?:{motif.words})\b", text.casefold()):
                return motif
    return BY_NAME[BY_THEME[proposal.theme]]


def _borough(pen: Pen, rng: Random, light: Light) -> None:
    """The disc of the sun, a skyline and the ground in front of it."""
    pen.oval(320, 216, 158, light.disc)
    x = -20.0
    while x < WIDTH:
        wide = 34 + rng.random() * 40
        tall = 40 + rng.random() * 66
        if abs(x + wide / 2 - 320) > 120:
            _building(pen, rng, x, wide, tall, light)
        x += wide + 3
    pen.oval(320, HEIGHT + 150, 640, light.ground, 250)


def _building(pen: Pen, rng: Random, x: float, wide: float, tall: float, light: Light) -> None:
    top = 330 - tall
    pen.box(x, top, wide, tall, light.far)
    kind = rng.random()
    if kind < 0.45:
        pen.shape(((x - 4, top), (x + wide / 2, top - 26), (x + wide + 4, top)), light.far)
    elif kind < 0.6:
        pen.box(x + wide * 0.2, top - 40, wide * 0.6, 42, light.far)
    elif kind < 0.7:
        pen.pie(x + wide / 2, top + 2, wide / 2, 180, 360, light.far)
    for row in range(2):
        for column in range(2):
            pen.box(x + wide * (0.24 + 0.36 * column), top + 14 + row * 26, 8, 11, light.sky)
