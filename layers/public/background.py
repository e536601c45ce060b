"""The town behind the public areas, as files: its vector tiles, drawn once and kept by content.

Streets, parks, water, buildings and names; the network is in none of them. A map of the public
side needs no server that can ask the database for a tile.
"""

from collections.abc import Iterator
from math import asinh, floor, pi, radians, tan
from typing import Final

from django.db import connection

from layers.tiles import MIN_ZOOM, Tile, render_tile

# Deeper than this the tiles hold nothing more: browsers draw these larger.
DEEPEST_TILE: Final = 15
MOST_TILES: Final = 20_000
# Changes where the same background makes other tiles.
DRAWN_AS: Final = 1

Bounds = tuple[float, float, float, float]


def background_version() -> str:
    """Changes whenever background features are loaded anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT concat(count(*), '-', max(id)) FROM layers_backgroundfeature")
        return f"{DRAWN_AS}/{cursor.fetchone()[0]}"


def town_centre() -> list[float] | None:
    """Longitude and latitude of the middle of the streets; None before any were loaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ST_X(middle), ST_Y(middle) FROM (
              SELECT ST_Centroid(ST_Extent(geom)::geometry) AS middle
              FROM layers_backgroundfeature WHERE kind = 'street') streets
            """
        )
        lon, lat = cursor.fetchone()
    return None if lon is None else [round(lon, 4), round(lat, 4)]


def background_tiles() -> dict[str, bytes]:
    """Every tile of the town that holds anything, by its address `z/x/y.mvt`."""
    bounds = _bounds()
    if bounds is None:
        return {}
    drawn = {}
    for tile in _pyramid(bounds):
        if body := render_tile(tile, network=False):
            drawn[f"{tile.z}/{tile.x}/{tile.y}.mvt"] = body
    return drawn


def _bounds() -> Bounds | None:
    """West, south, east, north of the background in degrees."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ST_XMin(whole), ST_YMin(whole), ST_XMax(whole), ST_YMax(whole)
            FROM (SELECT ST_Extent(geom) AS whole FROM layers_backgroundfeature) extent
            """
        )
        row = cursor.fetchone()
    return None if row[0] is None else row


def _pyramid(bounds: Bounds) -> Iterator[Tile]:
    """The tiles of a place from far to near, as deep as is worth their number."""
    count = 0
    for z in range(MIN_ZOOM, DEEPEST_TILE + 1):
        left, bottom = _address(bounds[0], bounds[1], z)
        right, top = _address(bounds[2], bounds[3], z)
        count += (right - left + 1) * (bottom - top + 1)
        if count > MOST_TILES:
            return
        yield from (Tile(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _address(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place in degrees."""
    across = (lon + 180) / 360
    down = (1 - asinh(tan(radians(lat))) / pi) / 2
    last = 2**z - 1
    return min(floor(across * 2**z), last), min(max(floor(down * 2**z), 0), last)
