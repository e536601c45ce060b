"""From an address that somebody typed to a place, where no map was clicked.

The streets are public; the customer register only sharpens the place on its street. Whether an
address is in the register makes no difference to the answer, so nobody can probe it.
"""

import unicodedata
from dataclasses import dataclass

from django.contrib.gis.geos import MultiPoint, Point
from django.db.models import TextField, Value
from django.db.models.functions import Length, Lower, StrIndex
from django.db.models.query import QuerySet

from network import selectors as network
from network.models import Customer, NetworkRevision, Pipe

# One street's worth; more only slows the mean down.
MOST_CUSTOMERS = 40


@dataclass(frozen=True)
class AddressPlace:
    """A place (EPSG:4326 degrees) and how well it is known: `exact` house, or only the street."""

    lon: float
    lat: float
    exact: bool


def place_of_address(address: str) -> AddressPlace | None:
    """Return where an address is, or None when no street of the network is named in it."""
    revision = network.current_revision()
    typed = _plain(address)
    if revision is None or len(typed) < 2:
        return None
    street = _street_in(typed, revision)
    if street is None:
        return None
    houses = Customer.objects.filter(
        revision=revision, search_text__contains=typed[typed.index(_plain(street)) :]
    )
    points = [point for point in houses.values_list("geom", flat=True)[:MOST_CUSTOMERS] if point]
    if points:
        centre = MultiPoint(points, srid=4326).centroid
        return AddressPlace(centre.x, centre.y, exact=True)
    return _middle_of(street, revision)


def _plain(text: str) -> str:
    """Write as the register's search text is: half width, lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _street_in(typed: str, revision: NetworkRevision) -> str | None:
    """Return the longest street name that the typed text holds. One query."""
    held: QuerySet[Pipe] = (
        Pipe.objects.filter(revision=revision)
        .exclude(street="")
        .annotate(at=StrIndex(Value(typed, output_field=TextField()), Lower("street")))
        .filter(at__gt=0)
    )
    streets = held.order_by(Length("street").desc()).values_list("street", flat=True)
    return streets.first()


def _middle_of(street: str, revision: NetworkRevision) -> AddressPlace | None:
    """Return a point on the street's middle pipe: on the street, whatever its shape."""
    pipes = list(
        Pipe.objects.filter(revision=revision, street=street)
        .order_by("asset_id")
        .values_list("geom", flat=True)
    )
    if not pipes:
        return None
    point: Point = pipes[len(pipes) // 2].interpolate_normalized(0.5)
    return AddressPlace(point.x, point.y, exact=False)
