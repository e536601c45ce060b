"""What the maps need that is no asset: their background, and the places the public looks up.

Both are projections: `load_demo` or an import of background data fills the first,
`layers.public.places` derives the second. Nothing here is a record of anything.
"""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q

from layers.choices import BackgroundKind, PlaceKind
from network.models.assets import sound_geometry


class BackgroundFeature(models.Model):
    """A piece of the town behind the network: street, block, building, park, water, name.

    Streets are centre lines with the width of the carriageway in metres; `klass` is the
    source's own class ("trunk", "lane", ...), empty where it has none.
    """

    kind = models.CharField(max_length=10, choices=BackgroundKind.choices)
    klass = models.CharField(max_length=24, blank=True)
    name = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    width_m = models.FloatField(null=True, blank=True)
    geom = models.GeometryField(srid=4326)

    class Meta:
        indexes = [models.Index(fields=["kind"], name="background_by_kind")]
        constraints = [
            sound_geometry("background"),
            models.CheckConstraint(
                condition=Q(width_m__isnull=True) | (Q(width_m__gt=0) & Q(width_m__lt=500)),
                name="background_width_plausible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class PublicPlace(models.Model):
    """A place name that anyone may look up. Never a person, an account or a single flat.

    `search_text` is lower case without blanks and punctuation, Chinese and English together.
    """

    kind = models.CharField(max_length=10, choices=PlaceKind.choices)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    search_text = models.CharField(max_length=420)
    geom = models.GeometryField(srid=4326)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="place_once_per_kind"),
            sound_geometry("public_place"),
        ]
        indexes = [
            GinIndex(fields=["search_text"], name="place_text", opclasses=["gin_trgm_ops"]),
            models.Index(
                fields=["search_text"], name="place_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.name
