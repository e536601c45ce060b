"""Which GDAL is loaded, and what it refuses to open."""

import json
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest
from django.contrib.gis.gdal import gdal_version
from django.contrib.gis.geos import LineString, Point, geos_version

from gisapp import gdal


def test_geodjango_runs_on_the_wheels_libraries():
    assert gdal.gdal_library() is not None
    assert gdal.geos_library() is not None
    assert gdal_version().decode() == ".".join(map(str, pyogrio.__gdal_version__))
    assert geos_version().decode() >= "3.12"


def test_only_the_allowed_formats_are_registered():
    assert set(pyogrio.list_drivers()) <= gdal.ALLOWED_DRIVERS
    assert {"GeoJSON", "ESRI Shapefile", "GPKG", "CSV"} <= set(pyogrio.list_drivers())


def test_nothing_is_skipped_that_this_gdal_does_not_have():
    # Naming an absent driver logs an error in every process.
    code = "import pyogrio, json; print(json.dumps(list(pyogrio.list_drivers())))"
    plain = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={}
    )
    assert set(gdal.SKIPPED_DRIVERS) <= set(json.loads(plain.stdout))


def test_a_vrt_in_disguise_is_not_opened(tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_text("id,lon,lat\n1,110,22\n")
    disguised = tmp_path / "pipes.shp"
    disguised.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.read_info(disguised)


@pytest.mark.parametrize(
    ("srid", "east", "north"),
    # Zone 37 of CGCS2000: central meridian 111 degrees east, false easting 37,500,000 m.
    [(4525, 37_397_413.49, 2_536_026.77), (3857, 12_245_143.99, 2_622_346.85)],
)
def test_proj_finds_its_data(srid, east, north):
    point = Point(110, 22.92, srid=4326)
    point.transform(srid)
    assert point.x == pytest.approx(east, abs=0.01)
    assert point.y == pytest.approx(north, abs=0.01)


def test_lengths_survive_a_round_trip():
    line = LineString((110.0, 22.9), (110.01, 22.91), srid=4326)
    there = line.transform(4525, clone=True)
    back = there.transform(4326, clone=True)
    assert back.equals_exact(line, 1e-9)
    assert there.length == pytest.approx(1509, abs=5)
