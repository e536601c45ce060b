"""The risk map as GeoJSON: pipes by the customers that a burst on them takes."""

import json
from typing import Any

from django.utils.translation import gettext, ngettext

from layers.bbox import Rectangle
from network.models import NetworkRevision
from network.selectors.risk import band_of, known_risk, pipes_at_risk


def risk_features(
    revision: NetworkRevision, rectangle: Rectangle, *, limit: int
) -> tuple[list[dict[str, Any]], int, int | None]:
    """The worst pipes in a rectangle, how many there are in all, and the run they are from."""
    run = known_risk(revision).run
    if run is None:
        return [], 0, None
    rows = pipes_at_risk(run, rectangle.as_tuple, limit=limit)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shape),
            "properties": {
                "id": pipe,
                "band": band_of(customers),
                "customers": customers,
                "label": _label(pipe, customers, persons),
            },
        }
        for pipe, shape, customers, persons, _all in rows
    ]
    return features, rows[0][4] if rows else 0, run.pk


def left_out_text(shown: int, total: int) -> str:
    """What the legend says where a view holds more pipes than are drawn; else nothing."""
    if shown >= total:
        return ""
    facts = {"shown": f"{shown:,}", "total": f"{total:,}"}
    return gettext("Only the worst %(shown)s of %(total)s pipes in view. Zoom in for all.") % facts


def _label(pipe: str, customers: int, persons: int) -> str:
    text = ngettext(
        "%(pipe)s: a burst takes water from %(n)s customer (%(persons)s people)",
        "%(pipe)s: a burst takes water from %(n)s customers (%(persons)s people)",
        customers,
    )
    return text % {"pipe": pipe, "n": f"{customers:,}", "persons": f"{persons:,}"}
