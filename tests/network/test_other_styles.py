"""Clean networks as others draw and write them: nothing is found wrong, nothing is lost."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from network.importer.crs import CrsChoice, parse_crs
from network.importer.drawing import draw
from network.importer.intake import open_intake
from network.importer.layers import read_layer
from network.importer.mapping import LayerMapping
from network.importer.progress import Progress
from network.importer.reading import read_source
from network.importer.refusals import ImportRefused
from network.topology.noding import Tolerances
from tests.network.small_networks import Layers, find, grid, line, point, without, write_folder
from tests.network.test_check import drawn, found

pytestmark = pytest.mark.usefixtures("in_english")


def codes(layers: Layers, folder: Path) -> set[str]:
    return {code for code, _asset in found(layers, folder)}


def read(path: Path, **options: str):
    source = read_source(
        str(path), LayerMapping(), CrsChoice(options.get("crs")), None, Progress(None)
    )
    return draw(
        source, tolerances=Tolerances(0.5, 80.0), service_area=None, progress=Progress(None)
    )


# -- drawn otherwise ---------------------------------------------------------------------------


def street(*services: dict, **options: str) -> Layers:
    """An un-noded main of 200 m with services that touch it in mid-span."""
    return {
        "pipes": [line("main", (0, 0), (200, 0)), *services],
        "valves": [point("V", 20, 0, kind="gate", **options)],
        "sources": [point("S", 0, 0)],
    }


def test_services_side_by_side_are_no_near_misses(tmp_path):
    twins = [line("a", (50, 0), (50, 12)), line("b", (50.8, 0), (50.8, 12.3))]
    assert found(street(*twins), tmp_path) == set()


@pytest.mark.parametrize(
    "last",
    [
        [(50, 0), (50, 12), (80, 12), (80, 0.9)],  # stops before the main
        [(50, 0), (50, 12), (80, 12), (80, -0.9)],  # runs over it
        [(50, 0), (50, 12), (199, 12), (200.9, 0)],  # goes past its end
    ],
)
def test_what_stops_short_or_runs_over_is_still_told(tmp_path, last):
    assert codes(street(line("a", *last)), tmp_path) == {"end_near_miss"}


def test_two_mains_on_one_line_are_no_double_where_their_sizes_differ(tmp_path):
    for nth, (size, expected) in enumerate([(600, set()), (200, {"pipe_duplicate"})]):
        layers = grid(2)
        twin = json.loads(json.dumps(find(layers, "pipes", "h00")))
        twin["properties"] |= {"id": "twin", "diameter_mm": size}
        layers["pipes"].append(twin)
        assert codes(layers, tmp_path / str(nth)) == expected


def test_columns_that_nobody_filled_in_are_as_good_as_none(tmp_path):
    layers = grid(3)
    for valve in layers["valves"]:
        valve["properties"] |= {"state": None, "operable": None}
    assert found(layers, tmp_path / "blank") == set()
    find(layers, "valves", "V-h00")["properties"]["state"] = "open"
    assert codes(layers, tmp_path / "one") == {"valve_state_unknown"}


def test_a_node_where_a_valve_stands_in_mid_main_is_used(tmp_path):
    layers = street(state="open")
    layers["nodes"] = [point("n1", 20, 0), point("n2", 60, 0)]
    layers["valves"][0]["properties"]["node"] = "n1"
    assert found(layers, tmp_path) == {("node_unused", "n2")}


def test_words_for_states_and_numbers_that_were_floats(tmp_path):
    layers = grid(3)
    for valve, state in zip(
        layers["valves"], ["Normally Open", "open", "1.0", "OPEN"], strict=False
    ):
        valve["properties"] |= {"state": state, "operable": "1.0"}
    closed = find(layers, "valves", "V-v21")["properties"]
    closed["state"] = "normally_closed"
    drawing = drawn(layers, tmp_path)
    assert drawing.findings == []
    valves = drawing.assets["valves"]
    states = dict(zip(valves.ids, valves.fields["state"], strict=True))
    assert [each for each, state in states.items() if state != "open"] == ["V-v21"]


def test_what_stands_at_a_node_of_unused_pipes_only_is_told(tmp_path):
    layers = grid(2)
    layers["nodes"].append(point("z", 300, 0))
    layers["pipes"].append(
        line(
            "old", (100, 0), (300, 0), from_node="n10", to_node="z", status="abandoned",
            diameter_mm=100,
        )
    )  # fmt: skip
    layers["valves"].append(point("Z", 300, 0, node="z", kind="gate", state="open", operable=True))
    layers["sources"].append(point("T", 300, 0, node="z", kind="well"))
    layers["customers"].append(point("cz", 300, 0, node="z", account="az"))
    assert found(layers, tmp_path) == {
        ("customer_on_unused_pipe", "cz"),
        ("source_off_network", "T"),
        ("valve_on_unused_pipe", "Z"),
    }


def test_a_stray_pipe_on_the_other_side_of_the_earth_moves_no_measure(tmp_path):
    """Null island and the antipode: the town stays as it is, and they are told."""
    layers = without(grid(3), "from_node", "to_node", "node", "length_m")
    layers["nodes"] = []
    town = drawn(layers, tmp_path / "town").network
    for name, places in {
        "zero": [[0, 0], [0.001, 0]],
        "anti": [[-69.95, -22.93], [-69.9, -23]],
    }.items():
        stray = line(name, (0, 0), (1, 1), diameter_mm=100)
        stray["geometry"]["coordinates"] = places
        layers["pipes"].append(stray)
    drawing = drawn(layers, tmp_path / "stray")
    assert {f.asset_id for f in drawing.findings if f.code == "far_from_network"} == {
        "zero",
        "anti",
    }
    assert {f.code for f in drawing.findings} == {"far_from_network", "island_without_source"}
    assert drawing.network.start[:-2].tolist() == town.start.tolist()
    lengths = shapely.length(drawing.network.lines[:-2])
    assert lengths == pytest.approx(shapely.length(town.lines), abs=0.001)


def test_a_town_on_the_date_line_is_in_one_piece(tmp_path):
    ends = [[179.9985, -17.0], [-179.998, -17.0]]
    layers: Layers = {"pipes": [], "sources": [point("S", 0, 0)]}
    layers["sources"][0]["geometry"]["coordinates"] = ends[0]
    for name, places in (("west", [ends[0], [180.0, -17.0]]), ("east", [[-180.0, -17.0], ends[1]])):
        pipe = line(name, (0, 0), (1, 1))
        pipe["geometry"]["coordinates"] = places
        layers["pipes"].append(pipe)
    assert codes(layers, tmp_path) == {"no_isolating_valve"}


# -- written otherwise -------------------------------------------------------------------------


def renumbered(layers: Layers, first: int) -> Layers:
    """All ids and references as whole numbers."""
    numbers: dict[str, int] = {}
    for features in layers.values():
        for feature in features:
            given = feature["properties"]
            for name in ("id", "node", "pipe", "from_node", "to_node"):
                if given.get(name):
                    given[name] = numbers.setdefault(given[name], first + len(numbers))
    return layers


def test_long_numbers_beside_blanks_keep_every_digit(tmp_path):
    """Eighteen digits are more than a float holds, and a blank makes numbers floats."""
    layers = renumbered(grid(3), 350102000012300001)
    find(layers, "customers", layers["customers"][0]["properties"]["id"])["properties"]["pipe"] = (
        None
    )
    drawing = drawn(layers, tmp_path)
    assert drawing.findings == []
    assert set(drawing.assets["pipes"].ids) == {
        str(each["properties"]["id"]) for each in layers["pipes"]
    }


def test_a_table_whose_numbers_became_floats_still_fits(tmp_path):
    layers = renumbered(grid(3), 100)
    customers = layers.pop("customers")
    folder = write_folder(layers, tmp_path)
    with (folder / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["ID", "Pipe", "Node", "LON", "LAT", "Account"])
        for n, each in enumerate(customers):
            given = each["properties"]
            pipe = f"{given['pipe']}.0" if n else ""
            table.writerow([given["id"], pipe, "", *each["geometry"]["coordinates"], f"a{n}"])
    assert read(folder).findings == []


@pytest.mark.parametrize(
    "ids", [["2024-01-05", "2024-01-06"], ["12:30:15", "12:30:16"], ["001", "002"], ["1e5", "2e5"]]
)
def test_ids_that_look_like_something_else_stay_as_they_are(tmp_path, ids):
    pipes = [line(ids[0], (0, 0), (100, 0)), line(ids[1], (100, 0), (200, 0))]
    layers = {"pipes": pipes, "sources": [point("S", 0, 0)]}
    assert drawn(layers, tmp_path).assets["pipes"].ids.tolist() == ids


@pytest.mark.parametrize("ids", [["a", "b"], [11, 12]])
def test_the_id_may_stand_beside_the_properties(tmp_path, ids):
    """RFC 7946 gives a feature its id outside of its properties."""
    pipes = [line("", (0, 0), (100, 0)), line("", (100, 0), (200, 0))]
    for each, asset_id in zip(pipes, ids, strict=True):
        each["id"] = asset_id
        del each["properties"]["id"]
        each["properties"]["material"] = "PE"
    layers = {"pipes": pipes, "sources": [point("S", 0, 0)]}
    assert drawn(layers, tmp_path).assets["pipes"].ids.tolist() == [str(each) for each in ids]


@pytest.mark.parametrize(
    ("inlets", "expected"),
    [
        ([[7], []], [["7"], []]),
        ([["7", "8"], None], [["7", "8"], []]),
        ([[7, "8"], ["9"]], [["7", "8"], ["9"]]),
        (["7", "8;9"], [["7"], ["8", "9"]]),
        (["7", None], [["7"], []]),
        ([7, None], [["7"], []]),
        ([[350102000012300001], []], [["350102000012300001"], []]),
        ([[], []], [[], []]),
    ],
)
def test_inlets_come_in_every_form_that_json_has(tmp_path, inlets, expected):
    sources = [point(f"S{n}", 100 * n, 0, inlet_pipes=each) for n, each in enumerate(inlets)]
    path = write_folder({"sources": sources}, tmp_path) / "sources.geojson"
    layers = {"pipes": [line(1, (0, 0), (100, 0))], "sources": sources}
    assert path.exists()
    assert drawn(layers, tmp_path).assets["sources"].fields["inlet_pipes"] == expected


def test_a_zip_of_a_chinese_pc_is_read(tmp_path):
    """Its names are GBK, and nothing in the zip says so."""
    layers = without(grid(2), "from_node", "to_node", "node")
    content = (write_folder({"pipes": layers["pipes"]}, tmp_path) / "pipes.geojson").read_bytes()
    for encoding in ("gbk", "utf-8"):
        path = tmp_path / f"{encoding}.zip"
        name = "供水/管线.geojson".encode(encoding)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x" * len(name), content)
        path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
        with open_intake(str(path)) as files:
            assert [file.stem for file in files] == ["管线"]


def test_planes_that_only_esri_numbers_are_known():
    assert parse_crs("ESRI:102718", name="pipes").is_projected
    assert parse_crs("OGC:CRS84", name="pipes").is_geographic
    with pytest.raises(ImportRefused):
        parse_crs("ESRI:999999", name="pipes")


def test_a_geopackage_that_knows_no_system_takes_the_given_one(tmp_path):
    path = tmp_path / "pipes.gpkg"
    lines = np.asarray([shapely.LineString([(500_000, 2_500_000), (500_100, 2_500_000)])])
    pyogrio.raw.write(
        path, shapely.to_wkb(lines), [np.asarray(["a"], dtype=object)], ["id"],
        layer="pipes", crs="EPSG:4546", geometry_type="LineString",
    )  # fmt: skip
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        database.execute("UPDATE gpkg_contents SET srs_id = -1")
    with open_intake(str(path)) as (file,):
        assert read_layer(file, "pipes").crs is None
    with pytest.raises(ImportRefused, match="states no coordinate system"):
        read(path)
    assert read(path, crs="EPSG:4546").assets["pipes"].ids.tolist() == ["a"]


# -- EPANET ------------------------------------------------------------------------------------

INP = """[TITLE]
a town
[JUNC]
 a 1
 b 1
