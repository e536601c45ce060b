"""Is the water off at my place? Answered per place name against the published areas."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from layers.models import PublicPlace
from layers.public.places import find_places
from layers.public.reading import PublicOutage, PublicState

# A place counts as wholly concerned where this share of it lies in the area.
WHOLE_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """A place and the outage that concerns it, if any. `partly` when only a part of it."""

    name: str
    name_en: str
    kind: str
    outage: PublicOutage | None
    partly: bool
    lon: float
    lat: float


def check_place(typed: str, state: PublicState) -> list[PlaceAnswer]:
    """Answers for the places that match what somebody typed, the best match first.

    Works on names and areas that are public; who lives there is neither read nor told.
    """
    areas = [(outage, outage.shape) for outage in state.outages if outage.status != "restored"]
    return [_answer(place, areas) for place in find_places(typed)]


def _answer(place: PublicPlace, areas: list[tuple[PublicOutage, BaseGeometry]]) -> PlaceAnswer:
    shape = shapely.from_wkb(bytes(place.geom.wkb))
    concerned = next(((outage, area) for outage, area in areas if area.intersects(shape)), None)
    spot = shape.representative_point()
    if concerned is not None:
        spot = shape.intersection(concerned[1]).representative_point()
    return PlaceAnswer(
        name=place.name,
        name_en=place.name_en or place.name,
        kind=place.kind,
        outage=concerned[0] if concerned else None,
        partly=concerned is not None and _share(shape, concerned[1]) < WHOLE_SHARE,
        lon=round(spot.x, 5),
        lat=round(spot.y, 5),
    )


def _share(shape: BaseGeometry, area: BaseGeometry) -> float:
    """Which share of a place lies within an area: of its surface, its length or its points."""
    inside = shape.intersection(area)
    for measure in ("area", "length"):
        whole = float(getattr(shape, measure))
        if whole:
            return float(getattr(inside, measure)) / whole
    return len(shapely.get_parts(inside)) / max(len(shapely.get_parts(shape)), 1)
