"""Weak pipes and customers of a plan as GeoJSON: how strong the water still runs beside it."""

import json
from typing import Any, Final

from django.utils.translation import gettext

from outages.choices import WeakKind
from outages.models import PressureRun
from outages.selectors.shutdown.pressure import weak_shapes

LIMIT: Final = 3000  # of each kind


def pressure_features(run: PressureRun) -> tuple[list[dict[str, Any]], bool]:
    """Features for the map, newly weak and worst first, and whether some were left out."""
    pipes = weak_shapes(run, WeakKind.PIPE, limit=LIMIT + 1)
    customers = weak_shapes(run, WeakKind.CUSTOMER, limit=LIMIT + 1)
    found = [_feature("weak-pipe", row) for row in pipes[:LIMIT]]
    found += [_feature("weak-customer", row) for row in customers[:LIMIT]]
    return found, max(len(pipes), len(customers)) > LIMIT


def _feature(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "kind": kind,
        "grade": row["grade"] if row["is_new"] else "before",
        "label": _label(row),
    }
    if row["bore_mm"]:
        properties["dn"] = row["bore_mm"]
    return {"type": "Feature", "geometry": json.loads(row["shape"]), "properties": properties}


def _label(row: dict[str, Any]) -> str:
    if row["before_m"] is None:
        return gettext("%(after).1f m") % {"after": row["after_m"]}
    return gettext("%(before).1f m before, %(after).1f m after") % {
        "before": row["before_m"],
        "after": row["after_m"],
    }