[RESERVOIR]
 R 50
[PIPE]
 p1 R a 100 200 130
 p2 a b 100 200 130 Closed
[COORD]
 R 0 0
 a 100 0
 b 200 0
[END]
"""


def test_sections_are_known_by_their_first_letters(tmp_path):
    path = tmp_path / "net.inp"
    path.write_text(INP)
    drawing = read(path, crs="local")
    assert drawing.assets["pipes"].ids.tolist() == ["p1", "p2"]
    assert drawing.assets["valves"].ids.tolist() == ["p2:closed"]


def test_an_id_that_stands_twice_is_told_and_not_lost(tmp_path):
    path = tmp_path / "net.inp"
    path.write_text(
        INP.replace("[COORD]", " p1 a b 50 100 130\n[COORD]").replace(" b 1\n", " b 1\n b 2\n")
    )
    blocking = [f for f in read(path, crs="local").findings if f.severity == "blocking"]
    assert {(f.code, f.asset_kind, f.asset_id) for f in blocking} == {
        ("id_duplicate", "pipe", "p1"),
        ("id_duplicate", "node", "b"),
    }


def test_a_layer_without_a_pipe_replaces_no_network(tmp_path):
    folder = write_folder({"sources": [point("S", 0, 0)]}, tmp_path)
    (folder / "pipes.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(ImportRefused) as caught:
        read(folder)
    assert caught.value.code == "pipes_empty"
    assert "pipes.geojson" in str(caught.value)
