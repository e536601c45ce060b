"""Bad input: each gets its own answer, and nothing in the database changes."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command

from network.importer.crs import CrsChoice
from network.importer.findings import TEXTS
from network.importer.intake import open_intake
from network.importer.refusals import REASONS, ImportRefused
from network.importer.run import ImportOptions, import_network
from network.models import CheckFinding, ImportRun, Junction, NetworkRevision, Pipe, Valve
from tests.network.small_networks import find, grid, lon_lat, write_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def town_so_far(settings, tmp_path, tmp_path_factory) -> NetworkRevision:
    """A network that must survive whatever is thrown at it."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    result = import_network(
        ImportOptions(path=str(write_folder(grid(2), tmp_path_factory.mktemp("so-far"))))
    )
    assert result.revision is not None
    return result.revision


def state() -> tuple[object, ...]:
    return (
        list(NetworkRevision.objects.values_list("number", "status")),
        Pipe.objects.count(),
        Junction.objects.count(),
        Valve.objects.count(),
    )


def refused(path: Path | str, **options) -> ImportRefused:
    before = state()
    with pytest.raises(ImportRefused) as caught:
        import_network(ImportOptions(path=str(path), **options))
    assert state() == before
    run = ImportRun.objects.latest("pk")
    assert (run.outcome, run.error) == ("failed", str(caught.value))
    assert "%(" not in str(caught.value)
    return caught.value


def shapefile(folder: Path, crs: str | None, *, name: str = "pipes") -> Path:
    lines = np.asarray([shapely.LineString([(500_000, 2_500_000), (500_100, 2_500_000)])])
    path = folder / f"{name}.shp"
    pyogrio.raw.write(
        path, shapely.to_wkb(lines), [np.asarray(["a"], dtype=object)], ["id"],
        crs=crs or "EPSG:4326", geometry_type="LineString",
    )  # fmt: skip
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


# -- where it lies and what it is --------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("https://example.org/pipes.geojson", "path_not_local"),
        ("/vsicurl/https://example.org/pipes.geojson", "path_not_local"),
        ("/vsizip/x.zip/pipes.shp", "path_not_local"),
        ("/no/such/place", "path_missing"),
    ],
)
def test_only_paths_of_this_machine_are_opened(path, code):
    assert refused(path).code == code


def test_an_unknown_ending_is_refused(tmp_path):
    path = tmp_path / "town.dwg"
    path.write_bytes(b"AC1032")
    assert refused(path).code == "format_unknown"


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").code == "nothing_to_read"


