"""Who is supplied, and through which pipe."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import Q

from network.models.assets import RevisionAsset, fraction_on_pipe, sound_geometry

# Key, large and special users: few in a city, and asked for with every burst and on every map.
MARKED = Q(key_user=True) | Q(large_user=True) | ~Q(special_user="")


class Customer(RevisionAsset):
    """A customer and the service connection: the place on a pipe where it is supplied.

    `persons` is null where the source did not say; the policy value
    `persons_per_connection` then stands in for it.
    """

    # By place only the marked ones are looked for; of two million an index would cost every import
    # a tenth of its time.
    geom = models.PointField(srid=4326, spatial_index=False)
    pipe = models.CharField(max_length=64, blank=True)
    fraction = models.FloatField(null=True, blank=True)
    junction = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=200, blank=True)
    address_en = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    category = models.CharField(max_length=40, blank=True)
    persons = models.PositiveIntegerField(null=True, blank=True)
    connections = models.PositiveIntegerField(default=1)
    # Daily mean as metered; where it is not known, persons stand in for it.
    demand_m3_d = models.FloatField(null=True, blank=True)
    key_user = models.BooleanField(default=False)
    large_user = models.BooleanField(default=False)
    special_user = models.CharField(max_length=40, blank=True)
    # Lower-case address and name without blanks, and the initials of their pinyin
    # (rml for 人民路): a two-character query makes no trigram, so it needs prefixes.
    search_text = models.TextField(blank=True)
    search_initials = models.CharField(max_length=200, blank=True)

    class Meta:
        permissions = [("view_customers", "Can see customers in full")]
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="customer_id"),
            sound_geometry("customer"),
            fraction_on_pipe("customer"),
        ]
        indexes = [
            models.Index(fields=["revision", "account"], name="customer_by_account"),
            models.Index(fields=["revision", "pipe"], name="customer_by_pipe"),
            models.Index(
                fields=["revision", "phone"], name="customer_by_phone", condition=~Q(phone="")
            ),
            models.Index(fields=["revision", "asset_id"], name="customer_marked", condition=MARKED),
            GistIndex(fields=["geom"], name="customer_marked_places", condition=MARKED),
            GinIndex(fields=["search_text"], name="customer_text", opclasses=["gin_trgm_ops"]),
            models.Index(
                fields=["search_initials"],
                name="customer_initials",
                opclasses=["varchar_pattern_ops"],
            ),
        ]
