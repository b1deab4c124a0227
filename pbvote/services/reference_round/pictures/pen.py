"""A pen that draws flat shapes in a 640 × 400 space, larger than needed and reduced at the end."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 400
FINER = 2

TEAL, DEEP, SEA = "#0b5c5c", "#084444", "#2f8f88"
MINT, PALE = "#a9d6cf", "#dff0eb"
YELLOW, BUTTER = "#ffcf5c", "#ffe6a8"
CORAL, BRICK = "#e5755b", "#b5533c"
SAND, OAT, WHITE = "#f4efe6", "#e6dac2", "#fffdf8"
INK, LEAF = "#1d2b2a", "#4f9d69"

Points = Sequence[tuple[float, float]]


class Pen:
    """Shapes by their colours; (0, 0) is the top left corner, y grows downwards."""

    def __init__(self, sky: str) -> None:
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), sky)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, round_by: float = 0) -> None:
        area = _times((x, y, x + w, y + h))
        if round_by:
            self._draw.rounded_rectangle(area, round_by * FINER, fill)
        else:
            self._draw.rectangle(area, fill)

    def oval(self, x: float, y: float, rx: float, fill: str, ry: float | None = None) -> None:
        ry = rx if ry is None else ry
        self._draw.ellipse(_times((x - rx, y - ry, x + rx, y + ry)), fill)

    def ring(self, x: float, y: float, r: float, colour: str, width: float = 6) -> None:
        self._draw.ellipse(_times((x - r, y - r, x + r, y + r)), outline=colour, width=round(width * FINER))

    def pie(self, x: float, y: float, r: float, start: float, end: float, fill: str) -> None:
        """Part of a disc; angles in degrees, clockwise from the right."""
        self._draw.pieslice(_times((x - r, y - r, x + r, y + r)), start, end, fill)

    def arc(self, x: float, y: float, r: float, start: float, end: float, colour: str, width: float) -> None:
        area = _times((x - r, y - r, x + r, y + r))
        self._draw.arc(area, start, end, colour, round(width * FINER))

    def shape(self, points: Points, fill: str) -> None:
        self._draw.polygon([(px * FINER, py * FINER) for px, py in points], fill)

    def line(self, points: Points, colour: str, width: float = 6) -> None:
        path = [(px * FINER, py * FINER) for px, py in points]
        self._draw.line(path, colour, round(width * FINER), joint="curve")
        half = width * FINER / 2
        for px, py in (path[0], path[-1]):
            self._draw.ellipse((px - half, py - half, px + half, py + half), colour)

    def flip(self) -> None:
        """Mirror what has been drawn so far."""
        self.image = self.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        self._draw = ImageDraw.Draw(self.image)

    def webp(self) -> bytes:
        """The finished picture, WIDTH × HEIGHT."""
        file = BytesIO()
        self.image.reduce(FINER).save(file, "WEBP", quality=82, method=1)
        return file.getvalue()


def _times(numbers: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    a, b, c, d = numbers
    return a * FINER, b * FINER, c * FINER, d * FINER
