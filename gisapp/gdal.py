"""Where GDAL, GEOS and PROJ are found, and which of their doors stay shut.

GeoDjango runs on the libraries that the pyogrio and shapely wheels bring, so that one copy of each
is loaded in a process and the host's older GDAL (without network blocking before 3.9) is not used.
On a platform without these wheels GeoDjango's own search for system libraries is the fallback.
"""

import os
from importlib.util import find_spec
from pathlib import Path

# The formats that an import may open. Everything else GDAL knows (among it drivers that fetch URLs
# or read other files, like VRT) is unregistered in every process of the application.
ALLOWED_DRIVERS = frozenset({"CSV", "ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq", "MEM"})

# fmt: off
# Exactly what the wheel's GDAL registers besides: naming a driver that is not there is an error.
SKIPPED_DRIVERS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSW", "Carto", "DGN", "DXF", "EDIGEO",
    "EEDA", "ESRIJSON", "Elasticsearch", "FlatGeobuf", "GDALG", "GML", "GPSBabel", "GPX", "GTFS",
    "GeoRSS", "Idrisi", "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MVT",
    "MapInfo File", "MapML", "MiraMonVector", "NGW", "OAPIF", "ODS", "OGR_GMT", "OGR_PDS",
    "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles",
    "S57", "SQLite", "SXF", "Selafin", "TopoJSON", "VDV", "VFK", "VICAR", "WAsP", "WFS", "XLSX",
)
# No raster is ever opened; these are the ones that read other files or the network.
SKIPPED_RASTER_DRIVERS = ("VRT", "WMS", "WCS", "WMTS", "HTTP", "OGCAPI", "EEDAI")
# fmt: on


def _wheel_library(package: str, pattern: str) -> str | None:
    """Path of a shared library beside the wheel of `package`, or None."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    for folder in (home.parent / f"{package}.libs", home / ".dylibs"):
        found = sorted(folder.glob(pattern))
        if found:
            return str(found[0])
    return None


def gdal_library() -> str | None:
    """Path of the GDAL library in pyogrio's wheel, None where GeoDjango must look for itself."""
    return _wheel_library("pyogrio", "libgdal*")


def geos_library() -> str | None:
    """Path of the GEOS C library in shapely's wheel, None where GeoDjango must look for itself."""
    return _wheel_library("shapely", "libgeos_c*")


def harden() -> None:
    """Point GDAL and PROJ at the wheel's data and unregister what an import may not open.

    GDAL reads these when it is first loaded, so this runs before any import of pyogrio or
    django.contrib.gis. The values are not negotiable by the outer environment.
    """
    spec = find_spec("pyogrio")
    if gdal_library() and spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        os.environ["PROJ_DATA"] = str(home / "proj_data")
        os.environ["GDAL_DATA"] = str(home / "gdal_data")
    os.environ["PROJ_NETWORK"] = "OFF"
    os.environ["OGR_SKIP"] = ",".join(SKIPPED_DRIVERS)
    os.environ["GDAL_SKIP"] = ",".join(SKIPPED_RASTER_DRIVERS)
    # /vsicurl/ and its kin only open names with one of these endings: none can have this one.
    os.environ["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] = ".no-remote-files"
