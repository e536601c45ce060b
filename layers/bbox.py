"""The rectangle a map asks for: four finite numbers, of a size that can be answered."""

from dataclasses import dataclass
from math import cos, isfinite, radians

METRES_PER_DEGREE = 111_320.0
# About a tenth of a millimetre: below it a rectangle is a line.
THINNEST_DEGREES = 1e-9


class BadRectangle(ValueError):
    """A bbox that is malformed, off the globe or too large. The message says which."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """West, south, east, north in degrees, EPSG:4326."""

    west: float
    south: float
    east: float
    north: float

    @property
    def area_km2(self) -> float:
        """Area on the ground, good to a few parts in a hundred for a piece of a town."""
        height = (self.north - self.south) * METRES_PER_DEGREE
        middle = radians((self.north + self.south) / 2)
        width = (self.east - self.west) * METRES_PER_DEGREE * cos(middle)
        return height * width / 1e6

    @property
    def as_tuple(self) -> tuple[float, float, float, float]:
        return (self.west, self.south, self.east, self.north)


def parse_rectangle(text: str, *, max_km2: float) -> Rectangle:
    """Read `west,south,east,north` in degrees.

    Raises BadRectangle for anything but four finite numbers in order on the globe, and for more
    than `max_km2` square kilometres.
    """
    parts = text.split(",")
    if len(parts) != 4:
        msg = "bbox must be four numbers: west,south,east,north"
        raise BadRectangle(msg)
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError as error:
        msg = "bbox must be four numbers: west,south,east,north"
        raise BadRectangle(msg) from error
    if not all(isfinite(value) for value in (west, south, east, north)):
        msg = "bbox must be finite numbers"
        raise BadRectangle(msg)
    on_globe = west >= -180 and east <= 180 and south >= -85.1 and north <= 85.1
    if not on_globe or min(east - west, north - south) < THINNEST_DEGREES:
        msg = "bbox must lie on the globe, west before east and south before north"
        raise BadRectangle(msg)
    rectangle = Rectangle(west, south, east, north)
    if rectangle.area_km2 > max_km2:
        msg = f"bbox covers {rectangle.area_km2:.0f} km2, at most {max_km2:.0f} km2 are answered"
        raise BadRectangle(msg)
    return rectangle
