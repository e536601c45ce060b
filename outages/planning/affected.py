"""Who a plan leaves dry, by the thousand: their records read and their rows stored in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.models import Customer, NetworkRevision, Pipe
from outages.choices import Effect
from outages.impact import CustomerFacts
from outages.models import AffectedCustomer, IsolationPlan
from outages.planning.answers import Answer


@dataclass(frozen=True)
class Dry:
    """The records of who and what is newly dry. Shapes and places in EPSG:4326."""

    people: Sequence[CustomerFacts]
    places: NDArray[np.object_]  # of the people, points
    pipe_shapes: dict[str, BaseGeometry]
    trunk_pipes: frozenset[str]


def read_dry(revision: NetworkRevision, found: Answer) -> Dry:
    """Return what is known of the newly dry customers and pipes. Two queries.

    Customers are read with an array of ids, not with a list of parameters, and their places as
    numbers: of twenty thousand, text and geometries cost more than all else.
    """
    ids = [each for each, effect in found.effects.items() if effect != Effect.ALREADY_DRY]
    pipes = {burst.pipe for burst in found.isolation.bursts}.union(found.pipes_dry)
    rows = _rows(
        Customer, f"{', '.join(CustomerFacts._fields)}, ST_X(geom), ST_Y(geom)", revision, ids
    )
    drawn = _rows(Pipe, "asset_id, on_trunk_road, ST_AsBinary(geom)", revision, list(pipes))
    shapes = shapely.from_wkb([bytes(wkb) for _pipe, _on_trunk_road, wkb in drawn])
    xy = np.array([row[-2:] for row in rows], dtype=float).reshape(-1, 2)
    return Dry(
        people=[CustomerFacts(*row[:-2]) for row in rows],
        places=np.asarray(shapely.points(xy), dtype=object),
        pipe_shapes=dict(zip((row[0] for row in drawn), shapes, strict=True)),
        trunk_pipes=frozenset(pipe for pipe, on_trunk_road, _wkb in drawn if on_trunk_road),
    )


def _rows(
    model: type[Customer | Pipe], columns: str, revision: NetworkRevision, ids: list[str]
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # Only names and expressions of this module; values are parameters.
        cursor.execute(
            f"SELECT {columns} FROM {model._meta.db_table} "  # noqa: S608
            "WHERE revision_id = %s AND asset_id = ANY(%s)",
            [revision.pk, ids],
        )
        return cursor.fetchall()


def store(plan: IsolationPlan, effects: Mapping[str, str]) -> None:
    """Store whom a plan affects and how. One statement."""
    table = AffectedCustomer._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (plan_id, customer, effect) "  # noqa: S608
            "SELECT %s, * FROM unnest(%s::text[], %s::text[])",
            [plan.pk, list(effects), list(effects.values())],
        )
