"""Where trouble gathers as GeoJSON: the monthly report's heat and numbered places."""

from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext, ngettext

from layers.geojson import Feature, feature
from outages.choices import ReportKind
from outages.policy.monthly.figures import Heat, Spot
from outages.policy.monthly.spots import disc_radius_m, warmth
from outages.selectors.monthly import Gathering


def heat_features(of: Gathering) -> list[Feature]:
    """Discs, `share` from 0 to 1 and `radius_m`, then the rings of the places with `number`."""
    return [
        *(_disc(cell, of.heat) for cell in of.heat),
        *(_ring(spot, number) for number, spot in enumerate(of.spots, 1)),
    ]


def heat_told(of: Gathering) -> str:
    """What the legend says: which days, and how many contacts are drawn."""
    drawn = sum(cell.count for cell in of.heat)
    text = ngettext(
        "%(first)s to %(last)s, %(n)s contact", "%(first)s to %(last)s, %(n)s contacts", drawn
    )
    return text % {"first": of.period.first, "last": of.period.last, "n": f"{drawn:,}"}


def _disc(cell: Heat, among: tuple[Heat, ...]) -> Feature:
    share = warmth(cell, among)
    label = ngettext("%(n)s contact", "%(n)s contacts", cell.count) % {"n": cell.count}
    return feature(
        Point(cell.lon, cell.lat, srid=4326),
        kind="heat",
        share=round(share, 3),
        radius_m=round(disc_radius_m(share)),
        label=label,
    )


def _ring(spot: Spot, number: int) -> Feature:
    return feature(
        Point(spot.lon, spot.lat, srid=4326),
        kind="spot",
        number=number,
        radius_m=round(spot.radius_m),
        label=_spot_label(spot),
    )


def _spot_label(spot: Spot) -> str:
    facts: dict[str, Any] = {
        "place": spot.place or gettext("no street known"),
        "topic": ReportKind(spot.kind).label if spot.kind in ReportKind.values else spot.kind,
        "n": spot.contacts,
        "complaints": spot.complaints,
    }
    text = ngettext(
        "%(place)s · %(topic)s: %(n)s contact, complaints among them: %(complaints)s",
        "%(place)s · %(topic)s: %(n)s contacts, complaints among them: %(complaints)s",
        spot.contacts,
    )
    return text % facts
