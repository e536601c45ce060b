"""A clean network yields nothing; every seeded defect is found, by its own name and asset."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon

from network.importer.crs import CrsChoice
from network.importer.drawing import Drawing, draw
from network.importer.findings import TEXTS, detail_of
from network.importer.mapping import LayerMapping
from network.importer.progress import Progress
from network.importer.reading import read_source
from network.topology.findings import SEVERITIES
from network.topology.noding import Tolerances
from tests.network.small_networks import (
    Layers,
    find,
    grid,
    line,
    lon_lat,
    point,
    without,
    write_folder,
)


def drawn(layers: Layers, folder: Path, **options: Any) -> Drawing:
    """Read and check a network without any database."""
    silent = Progress(None)
    source = read_source(
        str(write_folder(layers, folder)), LayerMapping(), CrsChoice(), None, silent
    )
    return draw(
        source,
        tolerances=Tolerances(0.5, 80.0),
        service_area=options.get("service_area"),
        progress=silent,
    )


def found(layers: Layers, folder: Path) -> set[tuple[str, str]]:
    return {(finding.code, finding.asset_id) for finding in drawn(layers, folder).findings}


def test_a_clean_grid_yields_nothing(tmp_path):
    assert drawn(grid(4), tmp_path).findings == []


def test_a_clean_grid_without_any_references_yields_nothing(tmp_path):
    bare = without(grid(4), "from_node", "to_node", "node", "pipe")
    bare["nodes"] = []
    drawing = drawn(bare, tmp_path)
    assert drawing.findings == []
    assert len(drawing.network.junctions) == 16


def test_a_bare_grid_is_the_same_network_as_the_stated_one(tmp_path):
    stated = drawn(grid(3), tmp_path / "stated").network
    bare = grid(3)
    bare["nodes"] = []
    snapped = drawn(
        without(bare, "from_node", "to_node", "node", "pipe"), tmp_path / "bare"
    ).network
    for kind in ("valves", "customers"):
        assert getattr(stated, kind).pipe.tolist() == getattr(snapped, kind).pipe.tolist()
    degree = sorted(stated.start.tolist() + stated.end.tolist())
    assert len(degree) == len(snapped.start) * 2
    assert len(set(degree)) == len(snapped.junctions)


Spoil = Callable[[Layers], None]


def change(layer: str, asset_id: str, /, **properties: Any) -> Spoil:
    return lambda layers: find(layers, layer, asset_id)["properties"].update(properties)


def move(kind: str, asset_id: str, *places: tuple[float, float]) -> Spoil:
    def spoil(layers: Layers) -> None:
        geometry = find(layers, kind, asset_id)["geometry"]
        geometry["coordinates"] = lon_lat(*places) if len(places) > 1 else lon_lat(*places)[0]

    return spoil


def put(kind: str, feature: dict[str, Any]) -> Spoil:
    return lambda layers: layers[kind].append(feature)


def drop(kind: str) -> Spoil:
    return lambda layers: layers[kind].clear()


def reshape(kind: str, asset_id: str, geometry: Any) -> Spoil:
    def spoil(layers: Layers) -> None:
        find(layers, kind, asset_id)["geometry"] = geometry

    return spoil


def every(*spoils: Spoil) -> Spoil:
    def spoil(layers: Layers) -> None:
        for each in spoils:
            each(layers)

    return spoil


def stub(name: str, *places: tuple[float, float], start: str, end: str) -> Spoil:
    return every(
        put("nodes", point(end, *places[-1])),
        put(
            "pipes",
            line(name, *places, from_node=start, to_node=end, diameter_mm=100, length_m=None),
        ),
    )


ISLAND = every(
    put("nodes", point("i1", 5000, 0)),
    put("nodes", point("i2", 5100, 0)),
    put("pipes", line("isle", (5000, 0), (5100, 0), from_node="i1", to_node="i2", diameter_mm=50)),
)

# Each: what is spoiled, the code expected, the asset it is told of.
DEFECTS: list[tuple[Spoil, str, str]] = [
    (put("nodes", point(None, 50, 50)), "id_missing", ""),
    (put("valves", point("V-h00", 50, 0, pipe="h00", kind="gate")), "id_duplicate", "V-h00"),
    (put("hydrants", point("x" * 65, 100, 100, node="n11")), "id_too_long", "x" * 65),
    (reshape("pipes", "h00", None), "geometry_missing", "h00"),
    (
        reshape("valves", "V-h00", {"type": "Point", "coordinates": [float("nan"), 22.9]}),
        "geometry_not_finite",
        "V-h00",
    ),
    (
        reshape("pipes", "h00", {"type": "Point", "coordinates": [110.05, 22.93]}),
        "geometry_wrong_type",
        "h00",
    ),
    (
        reshape(
            "pipes",
            "h00",
            {
                "type": "MultiLineString",
                "coordinates": [lon_lat((0, 0), (40, 0)), lon_lat((60, 0), (100, 0))],
            },
        ),
        "geometry_multipart",
        "h00",
    ),
    (
        reshape("customers", "c-h00", {"type": "Point", "coordinates": [1000.0, 22.9]}),
        "geometry_out_of_range",
        "c-h00",
    ),
    (stub("nil", (200, 200), (200, 200), start="n22", end="z"), "pipe_zero_length", "nil"),
    (stub("tiny", (200, 200), (200.1, 200), start="n22", end="z"), "pipe_very_short", "tiny"),
    (
        stub("knot", (200, 200), (230, 200), (230, 230), (210, 190), start="n22", end="z"),
        "pipe_self_crossing",
        "knot",
    ),
    (change("pipes", "h11", to_node="n11"), "pipe_self_loop", "h11"),
    (
        put(
            "pipes", line("twin", (0, 0), (100, 0), from_node="n00", to_node="n10", diameter_mm=200)
        ),
        "pipe_duplicate",
        "twin",
    ),
    (change("pipes", "h00", from_node="nowhere"), "pipe_end_unknown", "h00"),
    (move("pipes", "h00", (0, 9), (100, 0)), "pipe_end_far_from_node", "h00"),
    (move("pipes", "h00", (100, 0), (0, 0)), "pipe_drawn_backwards", "h00"),
    (move("pipes", "h00", (0, 0), (90_000, 90_000), (100, 0)), "far_from_network", "h00"),
    (change("pipes", "h00", status="upside down"), "value_not_understood", "h00"),
    (change("valves", "V-h00", kind="k" * 60), "text_shortened", "V-h00"),
    (change("pipes", "h00", length_m=990.0), "length_mismatch", "h00"),
    (change("pipes", "h00", diameter_mm=None), "diameter_missing", "h00"),
    (change("pipes", "h00", diameter_mm=99_999), "diameter_implausible", "h00"),
    (change("customers", "c-h00", persons=50_000), "persons_implausible", "c-h00"),
    (
        stub("near", (200, 200), (250, 200), (250, 1), (201, 1), start="n22", end="z"),
        "end_near_miss",
        "z",
    ),
    (
        stub("touch", (200, 200), (250, 150), (200.2, 150), start="n22", end="z"),
        "node_near_pipe",
        "z",
    ),
    (put("nodes", point("alone", 50, 50)), "node_unused", "alone"),
    (
        stub("apart", (300, 100), (200.1, 100), start="far", end="z"),
        "node_duplicate",
        "z",
    ),
    (change("pipes", "h00", kind="pump"), "device_without_direction", "h00"),
    (
        every(
            move("pipes", "h01", (0, 100), (50, 100), (100, 100)),
            stub("over", (0, 200), (50, 100), (60, 40), start="n02", end="z"),
        ),
        "vertex_on_crossing",
        "over",
    ),
    (change("valves", "V-h00", node="nowhere"), "valve_node_unknown", "V-h00"),
    (change("valves", "V-h00", pipe="nothing"), "valve_pipe_unknown", "V-h00"),
    (change("valves", "V-h00", pipe="v11"), "valve_node_not_on_pipe", "V-h00"),
    (
        every(change("valves", "V-h00", pipe=None, node=None), move("valves", "V-h00", (50, 30))),
        "valve_off_pipe",
        "V-h00",
    ),
    (move("valves", "V-h00", (2, 30)), "valve_far_from_pipe", "V-h00"),
    (change("valves", "V-h00", state="unknown"), "valve_state_unknown", "V-h00"),
    (change("valves", "V-h00", operable=None), "valve_operability_unknown", "V-h00"),
    (change("valves", "V-h00", bore_mm=400), "valve_bore_mismatch", "V-h00"),
    (
        put(
            "valves",
            point("V2", 0, 0, node="n00", pipe="h00", kind="gate", state="open", operable=True),
        ),
        "valve_same_place",
        "V2",
    ),
    (change("valves", "V-h00", flow_to_pipe="nothing"), "valve_flow_pipe_unknown", "V-h00"),
    (change("valves", "V-h00", flow_to_pipe="v11"), "valve_flow_not_at_valve", "V-h00"),
    (change("valves", "V-h00", kind="check_valve"), "valve_one_way_without_direction", "V-h00"),
    (change("valves", "V-h00", kind="wondrous"), "valve_kind_unknown", "V-h00"),
    (change("pipes", "h11", status="abandoned"), "valve_on_unused_pipe", "V-h11"),
    (change("pipes", "h11", status="废弃"), "customer_on_unused_pipe", "c-h11"),
    (
        every(
            stub("tail", (200, 200), (300, 200), start="n22", end="z"),
            put(
                "valves",
                point(
                    "CV",
                    202,
                    200,
                    node="n22",
                    pipe="tail",
                    kind="check",
                    flow_to_pipe="h12",
                    state="open",
                    operable=True,
                ),
            ),
        ),
        "check_valve_wrong_way",
        "CV",
    ),
    (
        lambda layers: [each["properties"].update(kind="air") for each in layers["valves"]],
        "no_isolating_valve",
        "",
    ),
    (drop("sources"), "source_missing", ""),
    (change("sources", "S", node="nowhere"), "source_node_unknown", "S"),
    (
        every(change("sources", "S", node=None), move("sources", "S", (0, -60))),
        "source_off_network",
        "S",
    ),
    (change("sources", "S", inlet_pipes=["nothing"]), "source_inlet_unknown", "S"),
    (change("sources", "S", inlet_pipes=["h11"]), "source_inlet_not_at_source", "S"),
    (ISLAND, "island_without_source", "isle"),
    (
        every(
            stub("tail", (200, 200), (300, 200), start="n22", end="z"),
            put(
                "valves",
                point(
                    "shut",
                    202,
                    200,
                    node="n22",
                    pipe="tail",
                    kind="gate",
                    state="closed",
                    operable=True,
                ),
            ),
        ),
        "dry_behind_closed_valve",
        "tail",
    ),
    (
        every(
            put("nodes", point("z", 300, 200)),
            put(
                "pipes",
                line(
                    "up",
                    (300, 200),
                    (200, 200),
                    from_node="z",
                    to_node="n22",
                    flow="forward",
                    diameter_mm=100,
                ),
            ),
        ),
        "dry_behind_one_way",
        "up",
    ),
    (
        every(change("customers", "c-h00", pipe=None), move("customers", "c-h00", (0, -400))),
        "customer_without_pipe",
        "c-h00",
    ),
    (change("customers", "c-h00", pipe="nothing"), "customer_pipe_unknown", "c-h00"),
    (move("customers", "c-h00", (50, -300)), "customer_far_from_pipe", "c-h00"),
    (change("customers", "c-h00", account="ah10"), "customer_account_duplicate", "c-h10"),
    (change("customers", "c-h00", account=""), "customer_account_missing", "c-h00"),
    (put("hydrants", point("H2", 50, 50)), "hydrant_off_pipe", "H2"),
    (put("hydrants", point("H2", 50, 2, pipe="nothing")), "hydrant_pipe_unknown", "H2"),
]


@pytest.mark.parametrize(
    ("spoil", "code", "asset_id"),
    DEFECTS,
    ids=[f"{code}-{nth}" for nth, (_, code, _) in enumerate(DEFECTS)],
)
def test_every_seeded_defect_is_found_by_name(tmp_path, spoil, code, asset_id):
    layers = deepcopy(grid(3))
    spoil(layers)
    told = found(layers, tmp_path)
    assert (code, asset_id) in told


def test_every_finding_says_what_is_wrong_and_how_to_mend_it(tmp_path):
    assert TEXTS.keys() == SEVERITIES.keys()
    for nth, (spoil, _, _) in enumerate(DEFECTS):
        layers = deepcopy(grid(3))
        spoil(layers)
        for finding in drawn(layers, tmp_path / str(nth)).findings:
            assert "%(" not in detail_of(finding.code, finding.facts)


def test_more_than_twenty_five_kinds_of_defect_are_tried():
    assert len({code for _, code, _ in DEFECTS if code}) >= 50


def test_blocking_faults_keep_supply_from_being_traced(tmp_path):
    layers = grid(3)
    change("pipes", "h00", from_node="nowhere")(layers)
    ISLAND(layers)
    codes = {code for code, _ in found(layers, tmp_path)}
    assert "pipe_end_unknown" in codes
    assert "island_without_source" not in codes


def test_pipes_outside_the_service_area_are_told(tmp_path):
    area = Polygon(lon_lat((-50, -50), (150, -50), (150, 150), (-50, 150)))
    drawing = drawn(grid(3), tmp_path, service_area=area)
    told = {(finding.code, finding.asset_id) for finding in drawing.findings}
    assert told == {("outside_service_area", name) for name in ("h02", "h12", "v20", "v21")}
