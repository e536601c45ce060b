"""The whole drawing: understood assets, laid into a plane of metres, noded and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from network.choices import Flow, LinkKind, PipeStatus
from network.importer.assets import Assets, understand
from network.importer.crs import WGS84
from network.importer.places import Courses, Geometry, coordinates_of
from network.importer.progress import Progress
from network.importer.reading import Source
from network.importer.refusals import refusal
from network.topology.check import (
    CustomerRecords,
    Records,
    SourceRecords,
    ValveRecords,
    check_network,
)
from network.topology.findings import Finding
from network.topology.noding import (
    NodedNetwork,
    RawNetwork,
    RawPipes,
    RawPoints,
    Tolerances,
    node_network,
    settle_directions,
)
from network.topology.noding.clusters import SnappingError


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of metres around a place: true to scale within some hundred kilometres.

    Equidistant from the place, so that what was drawn on the far side of the earth by mistake has
    coordinates too, and a town on the date line is in one piece.
    """

    lon: float
    lat: float

    @staticmethod
    def around(geometry: Geometry) -> Plane:
        """Return the plane whose middle is where most of some EPSG:4326 geometries lie.

        The median, not the middle of the bounds: one stray pipe would pull the plane away from
        the town, and half a metre would be measured as a third.
        """
        points = coordinates_of(geometry)
        points = points[np.isfinite(points).all(axis=1)]
        if not len(points):
            return Plane(0.0, 0.0)
        half = len(points) // 2
        lon, lat = np.partition(points, half, axis=0)[half]
        return Plane(float(lon), float(lat))

    def metres(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return EPSG:4326 geometries in metres of this plane."""
        coordinates = shapely.get_coordinates(geometry)
        x, y = _transformer(self, back=False).transform(coordinates[:, 0], coordinates[:, 1])
        moved: NDArray[np.object_] = shapely.set_coordinates(
            geometry.copy(), np.stack([x, y], axis=1)
        )
        return moved

    def metres_of_points(self, geometry: Geometry) -> NDArray[np.float64]:
        """Return points of EPSG:4326 as x and y in metres, shape (n, 2)."""
        coordinates = coordinates_of(geometry).reshape(-1, 2)
        x, y = _transformer(self, back=False).transform(coordinates[:, 0], coordinates[:, 1])
        return np.stack([x, y], axis=1)

    def metres_of_area(self, area: BaseGeometry) -> BaseGeometry:
        """Return one EPSG:4326 geometry in metres."""
        moved: BaseGeometry = self.metres(np.asarray([area], dtype=object))[0]
        return moved

    def lon_lat(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points in metres, shape (n, 2), as longitude and latitude."""
        lon, lat = _transformer(self, back=True).transform(xy[:, 0], xy[:, 1])
        return np.stack([lon, lat], axis=1)


@lru_cache(maxsize=8)
def _transformer(plane: Plane, *, back: bool) -> Transformer:
    """Return the way into a plane, or back; making one costs twenty milliseconds."""
    metric = CRS.from_proj4(
        f"+proj=aeqd +lat_0={plane.lat} +lon_0={plane.lon} +ellps=WGS84 +units=m"
    )
    pair = (metric, WGS84) if back else (WGS84, metric)
    return Transformer.from_crs(*pair, always_xy=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an import would publish, with everything that was found wrong with it."""

    assets: Mapping[str, Assets]
    courses: Courses  # of the pipes, EPSG:4326; their assets have no geometry any more
    network: NodedNetwork
    length_m: NDArray[np.float64]
    plane: Plane
    findings: Sequence[Finding]


def draw(
    source: Source,
    *,
    tolerances: Tolerances,
    service_area: BaseGeometry | None,
    progress: Progress,
) -> Drawing:
    """Understand, node and check what was read. Raises ImportRefused for a senseless tolerance."""
    findings = list(source.findings)
    progress.stage("joining")
    # A table is let go as soon as it is understood.
    kinds = list(source.tables)
    assets = {"pipes": understand(source.tables.pop("pipes"), findings)}
    for kind in kinds:
        if kind != "pipes":
            assets[kind] = understand(source.tables.pop(kind), findings, assets["pipes"].ids)
    courses = Courses.of(assets["pipes"].geometry)
    assets["pipes"].geometry = np.empty(0, dtype=object)
    plane = Plane.around(courses.points)
    raw = _raw(assets, courses, plane)
    try:
        network, met = node_network(raw, replace(tolerances, is_schematic=source.is_local))
    except SnappingError as error:
        raise refusal(reason="snapping_impossible", error=error) from error
    # On a schematic drawing nearness says nothing.
    findings.extend(each for each in met if not (source.is_local and each.code == "node_near_pipe"))
    valves = assets["valves"].fields
    valves["flow_to_pipe"] = settle_directions(
        network, raw.valves, valves["flow_to_pipe"], findings
    )
    raw, network = _without_references(assets, raw, network)
    progress.stage("checking")
    area = None if service_area is None else plane.metres_of_area(service_area)
    records = _records(assets, raw, network, tolerances.snap_m, area, source.is_local)
    findings.extend(check_network(records, findings))
    length_m = _lengths(assets["pipes"].fields["length_m"], courses)
    return Drawing(assets, courses, network, length_m, plane, findings)


_REFERENCES = ("junction", "pipe", "from_junction", "to_junction")


def _without_references(
    assets: Mapping[str, Assets], raw: RawNetwork, network: NodedNetwork
) -> tuple[RawNetwork, NodedNetwork]:
    """Let go of what the source said stands where, now that everything has its place."""
    for each in assets.values():
        for name in _REFERENCES:
            each.fields.pop(name, None)

    def placed(points: RawPoints) -> RawPoints:
        return replace(points, nodes=_blanks(len(points)), pipes=_blanks(len(points)))

    blank = _blanks(len(raw.pipes))
    pipes = replace(raw.pipes, from_nodes=blank, to_nodes=blank)
    raw = RawNetwork(
        pipes=pipes,
        nodes=placed(raw.nodes),
        valves=placed(raw.valves),
        hydrants=placed(raw.hydrants),
        sources=placed(raw.sources),
        customers=placed(raw.customers),
    )
    return raw, replace(network, pipes=pipes)


def _blanks(count: int) -> NDArray[np.object_]:
    """Return so many blanks, which all are one."""
    return np.broadcast_to(np.asarray("", dtype=object), (count,))


def _raw(assets: Mapping[str, Assets], courses: Courses, plane: Plane) -> RawNetwork:
    pipes = assets["pipes"]
    fields = pipes.fields
    return RawNetwork(
        pipes=RawPipes(
            ids=pipes.ids,
            lines=Courses(plane.metres_of_points(courses.points), courses.starts).lines(),
            from_nodes=fields["from_junction"],
            to_nodes=fields["to_junction"],
            in_service=np.asarray(
                [status == PipeStatus.IN_SERVICE for status in fields["status"]], dtype=bool
            ),
            is_device=np.asarray([kind != LinkKind.PIPE for kind in fields["kind"]], dtype=bool),
            is_forward=np.asarray([flow == Flow.FORWARD for flow in fields["flow"]], dtype=bool),
        ),
        **{
            kind: _raw_points(assets[kind], plane)
            for kind in ("nodes", "valves", "hydrants", "sources", "customers")
        },
    )


def _raw_points(assets: Assets, plane: Plane) -> RawPoints:
    blank = _blanks(len(assets))
    return RawPoints(
        ids=assets.ids,
        xy=plane.metres_of_points(assets.geometry),
        nodes=assets.fields.get("junction", blank),
        pipes=assets.fields.get("pipe", blank),
    )


def _records(
    assets: Mapping[str, Assets],
    raw: RawNetwork,
    network: NodedNetwork,
    snap_m: float,
    area: BaseGeometry | None,
    is_local: bool,
) -> Records:
    valves, sources, customers = assets["valves"], assets["sources"], assets["customers"]
    return Records(
        network=network,
        nodes=raw.nodes,
        given_length_m=assets["pipes"].fields["length_m"],
        diameter_mm=assets["pipes"].fields["diameter_mm"],
        valves=ValveRecords(
            points=raw.valves,
            isolates=valves.fields["isolates"],
            state=np.asarray([str(state) for state in valves.fields["state"]], dtype=object),
            operability=np.asarray([str(each) for each in valves.fields["operability"]], object),
            bore_mm=valves.fields["bore_mm"],
            flow_to_pipe=valves.fields["flow_to_pipe"],
            one_way_kind=valves.fields["one_way_kind"],
        ),
        hydrants=raw.hydrants,
        sources=SourceRecords(
            points=raw.sources,
            inlet_pipes=sources.fields["inlet_pipes"],
            active=np.asarray(sources.fields["is_active"], dtype=bool),
        ),
        customers=CustomerRecords(
            points=raw.customers,
            account=np.asarray(customers.fields["account"].tolist(), dtype=object),
            persons=np.asarray(customers.fields["persons"], dtype=float),
        ),
        snap_m=snap_m,
        drawn_to_scale=not is_local,
        service_area=area,
    )


def _lengths(given: NDArray[np.float64], courses: Courses) -> NDArray[np.float64]:
    """Return the stated lengths in metres, and geodesic ones where none is stated."""
    coordinates, owner = courses.points, np.repeat(np.arange(len(given)), np.diff(courses.starts))
    same = owner[1:] == owner[:-1]
    _, _, steps = Geod(ellps="WGS84").inv(
        coordinates[:-1, 0], coordinates[:-1, 1], coordinates[1:, 0], coordinates[1:, 1]
    )
    drawn = np.bincount(owner[1:][same], weights=np.asarray(steps)[same], minlength=len(given))
    return np.where(np.isnan(given), drawn, given)
