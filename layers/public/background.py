"""The town behind the public areas, as one file for places where no tile server runs.

Streets, parks, water and names, thinned to what a map of outages needs: about five metres.
"""

from typing import Any, Final

import shapely
from django.db import connection

from layers.choices import BackgroundKind
from layers.models import BackgroundFeature

SHOWN: Final = (
    BackgroundKind.WATER,
    BackgroundKind.PARK,
    BackgroundKind.STREET,
    BackgroundKind.LABEL,
)
SIMPLIFY_DEGREES: Final = 5e-5
DECIMALS: Final = 5


def background_version() -> str:
    """Changes whenever background features are loaded anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT concat(count(*), '-', max(id)) FROM layers_backgroundfeature")
        return str(cursor.fetchone()[0])


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


def background_document() -> dict[str, Any]:
    """A FeatureCollection with kind, name, name_en and width (metres) alone."""
    rows = BackgroundFeature.objects.filter(kind__in=SHOWN).order_by("pk")
    return {"type": "FeatureCollection", "features": [_feature(row) for row in rows.iterator()]}


def _feature(row: BackgroundFeature) -> dict[str, Any]:
    thin = shapely.from_wkb(bytes(row.geom.wkb)).simplify(SIMPLIFY_DEGREES)
    properties = {"kind": row.kind, "name": row.name, "name_en": row.name_en, "width": row.width_m}
    return {
        "type": "Feature",
        "geometry": {"type": thin.geom_type, "coordinates": _rounded(_coordinates(thin))},
        "properties": {key: value for key, value in properties.items() if value},
    }


def _coordinates(shape: Any) -> Any:
    return shapely.geometry.mapping(shape)["coordinates"]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    return [_rounded(each) for each in value]
