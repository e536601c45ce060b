"""Where a plan takes the water: drawn when somebody looks, kept once the plan is in force.

Which valves and who is dry must be there at once; the outline around them is a picture. Most
versions of a plan are superseded before anybody has looked at theirs.
"""

from typing import NamedTuple

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from shapely.geometry.base import BaseGeometry

from outages.choices import Effect
from outages.models import IsolationPlan
from outages.selectors.shutdown.areas import outage_area


class PlanAreas(NamedTuple):
    """Around the zone, and around what is cut off outside it. EPSG:4326; None where nothing is."""

    zone: MultiPolygon | None
    unintended: MultiPolygon | None


def plan_areas(plan: IsolationPlan) -> PlanAreas:
    """Return the areas of a plan: as they were kept, else drawn now. Two queries at most.

    A proposal whose drawing of the network is no longer stored has none.
    """
    if plan.zone_area or plan.unintended_area:
        return PlanAreas(plan.zone_area, plan.unintended_area)
    zone = frozenset(plan.answer["zone_pipes"])
    shapes = _pipe_shapes(plan)
    places = _places(plan)
    return PlanAreas(
        _around([s for pipe, s in shapes.items() if pipe in zone], places.get(Effect.ZONE, [])),
        _around(
            [s for pipe, s in shapes.items() if pipe not in zone],
            places.get(Effect.UNINTENDED, []),
        ),
    )


def _around(pipes: list[BaseGeometry], places: list[tuple[float, float]]) -> MultiPolygon | None:
    homes = np.asarray(shapely.points(np.reshape(places, (-1, 2))), dtype=object)
    return outage_area(pipes, homes, buffer_m=settings.AREA_BUFFER_M)


def _pipe_shapes(plan: IsolationPlan) -> dict[str, BaseGeometry]:
    """The newly dry pipes of the drawing that the plan was computed on, in the answer's order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pipe.asset_id, ST_AsBinary(pipe.geom) FROM network_pipe pipe "
            "JOIN network_networkrevision revision ON revision.id = pipe.revision_id "
            "WHERE revision.number = %s AND pipe.asset_id = ANY(%s) ORDER BY pipe.asset_id",
            [plan.revision_number, plan.answer["pipes_dry"]],
        )
        rows = cursor.fetchall()
    shapes = shapely.from_wkb([bytes(wkb) for _pipe, wkb in rows])
    return dict(zip((pipe for pipe, _wkb in rows), shapes, strict=True))


def _places(plan: IsolationPlan) -> dict[str, list[tuple[float, float]]]:
    """Where the newly dry customers are, (lon, lat), by their effect."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT affected.effect, ST_X(customer.geom), ST_Y(customer.geom) "
            "FROM outages_affectedcustomer affected "
            "JOIN network_networkrevision revision ON revision.number = %s "
            "JOIN network_customer customer ON customer.revision_id = revision.id "
            "AND customer.asset_id = affected.customer "
            "WHERE affected.plan_id = %s AND affected.effect <> %s ORDER BY affected.customer",
            [plan.revision_number, plan.pk, Effect.ALREADY_DRY],
        )
        found: dict[str, list[tuple[float, float]]] = {}
        for effect, lon, lat in cursor.fetchall():
            found.setdefault(effect, []).append((lon, lat))
    return found
