"""Ward shapes (GeoJSON) as SVG paths: a plain, scaled drawing, north up."""

from collections.abc import Sequence
from math import cos, radians
from typing import Any

from pbvote.models import Ward

STEPS = 5
WIDTH = 1000
Point = tuple[float, float]


def draw(wards: Sequence[Ward]) -> dict[str, Any]:
    """Paths, numbers and where to write them, in a box 1000 wide; wards in order of name."""
    named = sorted(wards, key=lambda ward: ward.name)
    rings = {ward.id: _rings(ward.shape or {}) for ward in named}
    points = [point for shape in rings.values() for ring in shape for point in ring]
    place, height = _fit(points)
    areas = []
    for count, ward in enumerate(named, start=1):
        placed = [[place(point) for point in ring] for ring in rings[ward.id]]
        x, y = _middle(max(placed, key=lambda ring: abs(_area(ring))))
        areas.append(
            {
                "ward": ward,
                "name": ward.name,
                "number": count,
                "path": "".join(_path(ring) for ring in placed),
                "x": round(x),
                "y": round(y),
            }
        )
    return {"id": "ward-map", "box": f"-10 -10 {WIDTH + 20} {height + 20}", "areas": areas}


def _rings(shape: dict[str, Any]) -> list[list[Point]]:
    """The outer rings and holes of a Polygon or MultiPolygon."""
    coordinates = shape.get("coordinates", [])
    polygons = [coordinates] if shape.get("type") == "Polygon" else coordinates
    return [[(float(p[0]), float(p[1])) for p in ring] for polygon in polygons for ring in polygon]


def _fit(points: Sequence[Point]) -> tuple[Any, int]:
    """A function from a point to the drawing, and the drawing's height.

    Degrees are stretched as a map at that latitude is, and have north up. Larger numbers are a
    plan's own, with y growing downwards as on paper.
    """
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    degrees = max(abs(left), abs(right)) <= 180 and max(abs(low), abs(high)) <= 90
    stretch = 1 / cos(radians((low + high) / 2)) if degrees else 1.0
    scale = WIDTH / ((right - left) or 1)
    height = (high - low) * scale * stretch

    def place(point: Point) -> Point:
        x, y = (point[0] - left) * scale, (point[1] - low) * scale * stretch
        return x, height - y if degrees else y

    return place, round(height)


def _path(ring: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring) + "Z"


def _area(ring: Sequence[Point]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Sequence[Point]) -> Point:
    """The centre of gravity, where a number stands well on most shapes."""
    area = _area(ring)
    if not area:
        return ring[0]
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)
