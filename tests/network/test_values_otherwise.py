"""The same values as other programs write them: geometry in tables, commas, directions, inlets."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import shapely

from network.importer.layers import written_geometries
from network.importer.refusals import ImportRefused
from network.importer.values import diameter, plain_number
from tests.network.small_networks import line, lon_lat, point
from tests.network.test_check import drawn
from tests.network.test_other_styles import read

pytestmark = pytest.mark.usefixtures("in_english")

MAIN = shapely.LineString([(110.05, 22.93), (110.06, 22.93)])
AS_WRITTEN = {
    "WKT": MAIN.wkt,
    "WKT with heights": "LINESTRING Z (110.05 22.93 5, 110.06 22.93 6)",
    "EWKT": f"SRID=4490;{MAIN.wkt}",
    "hex WKB of a database": shapely.to_wkb(
        shapely.set_srid(MAIN, 4490), hex=True, include_srid=True
    ),
    "GeoJSON": shapely.to_geojson(MAIN),
}


def table(folder: Path, geometry: list[str], delimiter: str = ",") -> Path:
    """Pipes as a table with a column of written geometries."""
    with (folder / "pipes.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter=delimiter)
        rows.writerow(["id", "geom"])
        rows.writerows([f"p{nth}", text] for nth, text in enumerate(geometry))
    return folder


@pytest.mark.parametrize("written", AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_a_table_may_write_its_lines_as_databases_do(tmp_path: Path, written: str) -> None:
    drawing = read(table(tmp_path, [written]))
    assert drawing.courses.points.tolist() == shapely.get_coordinates(MAIN).tolist()


def test_a_stated_system_is_kept_and_transformed(tmp_path: Path) -> None:
    metres = "SRID=4546;LINESTRING (402548 2536856, 402648 2536856)"
    lon, lat = read(table(tmp_path, [metres])).courses.points[0]
    assert (lon, lat) == (pytest.approx(110.05, abs=0.01), pytest.approx(22.93, abs=0.01))


def test_two_systems_in_one_column_are_refused(tmp_path: Path) -> None:
    folder = table(tmp_path, [f"SRID=4326;{MAIN.wkt}", f"SRID=4546;{MAIN.wkt}"])
    with pytest.raises(ImportRefused, match="EPSG:4326, EPSG:4546"):
        read(folder)


def test_what_is_no_geometry_is_none_beside_others() -> None:
    found = written_geometries(["", "SRID=4326;", "{}", "00FF" * 9, "nowhere", MAIN.wkt])
    assert [each is None for each in found] == [True] * 5 + [False]


def test_places_with_a_decimal_comma_are_places(tmp_path: Path) -> None:
    table(tmp_path, [MAIN.wkt], delimiter=";")
    (tmp_path / "sources.csv").write_text("id;lon;lat\nS;110,05;22,93\n", encoding="utf-8")
    sources = read(tmp_path).assets["sources"]
    assert sources.geometry.tolist() == [[110.05, 22.93]]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("-0,25", -0.25),
        ("1,250", 1250),
        ("1,250.5", 1250.5),
        ("1,250,000", 1_250_000),
        ("110,0512345", 110.0512345),
        ("1,2,3", None),
        ("", None),
    ],
)
def test_a_comma_parts_thousands_or_decimals(text: str, number: float | None) -> None:
    assert plain_number(text) == number


@pytest.mark.parametrize(
    ("text", "millimetres"),
    [("DN1,200", 1200), ("150,5", 150.5), ("De110", 110), ("600X300", 600), ("300mm", 300)],
)
def test_a_diameter_may_have_a_comma(text: str, millimetres: float) -> None:
    assert diameter(text) == millimetres


@pytest.mark.parametrize(
    ("flow", "ends"),
    [
        ("forward", ("a", "b")),
        ("1", ("a", "b")),
        ("TRUE", ("a", "b")),
        ("backward", ("b", "a")),
        ("-1", ("b", "a")),
        (-1, ("b", "a")),
        ("Reverse", ("b", "a")),
        ("反向", ("b", "a")),
        ("both", None),
        ("0", None),
        (None, None),
    ],
)
def test_a_flow_against_the_ends_turns_the_pipe_round(
    tmp_path: Path, flow: object, ends: tuple[str, str] | None
) -> None:
    """A hyphen that was left out made -1 to 1: water ran the wrong way, and nothing was said."""
    layers = {
        "nodes": [point("a", 0, 0), point("b", 100, 0)],
        "pipes": [line("P", (0, 0), (100, 0), from_node="a", to_node="b", kind="pump", flow=flow)],
        "sources": [point("S", 0, 0, node="a")],
    }
    drawing = drawn(layers, tmp_path)
    fields = drawing.assets["pipes"].fields
    if ends is None:
        assert fields["flow"] == ["both"]
        return
    assert fields["flow"] == ["forward"]
    names = drawing.network.junctions.ids
    assert (names[drawing.network.start[0]], names[drawing.network.end[0]]) == ends
    starts_at = lon_lat((0, 0) if ends[0] == "a" else (100, 0))[0]
    assert drawing.courses.points[0].tolist() == pytest.approx(starts_at)
    assert "pipe_drawn_backwards" not in {each.code for each in drawing.findings}


@pytest.mark.parametrize(
    ("written", "inlets"),
    [
        ("7;x,8", ["7", "x", "8"]),  # no reading names known pipes only: told, part by part
        ("x,8", ["x,8"]),
        ("7 9", ["7", "9"]),
        ("{7,9}", ["7", "9"]),
        ("('7', '9')", ["7", "9"]),
        ("7,9,", ["7", "9"]),
        ("a b", ["a b"]),
        ("[7]", ["7"]),
    ],
)
def test_inlets_are_read_as_pipes_that_there_are(
    tmp_path: Path, written: str, inlets: list[str]
) -> None:
    names = ["7", "x,8", "9", "a b"]
    layers = {
        "pipes": [line(name, (0, 0), (100, 10 * nth)) for nth, name in enumerate(names)],
        "sources": [point("S", 0, 0, inlet_pipes=written)],
    }
    assert drawn(layers, tmp_path).assets["sources"].fields["inlet_pipes"] == [inlets]


def test_who_is_in_his_own_zone_already_is_not_sent_there(tmp_path: Path) -> None:
    """Of a layer in EPSG:4525 that lies elsewhere it said: this looks like EPSG:4525."""
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4525"}}
    far = [[37_089_000, 2_550_000], [37_089_100, 2_550_000]]
    feature = {
        "type": "Feature",
        "properties": {"id": "p"},
        "geometry": {"type": "LineString", "coordinates": far},
    }
    content = {"type": "FeatureCollection", "crs": member, "features": [feature]}
    (tmp_path / "pipes.geojson").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        read(tmp_path)
    assert "looks like" not in str(refused.value)
