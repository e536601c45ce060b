"""Every format that a utility may bring, read as it is, ends as the same network."""

from __future__ import annotations

import json
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from network.importer.run import ImportOptions, ImportResult, import_network
from network.models import Customer, Junction, NetworkRevision, Pipe, Source, Valve
from network.selectors import current_revision, load_topology, network_state
from network.topology.engine.isolation import Burst, isolate
from tests.network.small_networks import Layers, grid, lon_lat, without, write_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

SANT_BOI = Path(__file__).resolve().parents[3] / "shared" / "data" / "sant_boi"


@pytest.fixture(autouse=True)
def snapshots(settings, tmp_path):
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


def brought_in(path: Path, **options) -> ImportResult:
    return import_network(ImportOptions(path=str(path), **options))


def dry(result: ImportResult, pipe: str) -> tuple[list[str], list[str]]:
    """Return the valves to close and the customers without water for a burst."""
    answer = isolate(load_topology(result.revision), [Burst(pipe, 0.5)], network_state())
    return (
        sorted(answer.valves_to_close),
        sorted([*answer.customers_isolated, *answer.customers_unintended]),
    )


def as_arrays(layers: Layers, kind: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    features = layers[kind]
    geometry = np.asarray(
        [shapely.from_geojson(json.dumps(each["geometry"])) for each in features], dtype=object
    )
    names = list(features[0]["properties"])
    columns = {}
    for name in names:
        values = [each["properties"].get(name) for each in features]
        columns[name] = np.asarray(
            [json.dumps(v) if isinstance(v, list) else v for v in values], dtype=object
        )
    return geometry, columns


def write_layer(
    path: Path, geometry: np.ndarray, columns: dict[str, np.ndarray], crs: str | None, **options
) -> None:
    kind = "LineString" if geometry[0].geom_type == "LineString" else "Point"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometry),
        list(columns.values()),
        list(columns),
        crs=crs,
        geometry_type=kind,
        **options,
    )


def projected(geometry: np.ndarray, epsg: int) -> np.ndarray:
    transformer = Transformer.from_crs(4326, epsg, always_xy=True)
    return shapely.transform(
        geometry, lambda xy: np.stack(transformer.transform(xy[:, 0], xy[:, 1]), axis=1)
    )


@pytest.mark.skipif(not SANT_BOI.is_dir(), reason="the optional data folder is not there")
def test_a_real_town_comes_in_without_a_mapping():
    result = brought_in(SANT_BOI)
    assert result.blocking == 0
    counts = result.revision.counts
    assert (counts["pipes"], counts["valves"], counts["sources"], counts["customers"]) == (
        261, 51, 5, 474,
    )  # fmt: skip
    valves = Valve.objects.filter(revision=result.revision)
    assert set(valves.filter(isolates=False).values_list("kind", flat=True)) == {
        "prv", "throttle_valve", "check",
    }  # fmt: skip
    assert valves.get(asset_id="1115").state == "closed"
    assert valves.get(asset_id="1112").operability == "inoperable"
    assert valves.get(asset_id="1092").flow_to_pipe == "2037"
    tank = Source.objects.get(revision=result.revision, asset_id="113766")
    assert tank.inlet_pipes == ["113907", "113905"]
    assert Customer.objects.filter(revision=result.revision, persons__isnull=True).count() == 474


def test_geojson_and_every_other_format_answer_alike(tmp_path):
    expected = dry(brought_in(write_folder(grid(3), tmp_path / "geojson")), "h11")
    assert expected[0]
    for other in (_as_csv, _as_geopackage, _as_zip, _as_shapefiles):
        folder = tmp_path / other.__name__
        folder.mkdir()
        result = brought_in(other(folder))
        assert result.blocking == 0, [finding.code for finding in result.findings]
        assert dry(result, "h11") == expected, other.__name__


