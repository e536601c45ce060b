"""Where people without water fetch it: standpipes on hydrants that keep water, else tankers.

Whoever lives farther than people carry water from every such hydrant is sent a tanker. It stops at
a junction of the mains, for mains lie in streets. How far that is, the utility decides (`Reach`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.contrib.gis.geos import Point
from django.db.models import Q
from scipy.spatial import cKDTree

from network.models import Customer, Hydrant, Junction, NetworkRevision, Pipe
from network.selectors.around import Around
from network.topology.argument.scene import Scene
from network.topology.argument.supply_points import (
    Metres,
    Need,
    SupplyPoint,
    choose_points,
    wet_places,
)

WATER_WITHIN_M = 1_500.0  # where hydrants for standpipes are looked for

HYDRANT, TANKER = "hydrant", "tanker"


@dataclass(frozen=True)
class Reach:
    """Straight metres: how far water is carried home, and how near to a home a tanker stops."""

    carry_m: float = 500.0
    stop_m: float = 300.0


AS_SHIPPED = Reach()


@dataclass(frozen=True)
class PlacedPoint:
    """A hydrant for a standpipe, or where a tanker stops, with its position (EPSG:4326)."""

    point: SupplyPoint
    lon: float
    lat: float
    kind: str = HYDRANT

    def as_json(self) -> dict[str, object]:
        """The point for the contract; distances in metres, straight."""
        return {
            "place": self.point.place,
            "kind": self.kind,
            "at": [round(self.lon, 7), round(self.lat, 7)],
            "customers": self.point.customers,
            "persons": self.point.persons,
            "mean_m": round(self.point.mean_m, 1),
            "farthest_m": round(self.point.farthest_m, 1),
        }


def supply_points(
    scene: Scene,
    revision: NetworkRevision,
    customers: Collection[str],
    *,
    most: int = 3,
    reach: Reach = AS_SHIPPED,
) -> tuple[PlacedPoint, ...]:
    """From where `customers` are best supplied, nearest to most first: hydrants, then tankers."""
    homes = dict(
        Customer.objects.filter(revision=revision, asset_id__in=customers).values_list(
            "asset_id", "geom"
        )
    )
    if not homes:
        return ()
    around = Around.points([*homes.values()], WATER_WITHIN_M)
    persons = _persons(scene, customers)
    at = _metres(around, homes)
    needs = [Need(at[name], persons.get(name, 0)) for name in homes]
    hydrants = _placed(Hydrant, revision, around)
    wet = {each: hydrants[each] for each in wet_places(scene, HYDRANT, hydrants)}
    far = _is_far(needs, [*_metres(around, wet).values()], reach.carry_m)
    near_needs = [need for need, is_far in zip(needs, far, strict=True) if not is_far]
    far_needs = [need for need, is_far in zip(needs, far, strict=True) if is_far]
    beside = Around.points([*homes.values()], reach.stop_m)
    stops = _placed(Junction, revision, beside) if far_needs else {}
    return (
        *_chosen(around, wet, near_needs, HYDRANT, most),
        *_chosen(around, stops, far_needs, TANKER, most),
    )


def streets_at(revision: NetworkRevision, junctions: Collection[str]) -> dict[str, tuple[str, str]]:
    """By junction the street, in Chinese and English, of a pipe that ends there. One query."""
    pipes = Pipe.objects.filter(revision=revision).exclude(street="").order_by("asset_id")
    named = pipes.filter(Q(from_junction__in=junctions) | Q(to_junction__in=junctions))
    found: dict[str, tuple[str, str]] = {}
    for first, last, *street in named.values_list(
        "from_junction", "to_junction", "street", "street_en"
    ):
        for junction in {first, last} & {*junctions}:
            found.setdefault(junction, (street[0], street[1]))
    return found


def _is_far(needs: Sequence[Need], places: Sequence[Metres], carry_m: float) -> list[bool]:
    """Whether nobody would carry water home from any of `places`."""
    if not places:
        return [True] * len(needs)
    metres, _ = cKDTree(np.array(places)).query(np.array([need.at for need in needs]))
    found: list[bool] = (np.asarray(metres) > carry_m).tolist()
    return found


def _chosen(
    around: Around, places: Mapping[str, Point], needs: Sequence[Need], kind: str, most: int
) -> list[PlacedPoint]:
    return [
        PlacedPoint(each, places[each.place].x, places[each.place].y, kind)
        for each in choose_points(_metres(around, places), needs, most=most)
    ]


def _metres(around: Around, places: Mapping[str, Point]) -> dict[str, Metres]:
    """Places by name, in metres, moved in one go."""
    lons = np.array([at.x for at in places.values()])
    lats = np.array([at.y for at in places.values()])
    east, north = around.plane.forward(lons, lats)
    return dict(zip(places, zip(east.tolist(), north.tolist(), strict=True), strict=True))


def _placed(
    model: type[Hydrant | Junction], revision: NetworkRevision, around: Around
) -> dict[str, Point]:
    rows = model.objects.filter(revision=revision, geom__coveredby=around.box)
    return dict(rows.order_by("asset_id").values_list("asset_id", "geom"))


def _persons(scene: Scene, customers: Collection[str]) -> dict[str, int]:
    topology = scene.topology
    dry = np.concatenate([scene.found.isolated, scene.found.unintended])
    names = [raw.decode() for raw in topology.customer_ids[dry].tolist()]
    counted = dict(zip(names, topology.customer_persons[dry].tolist(), strict=True))
    return {each: counted[each] for each in customers if each in counted}