@contextmanager
def as_a_stranger() -> Iterator[None]:
    """Read files as nobody in particular: for root there are no permissions."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("locked", ["town", "town/pipes.geojson", "town/more", "town.zip"])
def test_what_may_not_be_read_is_not_called_empty(locked: str) -> None:
    with tempfile.TemporaryDirectory() as given:
        top = Path(given)
        top.chmod(0o755)
        (top / "town" / "more").mkdir(parents=True)
        (top / "town" / "pipes.geojson").write_text("{}")
        (top / "town.zip").write_bytes(b"PK")
        (top / locked).chmod(0)
        for path in {top / locked, top / locked.split("/", maxsplit=1)[0]}:
            with (
                as_a_stranger(),
                pytest.raises(ImportRefused) as caught,
                open_intake(str(path)),
            ):
                pass
            assert caught.value.code == "may_not_read", path
            assert locked.rsplit("/", maxsplit=1)[-1] in str(caught.value)
            assert given not in str(caught.value)
        (top / locked).chmod(0o755)


def test_a_vrt_named_shp_is_not_opened(tmp_path):
    (tmp_path / "pipes.shp").write_text(
        "<OGRVRTDataSource><OGRVRTLayer name='pipes'><SrcDataSource>/etc/passwd</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    error = refused(tmp_path / "pipes.shp")
    assert error.code == "content_differs"
    assert "pipes.shp" in str(error)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pipes.geojson", b"<kml/>"),
        ("pipes.gpkg", b"not a database"),
        ("pipes.csv", b"<OGRVRTDataSource/>"),
        ("town.inp", b"\x00\x01\x02"),
    ],
)
def test_content_that_is_not_what_its_ending_says_is_not_opened(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert refused(tmp_path / name).code == "content_differs"


def test_a_shapefile_without_its_table_is_refused(tmp_path):
    path = shapefile(tmp_path, "EPSG:4546")
    path.with_suffix(".dbf").unlink()
    assert refused(path).code == "shapefile_incomplete"


def test_a_file_too_large_is_refused(tmp_path, settings):
    settings.IMPORT_MAX_BYTES = 10
    path = tmp_path / "pipes.geojson"
    path.write_text("{" + " " * 20)
    assert refused(path).code == "file_too_large"


@pytest.mark.parametrize("content", ['{"type": "FeatureCollection", "features": [', '{"a": 1}'])
def test_broken_geojson_is_refused_by_name(tmp_path, content):
    path = tmp_path / "pipes.geojson"
    path.write_text(content)
    error = refused(path)
    assert error.code == "unreadable"
    assert "pipes.geojson" in str(error)


# -- zips --------------------------------------------------------------------------------------


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = zipped(tmp_path / "bomb.zip", ("pipes.geojson", b" " * 30_000_000))
    assert path.stat().st_size < 100_000
    assert refused(path).code == "zip_bomb"


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_unpacking(tmp_path):
    path = zipped(tmp_path / "liar.zip", ("pipes.geojson", b" " * 30_000_000))
    packed = path.read_bytes()
    size = (30_000_000).to_bytes(4, "little")
    path.write_bytes(packed.replace(size, (1000).to_bytes(4, "little")))
    assert refused(path).code in ("zip_bomb", "zip_broken")


def test_a_zip_larger_than_allowed_is_refused(tmp_path, settings):
    settings.IMPORT_MAX_UNPACKED_BYTES = 1000
    path = zipped(tmp_path / "large.zip", ("pipes.geojson", bytes(range(256)) * 40))
    assert refused(path).code == "zip_bomb"


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name", ["../pipes.geojson", "/etc/pipes.geojson", "C:\\pipes.geojson", "a/../../pipes.csv"]
)
def test_a_zip_that_points_outside_is_not_unpacked(tmp_path, name):
    path = zipped(tmp_path / "out.zip", (name, b"{}"))
    assert refused(path).code == "zip_unsafe_name"
    assert not (tmp_path.parent / "pipes.geojson").exists()


def test_a_zip_with_a_link_is_not_unpacked(tmp_path):
    path = zipped(tmp_path / "link.zip", (link("pipes.geojson"), b"/etc/passwd"))
    assert refused(path).code == "zip_unsafe_name"


def test_a_zip_with_foreign_files_is_refused(tmp_path):
    path = zipped(tmp_path / "foreign.zip", ("run.exe", b"MZ"))
    assert refused(path).code == "zip_foreign_file"


def test_a_zip_with_too_many_files_is_refused(tmp_path):
    members = [(f"p{n}.csv", b"id") for n in range(61)]
    assert refused(zipped(tmp_path / "many.zip", *members)).code == "zip_too_many"


def test_a_zip_that_was_damaged_on_its_way_is_refused(tmp_path):
    rows = "".join(f"{n},110.{n},22.9\n" for n in range(200))
    path = zipped(tmp_path / "damaged.zip", ("pipes.csv", f"id,lon,lat\n{rows}".encode()))
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert refused(path).code == "zip_broken"


@pytest.mark.parametrize("name", ["a" * 300 + ".csv", "pipes.csv/nodes.csv"])
def test_a_zip_with_names_that_no_folder_takes_is_refused(tmp_path, name):
    path = zipped(tmp_path / "names.zip", ("pipes.csv", b"id\n1\n"), (name, b"id\n1\n"))
    told = refused(path)
    assert told.code == "zip_broken"
    assert "import-" not in str(told), "the folder that it was unpacked to is nobody's business"


def test_a_broken_zip_is_refused(tmp_path):
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    assert refused(path).code == "zip_broken"


# -- coordinate systems ------------------------------------------------------------------------


def test_a_shapefile_without_crs_is_refused_until_one_is_given(tmp_path):
    path = shapefile(tmp_path, None)
    error = refused(path)
    assert error.code == "crs_missing"
    assert "--crs EPSG:n" in str(error)
    result = import_network(ImportOptions(path=str(path), crs="EPSG:4546"))
    assert result.revision is not None


def test_a_schematic_drawing_is_told_of_crs_local(tmp_path):
    path = tmp_path / "net.inp"
    path.write_text("[JUNCTIONS]\na 1\nb 1\n[PIPES]\np a b 10 100 1\n[COORDINATES]\na 0 0\nb 9 9\n")
    assert "--crs local" in str(refused(path))


@pytest.mark.parametrize("crs", ["EPSG:999999", "EPSG:99999999999", "nonsense", "+proj=x"])
def test_an_unknown_crs_is_refused(tmp_path, crs):
    assert refused(shapefile(tmp_path, None), crs=crs).code == "crs_unknown"


@pytest.mark.parametrize("crs", ["EPSG:2437", "EPSG:2384"])
def test_old_chinese_datums_need_parameters(tmp_path, crs):
    assert refused(shapefile(tmp_path, None), crs=crs).code == "crs_ballpark"


def test_a_crs_member_that_is_a_link_is_never_followed(tmp_path):
    folder = write_folder(grid(2), tmp_path)
    path = folder / "pipes.geojson"
    content = json.loads(path.read_text())
    content["crs"] = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
    path.write_text(json.dumps(content))
    assert refused(folder).code == "crs_unknown"


def swapped(folder: Path, *kinds: str) -> Path:
    for kind in kinds:
        path = folder / f"{kind}.geojson"
        content = json.loads(path.read_text())
        for feature in content["features"]:
            given = feature["geometry"]["coordinates"]
            feature["geometry"]["coordinates"] = (
                [place[::-1] for place in given] if isinstance(given[0], list) else given[::-1]
            )
        path.write_text(json.dumps(content))
    return folder


def test_swapped_axes_are_named_as_such(tmp_path):
    folder = swapped(write_folder(grid(2), tmp_path), *grid(2))
    error = refused(folder)
    assert error.code == "axes_swapped"
    assert "pipes.geojson" in str(error)
    result = import_network(ImportOptions(path=str(folder), swap_axes=True))
    assert result.findings == []


def test_one_layer_with_swapped_axes_is_named(tmp_path):
    folder = swapped(write_folder(grid(2), tmp_path), "valves")
    error = refused(folder)
    assert error.code == "axes_swapped"
    assert "valves.geojson" in str(error)


def test_swapped_axes_of_a_place_valid_both_ways_show_against_the_other_layers(tmp_path):
    """Around (41 N, 2 E) swapped degrees are degrees still."""
    pipe = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[2.03, 41.33], [2.04, 41.34]]},
        "properties": {"id": "a"},
    }
    valve = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [41.33, 2.03]},
        "properties": {"id": "v"},
    }
    NetworkRevision.objects.update(extent=None)
    folder = write_folder({"pipes": [pipe], "valves": [valve]}, tmp_path)
    assert refused(folder).code == "axes_swapped"


def test_northings_before_eastings_are_named(tmp_path):
    path = tmp_path / "pipes.csv"
    path.write_text('id,wkt\na,"LINESTRING (2500000 500000, 2500000 500100)"\n')
    assert refused(path, crs="EPSG:4546").code == "axes_swapped"


def test_metres_without_a_system_are_not_taken_for_degrees(tmp_path):
    folder = write_folder(
        {
            "pipes": [
                {
                    "type": "Feature",
                    "geometry": {
                        "type": "LineString",
                        "coordinates": [[500000, 2500000], [500100, 2500000]],
                    },
                    "properties": {"id": "a"},
                }
            ]
        },
        tmp_path,
    )
    error = refused(folder)
    assert error.code == "crs_out_of_area"
    assert "--crs" in str(error)


def test_the_zone_before_the_easting_is_recognised(tmp_path):
    lines = np.asarray([shapely.LineString([(37_500_000, 2_500_000), (37_500_100, 2_500_000)])])
    path = tmp_path / "pipes.shp"
    pyogrio.raw.write(
        path, shapely.to_wkb(lines), [np.asarray(["a"], dtype=object)], ["id"],
        crs="EPSG:4546", geometry_type="LineString",
    )  # fmt: skip
    assert "EPSG:4525" in str(refused(path))


# -- layers and columns ------------------------------------------------------------------------


def test_without_pipes_there_is_no_network(tmp_path):
    layers = grid(2)
    layers["pipes"] = []
    error = refused(write_folder(layers, tmp_path))
    assert error.code == "no_pipes"
    assert "valves.geojson" in str(error)


def test_without_ids_there_are_no_assets(tmp_path):
    layers = grid(2)
    for each in layers["pipes"]:
        each["properties"] = {"name": "x"}
    error = refused(write_folder(layers, tmp_path))
    assert error.code == "id_column_missing"
    assert "name" in str(error)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("layers = 1 =", "line"),
        ('colour = "red"', "crs and layers"),
        ('[[layers]]\nlayer = "pipes"', "kind"),
        ('[[layers]]\nlayer = "pipes"\nkind = "roads"', "roads"),
        ('[[layers]]\nlayer = "pipes"\nkind = "pipes"\nfields = { colour = "x" }', "colour"),
        ('[[layers]]\nlayer = "pipes"\nkind = "pipes"\nfields = { id = "nope" }', "nope"),
        ('[[layers]]\nlayer = "pipes"\nkind = "pipes"\nwhere = { nope = ["x"] }', "nope"),
    ],
)
def test_a_mapping_file_that_does_not_fit_is_refused(tmp_path, content, part):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(content)
    error = refused(write_folder(grid(2), tmp_path / "data"), mapping=mapping)
    assert error.code == "mapping_broken"
    assert part in str(error)


def test_a_csv_row_that_is_too_long_is_named(tmp_path):
    (tmp_path / "pipes.csv").write_text("id,lon,lat\na,1,2,3\n")
    error = refused(tmp_path)
    assert error.code == "csv_row"
    assert "line 2" in str(error)


# -- single assets -----------------------------------------------------------------------------

Spoil = Callable[[dict], None]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry_missing"),
        ({"type": "LineString", "coordinates": []}, "geometry_missing"),
        (
            {"type": "LineString", "coordinates": [[float("nan"), 22.9], [110, 23]]},
            "geometry_not_finite",
        ),
        ({"type": "Point", "coordinates": [110.05, 22.93]}, "geometry_wrong_type"),
        (
            {"type": "Polygon", "coordinates": [lon_lat((0, 0), (9, 0), (9, 9), (0, 0))]},
            "geometry_wrong_type",
        ),
    ],
)
def test_a_bad_geometry_is_named_by_its_asset_and_blocks(tmp_path, geometry, code):
    layers = grid(3)
    find(layers, "pipes", "h11")["geometry"] = geometry
    before = state()
    result = import_network(ImportOptions(path=str(write_folder(layers, tmp_path))))
    assert result.revision is None
    assert state() == before
    assert (code, "h11") in {(finding.code, finding.asset_id) for finding in result.findings}
    kept = CheckFinding.objects.get(run=result.run, code=code)
    assert (kept.asset_id, kept.severity) == ("h11", "blocking")
    assert result.run.outcome == ImportRun.Outcome.REFUSED


def test_the_command_ends_with_one_where_findings_block(tmp_path):
    layers = grid(3)
    find(layers, "pipes", "h11")["properties"]["to_node"] = "nowhere"
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        folder = str(write_folder(layers, tmp_path))
        call_command("import_network", folder, stdout=out, verbosity=0, language="en")
    assert ended.value.code == 1
    assert "pipe_end_unknown" in out.getvalue()
    assert "pipe h11" in out.getvalue()
    assert "Nothing was imported: 1 findings are blocking." in out.getvalue()


def test_the_command_says_why_it_refuses(tmp_path):
    with pytest.raises(CommandError, match="There is nothing at"):
        call_command("import_network", str(tmp_path / "gone"), verbosity=0, language="en")


def test_a_dry_run_changes_nothing(tmp_path):
    before = state()
    out = StringIO()
    call_command(
        "import_network", str(write_folder(grid(3), tmp_path)), dry_run=True, verbosity=0,
        stdout=out, language="en",
    )  # fmt: skip
    assert state() == before
    assert "Dry run: nothing was imported." in out.getvalue()


def test_a_tolerance_that_makes_no_sense_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("network.topology.noding.clusters.MAX_PAIRS", 1)
    layers = grid(3)
    layers["nodes"] = []
    for pipe in layers["pipes"]:
        del pipe["properties"]["from_node"], pipe["properties"]["to_node"]
    assert refused(write_folder(layers, tmp_path)).code == "snapping_impossible"


def test_every_reason_is_worded():
    assert CrsChoice("LOCAL").is_local
    assert all(REASONS.values())
    assert all(text.title and text.detail and text.mend for text in TEXTS.values())
