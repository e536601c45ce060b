"""Which places the public may ask about, and finding one by what somebody types.

Streets and compounds come from the background and the organisations; addresses are the houses of
supplied customers, cut off before the unit: `解放路128号 桂花苑3栋2单元` becomes `解放路128号`
and `解放路128号 桂花苑3栋`. No name, account or telephone number is read.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from django.contrib.gis.db.models import Collect, Union
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from layers.choices import BackgroundKind, PlaceKind
from layers.models import BackgroundFeature, PublicPlace
from network.choices import OrganisationKind
from network.models import Organisation

SHORTEST_QUERY: Final = 2
LONGEST_QUERY: Final = 60
LONGEST_ADDRESS: Final = 200
# Below three characters a trigram index is of no use: houses are then found by prefix only.
TRIGRAM: Final = 3
MOST_FOUND: Final = 8
BATCH: Final = 2000
NAMED: Final = (BackgroundKind.LABEL, BackgroundKind.PARK, BackgroundKind.BUILDING)

# Both cuts of an address, with the places of its customers on a grid of about ten metres.
ADDRESSES_SQL: Final = r"""
SELECT name, coalesce(max(name_en), ''),
       ST_Multi(ST_Collect(DISTINCT ST_SnapToGrid(geom, 0.0001)))
FROM (
  SELECT unnest(ARRAY[
           substring(c.address from '^[^\d]{1,40}\d+(?:-\d+)?号'),
           substring(c.address from '^.{2,60}?(?:栋|幢|座|号楼)')
         ]) AS name,
         unnest(ARRAY[substring(c.address_en from '\d+ [^,]*$'), NULL]) AS name_en, c.geom
  FROM network_customer c JOIN network_networkrevision r ON r.id = c.revision_id
  WHERE r.status = 'current' AND c.address <> ''
) cut
WHERE name IS NOT NULL
GROUP BY name
"""


def places_version() -> str:
    """Changes with the network in force, the organisations and the background."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT concat(
              (SELECT id FROM network_networkrevision WHERE status = 'current'), '/',
              (SELECT concat(count(*), '-', max(id)) FROM network_organisation), '/',
              (SELECT concat(count(*), '-', max(id)) FROM layers_backgroundfeature))
            """
        )
        return str(cursor.fetchone()[0])


def normalised(text: str) -> str:
    """Lower case, full-width forms folded, blanks and punctuation gone."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if character.isalnum())


def rebuild_places() -> int:
    """Derive all places anew in one transaction and return how many there are."""
    with transaction.atomic():
        PublicPlace.objects.all().delete()
        seen: set[tuple[str, str]] = set()
        batch: list[PublicPlace] = []
        count = 0
        for place in _places():
            if (place.kind, place.name) in seen:
                continue
            seen.add((place.kind, place.name))
            batch.append(place)
            count += 1
            if len(batch) >= BATCH:
                PublicPlace.objects.bulk_create(batch)
                batch.clear()
        PublicPlace.objects.bulk_create(batch)
    return count


def _place(kind: PlaceKind, name: str, name_en: str, geom: GEOSGeometry) -> PublicPlace:
    search_text = f"{normalised(name)} {normalised(name_en)}".strip()
    return PublicPlace(
        kind=kind, name=name[:200], name_en=name_en[:200], search_text=search_text[:420], geom=geom
    )


def _places() -> Iterator[PublicPlace]:
    named = BackgroundFeature.objects.exclude(name="")
    streets = named.filter(kind=BackgroundKind.STREET).values("name", "name_en")
    for row in streets.annotate(whole=Collect("geom")).order_by("name"):
        yield _place(PlaceKind.STREET, row["name"], row["name_en"], row["whole"])
    compounds = Organisation.objects.filter(kind=OrganisationKind.COMPOUND)
    for compound in compounds.order_by("code"):
        if compound.geom is not None:
            yield _place(PlaceKind.COMPOUND, compound.name, compound.name_en, compound.geom)
    for row in (
        named.filter(kind__in=NAMED)
        .values("name", "name_en")
        .annotate(whole=Union("geom"))
        .order_by("name")
    ):
        yield _place(PlaceKind.LANDMARK, row["name"], row["name_en"], row["whole"])
    yield from _addresses()


def _addresses() -> Iterator[PublicPlace]:
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES_SQL)
        while rows := cursor.fetchmany(BATCH):
            for name, name_en, wkb in rows:
                geom = wkb if isinstance(wkb, GEOSGeometry) else GEOSGeometry(wkb)
                yield _place(PlaceKind.ADDRESS, name, name_en, geom)


def find_places(typed: str) -> QuerySet[PublicPlace]:
    """At most eight places for what somebody typed, the best first; two characters are enough.

    Exact names come first, then names that begin so, then those that contain it; shorter first.
    """
    text = normalised(typed[:LONGEST_QUERY])
    if len(text) < SHORTEST_QUERY:
        return PublicPlace.objects.none()
    contains = Q(search_text__contains=text)
    if len(text) < TRIGRAM:
        contains &= ~Q(kind=PlaceKind.ADDRESS)
        contains |= Q(kind=PlaceKind.ADDRESS, search_text__startswith=text)
    rank = Case(
        When(search_text=text, then=Value(0)),
        When(search_text__startswith=f"{text} ", then=Value(0)),
        When(search_text__startswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    area_first = Case(
        When(kind=PlaceKind.COMPOUND, then=Value(0)),
        When(kind=PlaceKind.STREET, then=Value(1)),
        When(kind=PlaceKind.LANDMARK, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        PublicPlace.objects.filter(contains)
        .annotate(rank=rank, area_first=area_first)
        .order_by("rank", "area_first", Length("name"), "name")[:MOST_FOUND]
    )


# The longest name that stands in a text, with a point on it. `search_text` begins with the name.
SPOT_SQL: Final = """
SELECT ST_X(spot), ST_Y(spot) FROM (
  SELECT ST_PointOnSurface(geom) AS spot, split_part(search_text, ' ', 1) AS known
  FROM layers_publicplace) places
WHERE length(known) >= %(shortest)s AND strpos(%(typed)s, known) > 0
ORDER BY length(known) DESC, known LIMIT 1
"""


def spot_in(typed: str) -> tuple[float, float] | None:
    """Longitude and latitude of the place whose name stands in a text; None where none does.

    Only names that anyone may look up count, so that nobody learns who is a customer.
    """
    text = normalised(typed[:LONGEST_ADDRESS])
    with connection.cursor() as cursor:
        cursor.execute(SPOT_SQL, {"typed": text, "shortest": SHORTEST_QUERY})
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