def _as_csv(folder: Path) -> Path:
    layers = grid(3)
    write_folder({"pipes": layers.pop("pipes")}, folder)
    for kind, features in layers.items():
        names = list(features[0]["properties"])
        lines = [",".join([*names, "lon", "lat"])]
        for each in features:
            values = ["" if v is None else str(v) for v in each["properties"].values()]
            values = [f'"{value}"' if "," in value else value for value in values]
            lines.append(",".join([*values, *map(str, each["geometry"]["coordinates"])]))
        (folder / f"{kind}.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _as_geopackage(folder: Path) -> Path:
    path = folder / "town.gpkg"
    layers = grid(3)
    for nth, kind in enumerate(layers):
        geometry, columns = as_arrays(layers, kind)
        write_layer(
            path, projected(geometry, 32649), columns, "EPSG:32649", layer=kind, append=nth > 0
        )
    return path


def _as_zip(folder: Path) -> Path:
    plain = write_folder(grid(3), folder / "plain")
    path = folder / "town.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in plain.iterdir():
            archive.write(each, f"town/{each.name}")
    return path


def _as_shapefiles(folder: Path) -> Path:
    layers = grid(3)
    for kind in layers:
        geometry, columns = as_arrays(layers, kind)
        short = {name[:10]: column for name, column in columns.items()}
        write_layer(folder / f"{kind}.shp", geometry, short, "EPSG:4490", encoding="UTF-8")
    return folder


def test_a_gbk_shapefile_in_a_gauss_krueger_zone_is_understood(tmp_path):
    """Field names and values in GBK without any word about it, as survey tools write them."""
    layers = grid(3)
    geometry, columns = as_arrays(layers, "pipes")
    chinese = {
        "编号": columns["id"],
        "起点点号": columns["from_node"],
        "终点点号": columns["to_node"],
        "管径": np.asarray(["DN200"] * len(geometry), dtype=object),
        "材质": np.asarray(["球墨铸铁"] * len(geometry), dtype=object),
        "所在道路": np.asarray(["人民路"] * len(geometry), dtype=object),
    }
    path = tmp_path / "管线.shp"
    write_layer(path, projected(geometry, 4546), chinese, "EPSG:4546", encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0  # says nothing about its language
    path.with_suffix(".dbf").write_bytes(table)
    result = brought_in(tmp_path)
    assert result.blocking == 0
    assert result.source.crs == "EPSG:4546"
    pipe = Pipe.objects.get(revision=result.revision, asset_id="h00")
    assert (pipe.material, pipe.street, pipe.diameter_mm) == ("球墨铸铁", "人民路", 200)
    assert (pipe.from_junction, pipe.to_junction) == ("n00", "n10")
    assert pipe.geom.coords[0] == pytest.approx(lon_lat((0, 0))[0], abs=1e-7)


def test_survey_tables_join_by_point_numbers_with_a_mapping(tmp_path):
    """One table of points, told apart by what stands there, and one of lines."""
    layers = grid(3)
    geometry, columns = as_arrays(layers, "nodes")
    valve = np.asarray(["闸阀" if each == "n11" else "" for each in columns["id"]], dtype=object)
    write_layer(
        tmp_path / "JSPOINT.shp", geometry, {"Exp_No": columns["id"], "Subsid": valve},
        "EPSG:4490", encoding="UTF-8",
    )  # fmt: skip
    lines, attributes = as_arrays(layers, "pipes")
    write_layer(
        tmp_path / "JSLINE.shp", lines,
        {
            "No": attributes["id"],
            "S_Point": attributes["from_node"],
            "E_Point": attributes["to_node"],
        },
        "EPSG:4490", encoding="UTF-8",
    )  # fmt: skip
    mapping = tmp_path / "survey.toml"
    mapping.write_text(
        """
        [[layers]]
        layer = "JSLINE"
        kind = "pipes"
        fields = { id = "No", from_node = "S_Point", to_node = "E_Point" }
        [[layers]]
        layer = "JSPOINT"
        kind = "nodes"
        [[layers]]
        layer = "JSPOINT"
        kind = "valves"
        fields = { id = "Exp_No", kind = "Subsid" }
        where = { Subsid = ["闸阀"] }
        """,
        encoding="utf-8",
    )
    result = brought_in(tmp_path, mapping=mapping)
    assert result.blocking == 0, result.findings
    placed = Valve.objects.get(revision=result.revision)
    assert (placed.asset_id, placed.placement, placed.junction) == ("n11", "node", "n11")


def test_numbers_and_texts_are_one_id(tmp_path):
    layers = grid(2)
    for nth, node in enumerate(layers["nodes"]):
        old = node["properties"]["id"]
        for pipe in layers["pipes"]:
            for end in ("from_node", "to_node"):
                if pipe["properties"][end] == old:
                    pipe["properties"][end] = str(nth + 1)
        node["properties"]["id"] = nth + 1
    for kind in ("valves", "hydrants", "customers"):
        layers[kind] = []
    layers["sources"][0]["properties"]["node"] = 1.0
    result = brought_in(write_folder(layers, tmp_path))
    assert result.blocking == 0, result.findings
    assert set(Junction.objects.values_list("asset_id", flat=True)) == {"1", "2", "3", "4"}


def test_a_geojson_with_an_epsg_crs_member_is_transformed(tmp_path):
    layers = grid(2)
    folder = write_folder(layers, tmp_path)
    for path in folder.iterdir():
        content = json.loads(path.read_text(encoding="utf-8"))
        for feature in content["features"]:
            moved = projected(
                np.asarray([shapely.from_geojson(json.dumps(feature["geometry"]))]), 4546
            )
            feature["geometry"] = json.loads(shapely.to_geojson(moved[0]))
        content["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
        path.write_text(json.dumps(content), encoding="utf-8")
    result = brought_in(folder)
    assert result.findings == []
    assert Pipe.objects.get(asset_id="h00").geom.coords[0] == pytest.approx(
        lon_lat((0, 0))[0], abs=1e-7
    )


def test_what_is_no_part_of_a_network_is_kept_as_attributes_or_left_out(tmp_path):
    layers = grid(2)
    layers["pipes"][0]["properties"].update(contractor="甲公司", depth_m=1.5, photos=None)
    folder = write_folder(layers, tmp_path)
    (folder / "notes.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    result = brought_in(folder)
    assert result.source.ignored == ["notes.geojson"]
    first = Pipe.objects.get(asset_id=layers["pipes"][0]["properties"]["id"])
    assert first.attributes == {"contractor": "甲公司", "depth_m": 1.5}


def test_snapping_alone_makes_the_same_network(tmp_path):
    stated = dry(brought_in(write_folder(grid(3), tmp_path / "stated")), "h11")
    bare = without(grid(3), "from_node", "to_node", "node", "pipe")
    bare["nodes"] = []
    assert dry(brought_in(write_folder(bare, tmp_path / "bare")), "h11") == stated


# -- EPANET ------------------------------------------------------------------------------------


def inp(name: str) -> Path:
    wntr = find_spec("wntr")
    if wntr is None or wntr.origin is None:
        pytest.skip("wntr is not installed")
    return Path(wntr.origin).parent / "library" / "networks" / f"{name}.inp"


def test_net3_comes_in_as_a_schematic_drawing():
    result = brought_in(inp("Net3"), crs="local")
    assert result.blocking == 0
    counts = result.revision.counts
    assert (counts["pipes"], counts["junctions"], counts["sources"]) == (119, 97, 5)
    assert result.revision.source_crs == "local"
    revision = current_revision()
    assert revision is not None
    assert abs(revision.extent.centroid.x) < 1
    closed = Valve.objects.get(revision=revision, asset_id="330:closed")
    assert (closed.state, closed.pipe, closed.placement) == ("closed", "330", "pipe_end")
    pump = Pipe.objects.get(revision=revision, asset_id="335")
    assert (pump.kind, pump.flow) == ("pump", "forward")
    # 12 inches and 3,000 feet or so: US units come out metric.
    assert Pipe.objects.get(revision=revision, asset_id="40").length_m < 500


def test_ky10_comes_in_from_its_state_plane():
    result = brought_in(inp("ky10"), crs="EPSG:3089")
    assert result.blocking == 0
    assert result.revision.counts["pipes"] == 1061
    west, south, east, north = result.revision.extent.extent
    assert -90 < west < east < -81  # Kentucky
    assert 36 < south < north < 40


def test_an_epanet_line_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "broken.inp"
    path.write_text("[PIPES]\nP1 a b ten 100 130\n[COORDINATES]\na 0 0\nb 1 1\n")
    with pytest.raises(Exception, match=r"broken\.inp, line 2, section \[PIPES\]"):
        brought_in(path, crs="local")
    assert not NetworkRevision.objects.exists()
