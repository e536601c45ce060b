"""The whole drawing: understood assets, laid into a plane of metres, noded and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from network.choices import Flow, LinkKind, PipeStatus
from network.importer.assets import Assets, understand
from network.importer.crs import WGS84, bounds_of
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
    """A plane of metres around a place: true to scale within some hundred kilometres."""

    lon: float
    lat: float

    @staticmethod
    def around(geometry: NDArray[np.object_]) -> Plane:
        """Return the plane whose middle is the middle of some EPSG:4326 geometries."""
        bounds = bounds_of(geometry)
        if not np.isfinite(bounds).all():
            return Plane(0.0, 0.0)
        return Plane(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)

    def metres(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return EPSG:4326 geometries in metres of this plane."""
        coordinates = shapely.get_coordinates(geometry)
        x, y = _transformer(self, back=False).transform(coordinates[:, 0], coordinates[:, 1])
        moved: NDArray[np.object_] = shapely.set_coordinates(
            geometry.copy(), np.stack([x, y], axis=1)
        )
        return moved

    def metres_of_points(self, geometry: NDArray[np.object_]) -> NDArray[np.float64]:
        """Return points of EPSG:4326 as x and y in metres, shape (n, 2)."""
        coordinates = shapely.get_coordinates(geometry).reshape(-1, 2)
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
        f"+proj=tmerc +lat_0={plane.lat} +lon_0={plane.lon} +k=1 +ellps=WGS84 +units=m"
    )
    pair = (metric, WGS84) if back else (WGS84, metric)
    return Transformer.from_crs(*pair, always_xy=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an import would publish, with everything that was found wrong with it."""

    assets: Mapping[str, Assets]
    network: NodedNetwork
    records: Records
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
    assets = {kind: understand(table, findings) for kind, table in source.tables.items()}
    source.tables.clear()
    plane = Plane.around(assets["pipes"].geometry)
    raw = _raw(assets, plane)
    try:
        network, met = node_network(raw, tolerances)
    except SnappingError as error:
        raise refusal(reason="snapping_impossible", error=error) from error
    # On a schematic drawing nearness says nothing.
    findings.extend(each for each in met if not (source.is_local and each.code == "node_near_pipe"))
    valves = assets["valves"].fields
    network, valves["flow_to_pipe"] = settle_directions(
        network, raw.valves, valves["flow_to_pipe"], findings
    )
    progress.stage("checking")
    area = None if service_area is None else plane.metres_of_area(service_area)
    records = _records(assets, raw, network, tolerances.snap_m, area, source.is_local)
    findings.extend(check_network(records, findings))
    return Drawing(assets, network, records, _lengths(assets["pipes"], network), plane, findings)


def _raw(assets: Mapping[str, Assets], plane: Plane) -> RawNetwork:
    pipes = assets["pipes"]
    fields = pipes.fields
    return RawNetwork(
        pipes=RawPipes(
            ids=pipes.ids,
            lines=plane.metres(pipes.geometry),
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
    blank = np.full(len(assets), "", dtype=object)
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
            account=np.asarray(customers.fields["account"], dtype=object),
            persons=np.asarray(
                [np.nan if n is None else n for n in customers.fields["persons"]], dtype=float
            ),
        ),
        snap_m=snap_m,
        drawn_to_scale=not is_local,
        service_area=area,
    )


def _lengths(pipes: Assets, network: NodedNetwork) -> NDArray[np.float64]:
    """Return the stated lengths in metres, and geodesic ones where none is stated."""
    given: NDArray[np.float64] = pipes.fields["length_m"]
    coordinates, owner = shapely.get_coordinates(pipes.geometry, return_index=True)
    same = owner[1:] == owner[:-1]
    _, _, steps = Geod(ellps="WGS84").inv(
        coordinates[:-1, 0], coordinates[:-1, 1], coordinates[1:, 0], coordinates[1:, 1]
    )
    drawn = np.bincount(owner[1:][same], weights=np.asarray(steps)[same], minlength=len(pipes))
    return np.where(np.isnan(given), drawn, given)
